package io.maxmq.core.bootstrap;

import io.maxmq.core.observe.Metrics;
import io.maxmq.core.observe.TenantCounters.Kind;
import io.maxmq.core.routing.Routes;
import java.util.Map;

/** The metrics of each tenant, from when it is first heard of until the broker closes. */
final class TenantMetrics {
    private TenantMetrics() {}

    static void register(Metrics metrics, TenantRoutes routes) {
        routes.onTenant(each -> register(metrics, each));
    }

    private static void register(Metrics metrics, Routes routes) {
        Map<String, String> tags = Map.of("tenant", routes.tenant().name());
        metrics.gauge(
                "maxmq.tenant.clients",
                "Clients of a tenant that are connected",
                tags,
                () -> routes.counted(Kind.CLIENTS));
        metrics.gauge("maxmq.tenant.sessions", "Sessions of a tenant", tags, () -> routes.counted(Kind.SESSIONS));
        metrics.gauge(
                "maxmq.tenant.subscriptions",
                "Subscriptions of a tenant",
                tags,
                () -> routes.tree().subscriptionCount());
        metrics.gauge(
                "maxmq.tenant.retained.messages",
                "Retained messages of a tenant",
                tags,
                () -> routes.retained().count());
        metrics.gauge(
                "maxmq.tenant.retained.bytes",
                "Bytes of retained messages of a tenant",
                tags,
                () -> routes.retained().bytes());
        metrics.counter(
                "maxmq.tenant.messages.received",
                "PUBLISH packets received from clients of a tenant",
                tags,
                () -> routes.counted(Kind.RECEIVED));
        metrics.counter(
                "maxmq.tenant.messages.sent",
                "PUBLISH packets sent to clients of a tenant",
                tags,
                () -> routes.counted(Kind.SENT));
    }
}
