package io.maxmq.api.resource;

import io.maxmq.api.call.ApiAnswer;
import io.maxmq.api.call.ApiCall;
import io.maxmq.api.call.Operations;
import io.maxmq.api.call.Problem;
import io.maxmq.api.call.StreamSink;
import io.maxmq.spi.Registration;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.event.BrokerEvent;
import io.maxmq.spi.event.BrokerListener;
import io.maxmq.spi.extension.BrokerContext;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Collectors;

/** The streams of events and messages. Thread-safe. */
final class StreamsResource {
    private static final int EVENT_BYTES = 512;

    /** Kinds that are frequent while nothing is wrong. */
    private static final Set<String> ON_REQUEST = Set.of("AuthorizationDecided", "MessageUnmatched");

    private static final Set<String> KINDS = Arrays.stream(BrokerEvent.class.getPermittedSubclasses())
            .map(Class::getSimpleName)
            .collect(Collectors.toCollection(TreeSet::new));

    private final BrokerContext broker;

    StreamsResource(BrokerContext broker) {
        this.broker = broker;
    }

    void addTo(Operations operations) {
        operations.add("streamEvents", this::events).add("streamMessages", this::messages);
    }

    private CompletionStage<ApiAnswer> events(ApiCall call) {
        Set<String> kinds = kinds(call.query("kinds"));
        Optional<Tenant> tenant = call.onlyTenant();
        Optional<String> clientId = call.query("clientId");
        return CompletableFuture.completedFuture(new ApiAnswer.Stream(sink -> {
            Registration registration = broker.addListener(new EventForwarder(kinds, tenant, clientId, sink));
            return CompletableFuture.completedFuture(registration::close);
        }));
    }

    private static Set<String> kinds(Optional<String> list) {
        if (list.isEmpty()) {
            Set<String> all = new HashSet<>(KINDS);
            all.removeAll(ON_REQUEST);
            return all;
        }
        Set<String> kinds = new LinkedHashSet<>(Arrays.asList(list.get().split(",")));
        for (String each : kinds) {
            if (!KINDS.contains(each)) {
                throw Problem.badRequest(
                                "invalid-value", "no such kind of event; known are " + String.join(", ", KINDS))
                        .field("kinds");
            }
        }
        return kinds;
    }

    /** Passes the selected events to a stream. Called on workers, one event at a time. */
    private record EventForwarder(
            Set<String> kinds, Optional<Tenant> tenant, Optional<String> clientId, StreamSink sink)
            implements BrokerListener {

        @Override
        public boolean wants(Class<? extends BrokerEvent> kind) {
            return kinds.contains(kind.getSimpleName());
        }

        @Override
        public void onEvent(BrokerEvent event) {
            EventJson json = EventJson.of(event);
            boolean isSelected = (tenant.isEmpty() || tenant.get().equals(json.tenant()))
                    && (clientId.isEmpty() || clientId.get().equals(json.clientId()));
            if (isSelected) {
                String id = json.clientId();
                sink.offer(json.kind(), EVENT_BYTES + (id == null ? 0 : id.length()), json::json);
            }
        }

        @Override
        public String name() {
            return "api-events";
        }
    }

    private CompletionStage<ApiAnswer> messages(ApiCall call) {
        Tail tail = new Tail(
                broker.clock(),
                call.number("sample", Tail.DEFAULT_SAMPLE),
                new PayloadForm(PayloadForm.Kind.TEXT, call.number("maxPayload", Tail.DEFAULT_PAYLOAD)));
        String filter = call.query("filter").orElse("#");
        return CompletableFuture.completedFuture(new ApiAnswer.Stream(sink -> hook(call.tenant(), filter, tail, sink)));
    }

    /** The registration waits for the event loops of the broker, so a worker does it. */
    private CompletionStage<Runnable> hook(Tenant tenant, String filter, Tail tail, StreamSink sink) {
        CompletableFuture<Runnable> opened = new CompletableFuture<>();
        try {
            broker.workers().execute(() -> {
                try {
                    Registration hook = broker.onPublish(tenant, filter, publication -> tail.pass(publication, sink));
                    opened.complete(hook::close);
                } catch (RuntimeException e) {
                    opened.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            opened.completeExceptionally(e);
        }
        return opened;
    }
}
