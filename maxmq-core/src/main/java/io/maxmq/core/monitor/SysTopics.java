package io.maxmq.core.monitor;

import io.maxmq.core.engine.LoopAssembly;
import io.maxmq.core.engine.TenantRoutes;
import io.maxmq.core.inprocess.SessionSubscriptions;
import io.maxmq.core.routing.RoutedMessage;
import io.maxmq.core.routing.Router;
import io.maxmq.core.routing.Routes;
import io.maxmq.core.session.ApplicationMessages;
import io.maxmq.core.time.TimerWheel;
import io.maxmq.spi.Tenant;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Publishes {@link SysFigures} and {@link ExtensionFigures} below {@code $SYS/broker/}: by the broker's clock, at QoS
 * 0, retained, and each only when it has changed. They are figures of all tenants, so only {@link Tenant#DEFAULT} has
 * them. With tenancy each tenant has its own figures.
 * <p>Interceptors do not see these messages. Authorizers decide about subscriptions to them. The first tick creates the
 * topics, so that the start does not wait for it. Runs on the first loop; {@link #start} is for any thread.
 */
public final class SysTopics implements Runnable, TimerWheel.Task {
    private static final String PREFIX = "$SYS/broker/";

    private static final int TENANTS_PER_TURN = 50;

    /** 36 years: with it no sum overflows. */
    private static final long MAX_INTERVAL_NANOS = 1L << 60;

    private final List<LoopAssembly> loops;
    private final LoopAssembly at;
    private final long intervalNanos;
    private final boolean tenancy;
    private final long startNanos;
    private final TenantRoutes allRoutes;
    private final Routes routes;
    private final SessionSubscriptions sessionSubscriptions;
    private final ExtensionFigures extensionFigures;

    // made with the first tick
    private @Nullable SysFigures figures;
    private final Map<Routes, Map<String, String>> published = new WeakHashMap<>();

    /** The tenants whose figures are still to be published in this interval. */
    private Iterator<Routes> others = Collections.emptyIterator();

    /**
     * @param interval above 0
     * @param tenancy whether each tenant hears of itself
     * @param startNanos the time of the start, from which the first interval counts
     */
    public SysTopics(
            Duration interval,
            List<LoopAssembly> loops,
            TenantRoutes routes,
            SessionSubscriptions sessionSubscriptions,
            ExtensionFigures extensionFigures,
            boolean tenancy,
            long startNanos) {
        this.loops = loops;
        this.at = loops.get(0);
        this.intervalNanos = Math.min(interval.toNanos(), MAX_INTERVAL_NANOS);
        this.tenancy = tenancy;
        this.startNanos = startNanos;
        this.allRoutes = routes;
        this.routes = routes.of(Tenant.DEFAULT);
        this.sessionSubscriptions = sessionSubscriptions;
        this.extensionFigures = extensionFigures;
    }

    public void start() {
        at.loop().execute(this);
    }

    /** Schedules the first tick; a virtual clock may have moved since the start. */
    @Override
    public void run() {
        at.loop().scheduleAt(startNanos + intervalNanos, this);
    }

    @Override
    public void onDeadline() {
        SysFigures now = figures;
        if (now == null) {
            now = new SysFigures(loops, allRoutes, sessionSubscriptions::count, startNanos);
            figures = now;
        }
        at.loop().schedule(intervalNanos, this);
        now.read(at.loop().nowNanos(), (name, value) -> publish(routes, name, value));
        extensionFigures.read((name, value) -> publish(routes, name, value));
        if (tenancy && !others.hasNext()) {
            others = allRoutes.all().iterator();
            publishToTenants();
        }
    }

    /** Some per turn of the loop, since there may be thousands. */
    private void publishToTenants() {
        for (int i = 0; i < TENANTS_PER_TURN && others.hasNext(); i++) {
            Routes each = others.next();
            if (each != routes) {
                TenantSysFigures.read(each, (name, value) -> publish(each, name, value));
            }
        }
        if (others.hasNext()) {
            at.loop().execute(this::publishToTenants);
        }
    }

    private void publish(Routes to, String name, String value) {
        if (value.equals(published.computeIfAbsent(to, first -> new HashMap<>()).put(name, value))) {
            return;
        }
        RoutedMessage transit = at.inProcess();
        byte[] payload = value.getBytes(StandardCharsets.UTF_8);
        transit.begin(ApplicationMessages.topic(to.topics(), at.loop().index(), PREFIX + name), 0, true, null);
        transit.payload(payload, 0, payload.length);
        if (at.router().retain(transit, to, null) == Router.Retained.REFUSED) {
            // No memory: better no value than one that is out of date. The next change is tried again.
            at.router().removeRetained(transit.topic(), to);
        }
        at.router().publishOwn(transit, to);
    }
}
