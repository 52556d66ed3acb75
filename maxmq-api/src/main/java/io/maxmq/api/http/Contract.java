package io.maxmq.api.http;

import io.maxmq.api.access.ApiRole;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.openapi.contract.OpenAPIContract;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The OpenAPI document that the server implements: {@code openapi.yaml} of this module, with the tree below {@code
 * /api/v1/tenants/{tenant}} added. Immutable after its creation.
 */
final class Contract {
    /** Ends the ids of the operations below {@code /api/v1/tenants/{tenant}}. */
    static final String TENANT_SUFFIX = "OfTenant";

    private static final String RESOURCE = "openapi.yaml";
    private static final String BASE = "/api/v1/";
    private static final String TENANT_BASE = "/api/v1/tenants/{tenant}/";
    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete");

    private final JsonObject document;
    private final List<ContractRoute> routes = new ArrayList<>();

    private Contract(JsonObject document) {
        this.document = document;
        addTenantTree();
        document.getJsonObject("paths").forEach(path -> {
            JsonObject item = (JsonObject) path.getValue();
            for (String method : item.fieldNames()) {
                if (METHODS.contains(method)) {
                    routes.add(route(path.getKey(), method, item.getJsonObject(method)));
                }
            }
        });
    }

    /** Reads the resource of this module. */
    static Contract load() {
        try (InputStream resource = Contract.class.getResourceAsStream(RESOURCE)) {
            if (resource == null) {
                throw new IllegalStateException("the module lacks its resource " + RESOURCE);
            }
            LoaderOptions options = new LoaderOptions();
            options.setCodePointLimit(1 << 24);
            Map<String, Object> document = new Yaml(new SafeConstructor(options)).load(resource);
            return new Contract(object(document));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Copies maps and lists, so that no part of the document occurs twice. */
    private static JsonObject object(Map<?, ?> map) {
        JsonObject object = new JsonObject();
        map.forEach((key, member) -> object.put(String.valueOf(key), json(member)));
        return object;
    }

    private static @Nullable Object json(@Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            return object(map);
        }
        if (value instanceof List<?> list) {
            JsonArray array = new JsonArray();
            list.forEach(each -> array.add(json(each)));
            return array;
        }
        return value;
    }

    private void addTenantTree() {
        JsonObject paths = document.getJsonObject("paths");
        JsonObject copies = new JsonObject();
        paths.forEach(path -> {
            JsonObject item = (JsonObject) path.getValue();
            JsonObject copy = new JsonObject();
            for (String method : item.fieldNames()) {
                if (METHODS.contains(method) && item.getJsonObject(method).getBoolean("x-tenants", false)) {
                    copy.put(method, ofTenant(item.getJsonObject(method)));
                }
            }
            if (!copy.isEmpty()) {
                copies.put(TENANT_BASE + path.getKey().substring(BASE.length()), copy);
            }
        });
        paths.mergeIn(copies);
    }

    private static JsonObject ofTenant(JsonObject operation) {
        JsonObject copy = operation.copy();
        JsonArray parameters = new JsonArray()
                .add(new JsonObject()
                        .put("name", "tenant")
                        .put("in", "path")
                        .put("required", true)
                        .put("schema", new JsonObject().put("type", "string")));
        parameters.addAll(copy.getJsonArray("parameters", new JsonArray()));
        return copy.put("operationId", copy.getString("operationId") + TENANT_SUFFIX)
                .put("parameters", parameters);
    }

    private ContractRoute route(String path, String method, JsonObject operation) {
        String id = operation.getString("operationId");
        Set<String> query = new HashSet<>();
        for (Object each : operation.getJsonArray("parameters", new JsonArray())) {
            JsonObject parameter = resolved((JsonObject) each);
            if (parameter.getString("in").equals("query")) {
                query.add(parameter.getString("name"));
            }
        }
        String role = operation.getString("x-role");
        return new ContractRoute(
                id.endsWith(TENANT_SUFFIX) ? id.substring(0, id.length() - TENANT_SUFFIX.length()) : id,
                id,
                method.toUpperCase(Locale.ROOT),
                path,
                role.equals("none") ? null : ApiRole.of(role),
                operation.getBoolean("x-tenants", false),
                operation.getBoolean("x-audit", !method.equals("get")),
                operation.getBoolean("x-payload", false),
                operation.getBoolean("x-stream", false),
                operation.containsKey("requestBody"),
                Set.copyOf(query),
                pattern(path));
    }

    private JsonObject resolved(JsonObject parameter) {
        String reference = parameter.getString("$ref");
        return reference == null
                ? parameter
                : document.getJsonObject("components")
                        .getJsonObject("parameters")
                        .getJsonObject(reference.substring(reference.lastIndexOf('/') + 1));
    }

    private static Pattern pattern(String path) {
        StringBuilder regex = new StringBuilder();
        for (String segment : path.substring(1).split("/", -1)) {
            regex.append('/').append(segment.startsWith("{") ? "[^/]+" : Pattern.quote(segment));
        }
        return Pattern.compile(regex.toString());
    }

    /** Returns the routes in the order of the document. */
    List<ContractRoute> routes() {
        return routes;
    }

    /** Prepares the document for the validation of requests and responses. */
    Future<OpenAPIContract> open(Vertx vertx) {
        return OpenAPIContract.builder(SchemaFiles.of(vertx))
                .setContract((JsonObject) withoutNullable(document))
                .mediaTypeRegistry(MediaTypes.registry())
                .build();
    }

    /** Copies a part of the document, in words for {@code nullable} that the validator of Vert.x understands. */
    private static Object withoutNullable(Object part) {
        if (part instanceof JsonArray array) {
            JsonArray copy = new JsonArray();
            array.forEach(each -> copy.add(each == null ? null : withoutNullable(each)));
            return copy;
        }
        if (!(part instanceof JsonObject object)) {
            return part;
        }
        JsonObject copy = new JsonObject();
        object.forEach(each -> copy.put(each.getKey(), withoutNullable(each.getValue())));
        if (!Boolean.TRUE.equals(copy.getValue("nullable"))) {
            return copy;
        }
        copy.remove("nullable");
        JsonObject nothing = new JsonObject().put("enum", new JsonArray().addNull());
        return new JsonObject().put("anyOf", new JsonArray().add(copy).add(nothing));
    }

    /** Returns the document as YAML. */
    String yaml() {
        DumperOptions options = new DumperOptions();
        options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
        options.setWidth(120);
        return new Yaml(options).dump(plain(document));
    }

    private static Object plain(Object value) {
        if (value instanceof JsonObject object) {
            Map<String, Object> map = new LinkedHashMap<>();
            object.forEach(each -> map.put(each.getKey(), plain(each.getValue())));
            return map;
        }
        return value instanceof JsonArray array
                ? array.stream().map(Contract::plain).toList()
                : value;
    }
}
