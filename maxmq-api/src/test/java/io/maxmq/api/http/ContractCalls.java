package io.maxmq.api.http;

import io.maxmq.api.ApiBroker;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.openapi.contract.OpenAPIContract;
import io.vertx.openapi.validation.ResponseValidator;
import io.vertx.openapi.validation.ValidatableResponse;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/** Calls whose answers must be as the contract describes them. */
final class ContractCalls implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx();
    private final Contract contract = Contract.load();
    private final ApiBroker broker;
    private final ResponseValidator validator;
    private final Set<String> called = new TreeSet<>();

    ContractCalls(ApiBroker broker) {
        this.broker = broker;
        OpenAPIContract openApi =
                contract.open(vertx).toCompletionStage().toCompletableFuture().join();
        this.validator = ResponseValidator.create(vertx, openApi);
    }

    /** Calls, and returns the body of an answer with this status. */
    String expect(int status, String method, String target, @Nullable String body) {
        var request = broker.request(target)
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        HttpResponse<String> response =
                broker.send(body == null ? request : request.header("Content-Type", "application/json"));
        assertThat(response.statusCode())
                .as("%s %s: %s", method, target, response.body())
                .isEqualTo(status);
        ContractRoute route = route(method, target);
        called.add(route.id());
        validate(route, response);
        return response.body();
    }

    private ContractRoute route(String method, String target) {
        String path = target.split("\\?", 2)[0];
        return contract.routes().stream()
                .filter(each -> each.method().equals(method)
                        && each.pattern().matcher(path).matches())
                .findFirst()
                .orElseThrow(() -> new AssertionError("not in the contract: " + method + " " + target));
    }

    private void validate(ContractRoute route, HttpResponse<String> response) {
        String type = response.headers().firstValue("Content-Type").orElse(null);
        ValidatableResponse validatable = type == null
                ? ValidatableResponse.create(response.statusCode())
                : ValidatableResponse.create(response.statusCode(), Buffer.buffer(response.body()), type);
        validator
                .validate(validatable, route.id())
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    /** Returns the ids of operations that no call has used. */
    Set<String> uncalled() {
        return contract.routes().stream()
                .map(ContractRoute::id)
                .filter(each -> !called.contains(each))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
