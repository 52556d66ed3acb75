package io.maxmq.core.monitor;

import io.maxmq.core.engine.TenantRoutes;
import io.maxmq.core.observe.Metrics;
import io.maxmq.core.observe.TenantCounters.Kind;
import io.maxmq.core.routing.Routes;
import io.maxmq.spi.Registration;
import io.maxmq.spi.Tenant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The metrics of each tenant, for as long as the registry keeps it. Calls concern one tenant at a time. */
public final class TenantMetrics implements TenantRoutes.Listener {
    private final Metrics metrics;
    private final Map<Tenant, List<Registration>> registered = new HashMap<>();

    private TenantMetrics(Metrics metrics) {
        this.metrics = metrics;
    }

    public static void register(Metrics metrics, TenantRoutes routes) {
        routes.onTenant(new TenantMetrics(metrics));
    }

    @Override
    public void left(Tenant tenant) {
        List<Registration> gone = registered.remove(tenant);
        if (gone != null) {
            gone.forEach(Registration::close);
        }
    }

    @Override
    public void came(Routes routes) {
        registered.put(routes.tenant(), register(routes));
    }

    private List<Registration> register(Routes routes) {
        Map<String, String> tags = Map.of("tenant", routes.tenant().name());
        return List.of(
                metrics.gauge(
                        "maxmq.tenant.clients",
                        "Clients of a tenant that are connected",
                        tags,
                        () -> routes.counted(Kind.CLIENTS)),
                metrics.gauge(
                        "maxmq.tenant.sessions", "Sessions of a tenant", tags, () -> routes.counted(Kind.SESSIONS)),
                metrics.gauge(
                        "maxmq.tenant.subscriptions",
                        "Subscriptions of a tenant",
                        tags,
                        () -> routes.tree().subscriptionCount()),
                metrics.gauge(
                        "maxmq.tenant.retained.messages",
                        "Retained messages of a tenant",
                        tags,
                        () -> routes.retained().count()),
                metrics.gauge(
                        "maxmq.tenant.retained.bytes",
                        "Bytes of retained messages of a tenant",
                        tags,
                        () -> routes.retained().bytes()),
                metrics.counter(
                        "maxmq.tenant.messages.received",
                        "PUBLISH packets received from clients of a tenant",
                        tags,
                        () -> routes.counted(Kind.RECEIVED)),
                metrics.counter(
                        "maxmq.tenant.messages.sent",
                        "PUBLISH packets sent to clients of a tenant",
                        tags,
                        () -> routes.counted(Kind.SENT)));
    }
}
