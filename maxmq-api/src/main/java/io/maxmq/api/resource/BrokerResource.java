package io.maxmq.api.resource;

import io.maxmq.api.access.ApiRole;
import io.maxmq.api.call.ApiAnswer;
import io.maxmq.api.call.ApiCall;
import io.maxmq.api.call.Operations;
import io.maxmq.spi.admin.Health;
import io.maxmq.spi.extension.BrokerContext;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The broker as a whole. Thread-safe. */
final class BrokerResource {
    private final BrokerContext broker;

    BrokerResource(BrokerContext broker) {
        this.broker = broker;
    }

    void addTo(Operations operations) {
        operations
                .add("health", this::health)
                .add("healthReady", this::health)
                .add(
                        "healthLive",
                        call -> CompletableFuture.completedFuture(ApiAnswer.of(health(call, broker.health()))));
    }

    private CompletionStage<ApiAnswer> health(ApiCall call) {
        Health health = broker.health();
        return CompletableFuture.completedFuture(
                new ApiAnswer.Item(health.isReady() ? 200 : 503, health(call, health)));
    }

    private static JsonObject health(ApiCall call, Health health) {
        JsonObject json = new JsonObject().put("status", health.status().name()).put("ready", health.isReady());
        if (call.principal() != null && call.principal().role().includes(ApiRole.METRICS)) {
            JsonArray checks = new JsonArray();
            health.checks()
                    .forEach(each -> checks.add(new JsonObject()
                            .put("name", each.name())
                            .put("status", each.status().name())
                            .put("detail", each.detail())));
            json.put("checks", checks);
        }
        return json;
    }
}
