package io.maxmq.api.resource;

import io.maxmq.api.call.ApiAnswer;
import io.maxmq.api.call.ApiCall;
import io.maxmq.api.call.Operations;
import io.maxmq.api.call.Slice;
import io.maxmq.spi.admin.SubscriptionQuery;
import io.maxmq.spi.admin.Subscriptions;
import io.maxmq.spi.extension.BrokerContext;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The subscriptions of all sessions. Thread-safe. */
final class SubscriptionsResource {
    private final Subscriptions subscriptions;

    SubscriptionsResource(BrokerContext broker) {
        this.subscriptions = broker.subscriptions();
    }

    void addTo(Operations operations) {
        operations.add("listSubscriptions", this::list);
    }

    private CompletionStage<ApiAnswer> list(ApiCall call) {
        String prefix = call.query("prefix").orElse("");
        Optional<String> filter = call.query("filter");
        Optional<String> topic = call.query("matching");
        return CompletableFuture.completedFuture(new ApiAnswer.Pages((limit, cursor) -> subscriptions
                .query(new SubscriptionQuery(call.tenant(), prefix, filter, topic, limit, cursor))
                .thenApply(page -> Slice.of(page, ViewJson::subscription))));
    }
}
