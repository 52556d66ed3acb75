package io.maxmq.core.monitor;

import io.maxmq.core.engine.TenantRoutes;
import io.maxmq.core.limit.MemoryBudget;
import io.maxmq.core.limit.Overload;
import io.maxmq.core.observe.Metrics;
import io.maxmq.core.routing.Routes;
import java.util.Map;
import java.util.function.ToLongFunction;

/** Metrics that are read where the state is, not counted on the way. */
public final class BrokerMetrics {
    private BrokerMetrics() {}

    public static void register(
            Metrics metrics, TenantRoutes routes, MemoryBudget budget, LoopWatchdog watchdog, Overload overload) {
        gauge(
                metrics,
                routes,
                "maxmq.subscriptions",
                "Subscriptions of all tenants",
                each -> each.tree().subscriptionCount());
        gauge(
                metrics,
                routes,
                "maxmq.subscriptions.shared",
                "Those of them that are shared, each member of a group",
                each -> each.tree().sharedSubscriptionCount());
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
        metrics.gauge(
                "maxmq.memory.used.bytes",
                "Drawn from the memory budget, what loops hold in reserve included",
                Map.of(),
                budget::usedBytes);
        metrics.gauge(
                "maxmq.memory.capacity.bytes",
                "The memory budget without the network's part",
                Map.of(),
                budget::capacityBytes);
        metrics.gauge(
                "maxmq.network.capacity.bytes",
                "The part of memory that is the network's",
                Map.of(),
                budget::networkBytes);
        metrics.gauge(
                "maxmq.overload.level",
                "How much work is shed: 0 nothing, 1 new connections, 2 also QoS 0, 3 also subscriptions",
                Map.of(),
                overload::level);
        metrics.counter(
                "maxmq.loop.stalls",
                "Looks of the watchdog that found an event loop stalled",
                Map.of(),
                watchdog::stalls);
        metrics.gauge(
                "maxmq.loop.stalled",
                "Event loops that do not turn",
                Map.of(),
                () -> watchdog.stalled().size());
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
