package io.maxmq.api.resource;

import io.maxmq.api.call.Answer;
import io.maxmq.api.call.Call;
import io.maxmq.api.call.Operations;
import io.maxmq.api.call.Slice;
import io.maxmq.spi.admin.ClientQuery;
import io.maxmq.spi.admin.Clients;
import io.maxmq.spi.extension.BrokerContext;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The connected clients. Thread-safe. */
final class ClientsResource {
    private final Clients clients;

    ClientsResource(BrokerContext broker) {
        this.clients = broker.clients();
    }

    void addTo(Operations operations) {
        operations.add("listClients", this::list);
    }

    private CompletionStage<Answer> list(Call call) {
        String prefix = call.query("prefix").orElse("");
        return CompletableFuture.completedFuture(
                new Answer.Pages((limit, cursor) -> page(call, prefix, limit, cursor)));
    }

    private CompletionStage<Slice> page(Call call, String prefix, int limit, Optional<String> cursor) {
        ClientQuery query = new ClientQuery(call.tenant(), prefix, limit, cursor);
        return clients.query(query).thenApply(page -> Slice.of(page, Views::client));
    }
}
