package io.maxmq.core.bootstrap;

import io.maxmq.core.routing.InTransit;
import io.maxmq.core.routing.Router;
import io.maxmq.core.routing.Routes;
import io.maxmq.core.session.ApplicationMessages;
import io.maxmq.spi.Tenant;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Publishes {@link SysFigures} below {@code $SYS/broker/}: by the broker's clock, at QoS 0, retained, and each only when it has
 * changed. They are about all tenants, so only {@link Tenant#DEFAULT} has them: no tenant hears of another.
 *
 * <p>No hook of an embedder is asked: it is the broker that publishes. Authorizers decide who may subscribe. The first tick
 * makes what is needed, so that a start does not wait for it. Runs on one loop; {@link #start} is for any thread.
 */
final class SysTopics {
    private static final String PREFIX = "$SYS/broker/";

    private final LoopAssembly at;
    private final long intervalNanos;
    private final Routes routes;
    private final Supplier<SysFigures> figuresAtStart;

    // made with the first tick
    private @Nullable SysFigures figures;
    private final Map<String, String> published = new HashMap<>();

    /**
     * @param at whose loop does it
     * @param intervalNanos above 0
     * @param figures called once, on the loop
     */
    SysTopics(LoopAssembly at, long intervalNanos, TenantRoutes routes, Supplier<SysFigures> figures) {
        this.at = at;
        this.intervalNanos = intervalNanos;
        this.routes = routes.of(Tenant.DEFAULT);
        this.figuresAtStart = figures;
    }

    /** @param nowNanos the time of the start, from which the first interval counts */
    void start(long nowNanos) {
        at.loop()
                .execute(() ->
                        at.loop().schedule(nowNanos + intervalNanos - at.loop().nowNanos(), this::tick));
    }

    private void scheduleNext() {
        at.loop().schedule(intervalNanos, this::tick);
    }

    private void tick() {
        SysFigures now = figures;
        if (now == null) {
            now = figuresAtStart.get();
            figures = now;
        }
        scheduleNext();
        now.read(at.loop().nowNanos(), this::publish);
    }

    private void publish(String name, String value) {
        if (value.equals(published.put(name, value))) {
            return;
        }
        InTransit transit = at.inProcess();
        byte[] payload = value.getBytes(StandardCharsets.UTF_8);
        transit.begin(ApplicationMessages.topic(routes.topics(), at.loop().index(), PREFIX + name), 0, true, null);
        transit.payload(payload, 0, payload.length);
        if (at.router().retain(transit, routes) == Router.Retained.REFUSED) {
            // No memory: better no value than one that is out of date. The next change is tried again.
            at.router().removeRetained(transit.topic(), routes);
        }
        at.router().publishOwn(transit, routes);
    }
}
