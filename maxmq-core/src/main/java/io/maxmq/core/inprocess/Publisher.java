package io.maxmq.core.inprocess;

import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.Utf8;
import io.maxmq.codec.topic.TopicName;
import io.maxmq.config.BrokerConfig;
import io.maxmq.core.engine.LoopAssembly;
import io.maxmq.core.engine.TenantRoutes;
import io.maxmq.core.intercept.Interceptors;
import io.maxmq.core.loop.HeapExhaustion;
import io.maxmq.core.observe.Counter;
import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.core.routing.PendingOutcome;
import io.maxmq.core.routing.RoutedMessage;
import io.maxmq.core.routing.Router;
import io.maxmq.core.routing.Routes;
import io.maxmq.core.routing.Topic;
import io.maxmq.core.session.ApplicationMessages;
import io.maxmq.core.session.Session;
import io.maxmq.core.session.SessionKey;
import io.maxmq.core.time.ExpiryClock;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.Message;
import io.maxmq.spi.PublishOptions;
import io.maxmq.spi.PublishRefusedException;
import io.maxmq.spi.PublishResult;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.intercept.Decision;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Publishes what the application publishes, by the same way as a client's message. Messages of one topic keep the order
 * of their calls. Thread-safe.
 */
public final class Publisher implements AutoCloseable {
    /** Published and not yet routed; more is refused, never queued. */
    private static final long MAX_WAITING_BYTES = 16 << 20;

    /** The memory of a waiting message beside its payload. */
    private static final int MESSAGE_BYTES = 256;

    /** Where a message is to go once interceptors have let it pass. */
    private interface Route {
        void route(Message message, CompletableFuture<PublishResult> result);
    }

    private final BrokerConfig config;
    private final List<LoopAssembly> loops;
    private final TenantRoutes routes;
    private final Interceptors interceptors;
    private final ExpiryClock clock;
    /** By loop. */
    private final List<PendingPublishes> pending;

    private final AtomicLong waitingBytes = new AtomicLong();

    public Publisher(
            BrokerConfig config,
            List<LoopAssembly> loops,
            TenantRoutes routes,
            Interceptors interceptors,
            ExpiryClock clock) {
        this.config = config;
        this.loops = loops;
        this.pending =
                loops.stream().map(each -> new PendingPublishes(each.loop())).toList();
        this.routes = routes;
        this.interceptors = interceptors;
        this.clock = clock;
    }

    /**
     * Completes when every recipient has answered; exceptionally with PublishRefusedException when too many messages
     * wait to be routed, or when no recipient could take the message.
     *
     *
     * @throws IllegalArgumentException when the topic is not one that may be published to
     */
    public CompletionStage<PublishResult> publish(Tenant tenant, Message message, PublishOptions options) {
        LoopAssembly at = loopOf(message.topic());
        return publish(at, message, (passed, result) -> route(at, routes.of(tenant), passed, options, result));
    }

    /**
     * Publishes to one session, independent of its subscriptions; the message is not retained.
     *
     *
     * @throws IllegalArgumentException when the topic is not one that may be published to
     */
    public CompletionStage<PublishResult> publishTo(SessionKey key, Message message, PublishOptions options) {
        LoopAssembly at = LoopAssembly.of(loops, key);
        return publish(at, message, (passed, result) -> routeTo(at, key, passed, options, result));
    }

    private CompletionStage<PublishResult> publish(LoopAssembly at, Message message, Route route) {
        String problem = TopicName.problem(message.topic(), config.connections().maxTopicLevels());
        if (problem != null) {
            throw new IllegalArgumentException("topic name " + problem + ": topic=" + Utf8.quote(message.topic()));
        }
        Message kept = message.copy();
        CompletableFuture<PublishResult> result = new CompletableFuture<>();
        Waiting waiting = new Waiting(MESSAGE_BYTES + kept.payloadLength());
        if (!waiting.hasRoom) {
            waiting.end();
            result.completeExceptionally(new PublishRefusedException(
                    ReasonCode.QUOTA_EXCEEDED, "more than " + MAX_WAITING_BYTES + " bytes wait to be routed"));
            return result;
        }
        pending.get(at.loop().index()).add(new PendingPublishes.Pending() {
            @Override
            public void route() {
                try {
                    intercept(at, kept, waiting, route, result);
                } catch (Throwable t) {
                    refuse(t);
                    if (HeapExhaustion.isIn(t)) {
                        at.loop().reportFailure(t);
                    }
                }
            }

            @Override
            public void refuse() {
                refuse(new PublishRefusedException(ReasonCode.SERVER_SHUTTING_DOWN, "the broker is closed"));
            }

            private void refuse(Throwable why) {
                waiting.end();
                result.completeExceptionally(why);
            }
        });
        return result;
    }

    /** Refuses what has not been routed: the loops have ended. */
    @Override
    public void close() {
        pending.forEach(PendingPublishes::close);
    }

    /** A message from its publication until it is routed, or is not to be: for as long as interceptors take, too. */
    private final class Waiting {
        private final long bytes;
        private final boolean hasRoom;
        private boolean over;

        Waiting(long bytes) {
            this.bytes = bytes;
            this.hasRoom = waitingBytes.addAndGet(bytes) <= MAX_WAITING_BYTES;
        }

        void end() {
            if (!over) {
                over = true;
                waitingBytes.addAndGet(-bytes);
            }
        }
    }

    /** Where all that the application does to a topic is done, so that it keeps its order. */
    public LoopAssembly loopOf(String topic) {
        return loops.get(Math.floorMod(spread(topic.hashCode()), loops.size()));
    }

    private static int spread(int hash) {
        return hash ^ (hash >>> 16);
    }

    private void intercept(
            LoopAssembly at, Message message, Waiting waiting, Route route, CompletableFuture<PublishResult> result) {
        if (!interceptors.interceptsPublish()) {
            waiting.end();
            route.route(message, result);
            return;
        }
        interceptors.publish(Optional.empty(), message, at.caller(), decision -> {
            waiting.end();
            if (decision instanceof Decision.Refuse<Message> refusal) {
                result.completeExceptionally(new PublishRefusedException(
                        refusal.reasonCode(), refusal.reason().isEmpty() ? "refused" : refusal.reason()));
            } else if (decision instanceof Decision.Change<Message> change) {
                routeIntercepted(route, change.value(), result);
            } else if (decision instanceof Decision.Proceed) {
                routeIntercepted(route, message, result);
            } else {
                result.complete(new PublishResult(0, 0, Map.of(DropReason.INTERCEPTED, 1)));
            }
        });
    }

    /** Interceptors may change a message to one that MQTT cannot send. */
    private void routeIntercepted(Route route, Message message, CompletableFuture<PublishResult> result) {
        String problem = TopicName.problem(message.topic(), config.connections().maxTopicLevels());
        if (problem != null) {
            result.completeExceptionally(
                    new PublishRefusedException(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR, problem));
            return;
        }
        try {
            route.route(message, result);
        } catch (IllegalArgumentException unfit) {
            interceptors.reportInvalidMessage(unfit);
            result.completeExceptionally(new PublishRefusedException(
                    ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR, "interceptors: " + unfit.getMessage()));
        }
    }

    private void route(
            LoopAssembly at,
            Routes tenantRoutes,
            Message message,
            PublishOptions options,
            CompletableFuture<PublishResult> result) {
        Topic topic = ApplicationMessages.topic(tenantRoutes.topics(), at.loop().index(), message.topic());
        RoutedMessage transit = at.inProcess();
        ApplicationMessages.begin(transit, message, topic, null, clock.millis());
        transit.track(options.isDetailed());
        at.loop().counters().increment(Counter.PUBLISHED_IN_PROCESS);
        if (transit.retain() && at.router().retain(transit, tenantRoutes, null) == Router.Retained.REFUSED) {
            result.completeExceptionally(
                    new PublishRefusedException(ReasonCode.QUOTA_EXCEEDED, "too many retained messages"));
            return;
        }
        at.router().publish(transit, tenantRoutes);
        completeWhenAllHaveAnswered(transit, result);
    }

    private void routeTo(
            LoopAssembly at,
            SessionKey key,
            Message message,
            PublishOptions options,
            CompletableFuture<PublishResult> result) {
        Session session = at.sessions().find(key);
        if (session == null) {
            result.complete(PublishResult.UNMATCHED);
            return;
        }
        Topic topic =
                ApplicationMessages.topic(session.routes().topics(), at.loop().index(), message.topic());
        RoutedMessage transit = at.inProcess();
        Message once = message.retain() ? message.toBuilder().retain(false).build() : message;
        ApplicationMessages.begin(transit, once, topic, null, clock.millis());
        transit.track(options.isDetailed());
        at.loop().counters().increment(Counter.PUBLISHED_IN_PROCESS);
        session.deliver(transit, FilterSubscription.direct(session, topic));
        completeWhenAllHaveAnswered(transit, result);
    }

    private static void completeWhenAllHaveAnswered(RoutedMessage transit, CompletableFuture<PublishResult> result) {
        PendingOutcome later = transit.outcome();
        if (later == null) {
            complete(result, transit.matched(), transit.accepted(), transit.refused(), transit.drops());
            return;
        }
        later.addKnown(transit);
        Runnable complete = () -> complete(result, later.matched(), later.accepted(), later.refused(), later.drops());
        if (later.isComplete()) {
            complete.run();
        } else {
            later.onComplete(complete);
        }
    }

    private static void complete(
            CompletableFuture<PublishResult> result,
            int matched,
            int accepted,
            int refused,
            @Nullable Map<DropReason, Integer> drops) {
        boolean unstored = drops != null && drops.containsKey(DropReason.STORAGE);
        if (unstored) {
            result.completeExceptionally(
                    new PublishRefusedException(ReasonCode.QUOTA_EXCEEDED, "storage refuses: " + drops));
        } else if (accepted == 0 && refused > 0) {
            result.completeExceptionally(new PublishRefusedException(
                    ReasonCode.QUOTA_EXCEEDED,
                    "no recipient could take it" + (drops == null || drops.isEmpty() ? "" : ": " + drops)));
        } else {
            result.complete(new PublishResult(matched, accepted, drops == null ? Map.of() : drops));
        }
    }
}
