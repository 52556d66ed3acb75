package io.maxmq.core.bootstrap;

import io.maxmq.core.limit.MemoryBudget;
import io.maxmq.core.observe.Metrics;
import io.maxmq.core.routing.Routes;
import java.util.Map;
import java.util.function.ToLongFunction;

/** Metrics that are read where the state is, not counted on the way. */
final class BrokerMetrics {
    private BrokerMetrics() {}

    static void register(Metrics metrics, TenantRoutes routes, MemoryBudget budget) {
        gauge(
                metrics,
                routes,
                "maxmq.subscriptions",
                "Subscriptions of all tenants",
                each -> each.tree().subscriptionCount());
        gauge(
                metrics,
                routes,
                "maxmq.retained.messages",
                "Retained messages",
                each -> each.retained().count());
        gauge(
                metrics,
                routes,
                "maxmq.retained.bytes",
                "Bytes of retained messages",
                each -> each.retained().bytes());
        metrics.gauge("maxmq.memory.used.bytes", "Bytes drawn from the memory budget", Map.of(), budget::usedBytes);
        metrics.gauge("maxmq.memory.capacity.bytes", "Bytes of the memory budget", Map.of(), budget::capacityBytes);
    }

    private static void gauge(
            Metrics metrics, TenantRoutes routes, String name, String description, ToLongFunction<Routes> value) {
        metrics.gauge(
                name,
                description,
                Map.of(),
                () -> routes.all().stream().mapToLong(value).sum());
    }
}
