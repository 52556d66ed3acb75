package io.maxmq.api.resource;

import io.maxmq.api.access.ApiRole;
import io.maxmq.api.call.ApiAnswer;
import io.maxmq.api.call.ApiCall;
import io.maxmq.api.call.Operations;
import io.maxmq.api.call.Problem;
import io.maxmq.api.call.Slice;
import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.admin.ClientQuery;
import io.maxmq.spi.admin.Clients;
import io.maxmq.spi.admin.Sessions;
import io.maxmq.spi.extension.BrokerContext;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The connected clients. Thread-safe. */
final class ClientsResource {
    private static final int DEFAULT_BULK = 1000;

    private final Clients clients;
    private final Sessions sessions;

    /** The clients of a prefix, up to a limit. */
    private record Selection(List<String> clientIds, boolean hasMore) {}

    ClientsResource(BrokerContext broker) {
        this.clients = broker.clients();
        this.sessions = broker.sessions();
    }

    void addTo(Operations operations) {
        operations
                .add("listClients", this::list)
                .add("getClient", call -> find(call, call.path("clientId")))
                .add("findClient", call -> find(call, call.required("clientId")))
                .add("findClientByBody", call -> find(call, call.object().getString("clientId")))
                .add("disconnectClient", this::disconnect)
                .add("redirectClient", this::redirect)
                .add("disconnectClients", this::disconnectAll);
    }

    private CompletionStage<ApiAnswer> list(ApiCall call) {
        String prefix = call.query("prefix").orElse("");
        return CompletableFuture.completedFuture(
                new ApiAnswer.Pages((limit, cursor) -> page(call.tenant(), prefix, limit, cursor)));
    }

    private CompletionStage<Slice> page(Tenant tenant, String prefix, int limit, Optional<String> cursor) {
        return clients.query(new ClientQuery(tenant, prefix, limit, cursor))
                .thenApply(page -> Slice.of(page, ViewJson::client));
    }

    private CompletionStage<ApiAnswer> find(ApiCall call, String clientId) {
        return clients.find(call.tenant(), clientId)
                .thenApply(found -> ApiAnswer.of(ViewJson.client(ViewJson.found(found, "connected client", clientId))));
    }

    private CompletionStage<ApiAnswer> disconnect(ApiCall call) {
        String clientId = call.path("clientId");
        boolean alsoSession = call.flag("alsoSession");
        if (alsoSession && (call.principal() == null || !call.principal().role().includes(ApiRole.ADMIN))) {
            throw Problem.of(403, "role-missing", "alsoSession needs the role admin");
        }
        ReasonCode reason = reason(call.number("reason", ReasonCode.ADMINISTRATIVE_ACTION.code()));
        return clients.disconnect(
                        call.tenant(), clientId, reason, call.query("detail").orElse(""))
                .thenCompose(wasConnected -> alsoSession
                        ? sessions.purge(call.tenant(), clientId).thenApply(purged -> wasConnected || purged)
                        : CompletableFuture.completedFuture(wasConnected))
                .thenApply(wasThere -> Answers.doneIf(wasThere, "connected client", clientId));
    }

    private static ReasonCode reason(int code) {
        ReasonCode reason = ReasonCode.of(code);
        if (reason == null) {
            throw Problem.badRequest("invalid-value", "MQTT 5.0 has no such reason code: reason=" + code)
                    .field("reason");
        }
        return reason;
    }

    private CompletionStage<ApiAnswer> redirect(ApiCall call) {
        String clientId = call.path("clientId");
        JsonObject body = call.object();
        return clients.redirect(
                        call.tenant(), clientId, body.getString("serverReference"), body.getBoolean("permanent", false))
                .thenApply(wasConnected -> Answers.doneIf(wasConnected, "connected client", clientId));
    }

    private CompletionStage<ApiAnswer> disconnectAll(ApiCall call) {
        JsonObject body = call.object();
        JsonArray ids = body.getJsonArray("clientIds");
        String prefix = body.getString("prefix");
        if ((ids == null) == (prefix == null)) {
            throw Problem.badRequest("invalid-body", "the body must have either clientIds or prefix");
        }
        int limit = body.getInteger("limit", DEFAULT_BULK);
        boolean dryRun = call.flag("dryRun");
        ReasonCode reason = reason(body.getInteger("reason", ReasonCode.ADMINISTRATIVE_ACTION.code()));
        String detail = body.getString("detail", "");
        CompletionStage<Selection> selected = ids == null
                ? ofPrefix(call.tenant(), prefix, limit, Optional.empty(), new ArrayList<>())
                : connected(call.tenant(), ids);
        return selected.thenCompose(selection -> disconnectAll(call.tenant(), selection, dryRun, reason, detail));
    }

    private CompletionStage<Selection> connected(Tenant tenant, JsonArray ids) {
        CompletionStage<List<String>> found = CompletableFuture.completedFuture(new ArrayList<>());
        for (String id : ids.stream().map(String::valueOf).distinct().toList()) {
            found = found.thenCompose(list -> clients.find(tenant, id).thenApply(client -> {
                if (client.isPresent()) {
                    list.add(id);
                }
                return list;
            }));
        }
        return found.thenApply(list -> new Selection(list, false));
    }

    private CompletionStage<Selection> ofPrefix(
            Tenant tenant, String prefix, int limit, Optional<String> cursor, List<String> found) {
        int pageSize = Math.min(1000, limit - found.size());
        return clients.query(new ClientQuery(tenant, prefix, pageSize, cursor)).thenCompose(page -> {
            page.items().forEach(each -> found.add(each.client().clientId()));
            boolean isFull = found.size() >= limit;
            return isFull || page.isLast()
                    ? CompletableFuture.completedFuture(new Selection(found, !page.isLast()))
                    : ofPrefix(tenant, prefix, limit, page.next(), found);
        });
    }

    private CompletionStage<ApiAnswer> disconnectAll(
            Tenant tenant, Selection selection, boolean dryRun, ReasonCode reason, String detail) {
        CompletionStage<Integer> count = CompletableFuture.completedFuture(0);
        if (!dryRun) {
            for (String id : selection.clientIds()) {
                count = count.thenCompose(sum -> clients.disconnect(tenant, id, reason, detail)
                        .thenApply(wasConnected -> wasConnected ? sum + 1 : sum));
            }
        }
        return count.thenApply(disconnected -> ApiAnswer.of(new JsonObject()
                .put("matched", selection.clientIds().size())
                .put("disconnected", disconnected)
                .put("more", selection.hasMore())));
    }
}
