package io.maxmq.benchmarks.e2e;

import io.maxmq.MaxMQBuilder;
import io.maxmq.auth.Acl;
import io.maxmq.auth.AclRule;
import io.maxmq.codec.PacketType;
import io.maxmq.limit.Limit;
import io.maxmq.limit.Limits;
import io.maxmq.spi.Registration;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.event.BrokerEvent;
import io.maxmq.spi.event.MetricsSink;
import io.maxmq.spi.intercept.ConnectInterceptor;
import io.maxmq.spi.intercept.Decision;
import io.maxmq.spi.intercept.PacketInterceptor;
import io.maxmq.spi.intercept.PublishInterceptor;
import io.maxmq.spi.intercept.SubscribeInterceptor;
import io.maxmq.spi.intercept.UnsubscribeInterceptor;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * The features of a broker in production, to measure their cost. {@link #guard} adds the built-in ones: an
 * authenticator, an access control list of 1,000 lines, limits of rates that are asked and not reached, and metrics.
 * {@link #add} also adds those of an application: an interceptor of each step of a client, a look at packets that are
 * rare, and a listener to every event. Not the interceptors that are called per recipient: their cost is their own
 * ({@code HookBenchmark}).
 */
final class FeaturesOn {
    private FeaturesOn() {}

    private static final int ACL_LINES = 1_000;

    static MaxMQBuilder guard(MaxMQBuilder builder) {
        return builder.authenticator(request -> CompletableFuture.completedFuture(AuthenticationResult.next()))
                .authorizer(Acl.of(rules()))
                .rateLimiter(Limits.of(
                        Limit.connectionRate(Limit.Scope.BROKER, 1_000_000, Duration.ofSeconds(1)),
                        Limit.publishRate(Limit.Scope.CLIENT, 100_000_000, Duration.ofSeconds(1)),
                        Limit.byteRate(Limit.Scope.CLIENT, 10_000_000_000L, 1 << 29)))
                .metrics(new KeptMetrics());
    }

    private static AclRule[] rules() {
        AclRule[] rules = new AclRule[ACL_LINES];
        for (int i = 0; i < ACL_LINES - 1; i++) {
            rules[i] = AclRule.parse(
                    i % 2 == 0 ? "deny all topic=secret/" + i + "/#" : "allow all user=u" + i + " topic=#");
        }
        rules[ACL_LINES - 1] = AclRule.parse("allow all topic=#");
        return rules;
    }

    static MaxMQBuilder add(MaxMQBuilder builder) {
        AtomicLong events = new AtomicLong();
        return guard(builder)
                .interceptor((ConnectInterceptor) request -> Decision.proceed())
                .interceptor((PublishInterceptor) (client, message) -> Decision.proceed())
                .interceptor((SubscribeInterceptor) (client, request) -> Decision.proceed())
                .interceptor((UnsubscribeInterceptor) (client, filter) -> Decision.proceed())
                .interceptor(new RarePackets())
                .eventListener(event -> count(event, events));
    }

    private static void count(BrokerEvent event, AtomicLong events) {
        if (event.atEpochMillis() > 0) {
            events.incrementAndGet();
        }
    }

    private static final class RarePackets implements PacketInterceptor {
        @Override
        public boolean wants(PacketType type, Direction direction) {
            return direction == Direction.READ && (type == PacketType.CONNECT || type == PacketType.DISCONNECT);
        }
    }

    private static final class KeptMetrics implements MetricsSink {
        private final Map<String, LongSupplier> values = new ConcurrentHashMap<>();

        @Override
        public Registration counter(String name, String description, Map<String, String> tags, LongSupplier value) {
            values.put(name + tags, value);
            return () -> values.remove(name + tags);
        }

        @Override
        public Registration gauge(String name, String description, Map<String, String> tags, LongSupplier value) {
            return counter(name, description, tags, value);
        }
    }
}
