package io.maxmq.core.engine;

import io.maxmq.codec.Utf8;
import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.config.BrokerConfig;
import io.maxmq.config.OverlappingSubscriptions;
import io.maxmq.config.TenantQuota;
import io.maxmq.core.limit.MemoryBudget;
import io.maxmq.core.limit.ReservedMemory;
import io.maxmq.core.routing.RetainedTree;
import io.maxmq.core.routing.Routes;
import io.maxmq.core.routing.SharedQueue;
import io.maxmq.core.routing.StoredBytes;
import io.maxmq.core.routing.SubscriptionTree;
import io.maxmq.core.routing.TopicTable;
import io.maxmq.spi.Tenant;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * The routes of each tenant. Created on first use. There is one object for a tenant at a time, which is found for as long
 * as it is reachable. The registry itself keeps those of tenants that hold something ({@link Routes#isHeld}), of tenants that the program has
 * named, and of the last {@value #MAX_IDLE} tenants that have ceased to hold anything, so that a client that reconnects finds its caches and
 * metrics; others are garbage. So names that clients invent cost nothing, and count for no bound, once their clients have gone. Thread-safe.
 */
public final class TenantRoutes implements Function<Tenant, Routes> {
    /** Topics of a generation, at most; the part of the memory budget for caches bounds them before. */
    private static final int MAX_CACHED_TOPICS = 1 << 17;

    /** The matches of all loops of one tree may take this part of what caches may take. */
    private static final int MATCH_PART = 2;

    private static final long MIN_MATCH_BYTES = 64 * 1024;
    private static final int CACHED_HOOK_TOPICS = 4096;
    private static final int MAX_IDLE = 100;

    /** Clients are held to the settings before; what storage has kept may have more levels than these allow now. */
    private static final int ANY_LEVELS = 65_536;

    /** Retained messages of a tenant may take this part of the memory budget. */
    private static final int RETAINED_PART = 4;

    private final BrokerConfig config;
    private final long maxRetainedBytes;
    private final ReservedMemory caches;
    private final int loops;
    private final SharedQueue.Maker sharedQueues;
    /** All that are reachable. Changed under the lock of {@link #idle}. */
    private final ConcurrentHashMap<Tenant, Known> known = new ConcurrentHashMap<>();

    private final ReferenceQueue<Routes> collected = new ReferenceQueue<>();

    /** Routes of tenants that are kept. Changed under the lock of {@link #idle}. */
    private final ConcurrentHashMap<Tenant, Routes> kept = new ConcurrentHashMap<>();

    /** The kept ones that hold nothing, the one that has done so for longest first. Guarded by itself. */
    private final LinkedHashMap<Tenant, Routes> idle = new LinkedHashMap<>();

    /** Tenants that the program has named: they are kept. */
    private final Set<Tenant> named = ConcurrentHashMap.newKeySet();

    private final Routes defaultRoutes;
    private volatile Listener listener = Listener.NONE;

    /** Listens to added and removed tenants; called with the lock held, so one call at a time. */
    public interface Listener {
        Listener NONE = new Listener() {
            @Override
            public void came(Routes routes) {}

            @Override
            public void left(Tenant tenant) {}
        };

        void came(Routes routes);

        void left(Tenant tenant);
    }

    /** Routes that may have become garbage. */
    private static final class Known extends WeakReference<Routes> {
        private final Tenant tenant;

        Known(Routes routes, ReferenceQueue<Routes> queue) {
            super(routes, queue);
            this.tenant = routes.tenant();
        }
    }

    public TenantRoutes(BrokerConfig config, int loops, MemoryBudget budget, SharedQueue.Maker sharedQueues) {
        this.config = config;
        this.sharedQueues = sharedQueues;
        this.maxRetainedBytes = Math.min(config.retained().maxBytes(), budget.capacityBytes() / RETAINED_PART);
        this.caches = budget.caches();
        this.loops = loops;
        this.defaultRoutes = make(Tenant.DEFAULT);
        kept.put(Tenant.DEFAULT, defaultRoutes);
    }

    /** The routes of a tenant, which the caller keeps while it needs them. */
    public Routes of(Tenant tenant) {
        if (tenant.equals(Tenant.DEFAULT)) {
            return defaultRoutes;
        }
        Known reference = known.get(tenant);
        Routes present = reference == null ? null : reference.get();
        return present != null ? present : makeOther(tenant);
    }

    /** The same for a tenant that the program names: it is kept until the broker closes. */
    public Routes named(Tenant tenant) {
        Routes routes = of(tenant);
        if (routes != defaultRoutes && named.add(tenant)) {
            routes.hold();
        }
        return routes;
    }

    /**
     * The filter that the application asks for, which every tree takes.
     *
     * @throws IllegalArgumentException when it is not valid (§4.7), or has more levels than filters may have here
     */
    public TopicFilter filterOf(String subscribed) {
        String problem = TopicFilter.problem(subscribed, config.connections().maxTopicLevels());
        if (problem != null) {
            throw new IllegalArgumentException("topic filter " + problem + ": topicFilter=" + Utf8.quote(subscribed));
        }
        return TopicFilter.of(subscribed);
    }

    /**
     * Returns whether there is room for this tenant's clients. May let in a few more than the bound when many come at the same moment.
     */
    public boolean admits(Tenant tenant) {
        if (!config.tenancy().isOn() || tenant.equals(Tenant.DEFAULT)) {
            return true;
        }
        Routes present = kept.get(tenant);
        if (present != null && present.isHeld()) {
            return true;
        }
        synchronized (idle) {
            return kept.size() - idle.size() - 1 < config.tenancy().maxTenants(); // the default one is kept too
        }
    }

    /** Sets the only listener: it is called for each tenant that is kept, and later for each that is added or removed, on any thread. */
    public void onTenant(Listener told) {
        synchronized (idle) {
            listener = told;
            kept.values().forEach(told::came);
        }
    }

    @Override
    public Routes apply(Tenant tenant) {
        return of(tenant);
    }

    /** All that are kept; weakly consistent. */
    public Collection<Routes> all() {
        return kept.values();
    }

    private Routes makeOther(Tenant tenant) {
        synchronized (idle) {
            forgetCollected();
            Known reference = known.get(tenant);
            Routes present = reference == null ? null : reference.get();
            if (present != null) {
                return present;
            }
            Routes fresh = make(tenant);
            fresh.onHoldsChange(this::holdsChanged);
            known.put(tenant, new Known(fresh, collected));
            return fresh;
        }
    }

    private void forgetCollected() {
        for (Reference<?> each = collected.poll(); each != null; each = collected.poll()) {
            if (each instanceof Known gone) {
                known.remove(gone.tenant, gone); // unless there are others by now
            }
        }
    }

    private void holdsChanged(Routes changed) {
        Tenant tenant = changed.tenant();
        synchronized (idle) {
            if (changed.isHeld()) { // by now: two changes may come here in the other order
                idle.remove(tenant);
                if (kept.put(tenant, changed) == null) {
                    listener.came(changed);
                }
            } else if (kept.containsKey(tenant)) {
                idle.put(tenant, changed);
                if (idle.size() > MAX_IDLE) {
                    Tenant longest = idle.keySet().iterator().next();
                    idle.remove(longest);
                    kept.remove(longest);
                    listener.left(longest);
                }
            }
        }
    }

    private Routes make(Tenant tenant) {
        TenantQuota quota = config.tenancy().quotaOf(tenant);
        int levels = config.connections().maxTopicLevels();
        SubscriptionTree.Options options = SubscriptionTree.Options.DEFAULTS
                .withMaxLevels(ANY_LEVELS)
                .withMergeOverlapping(config.overlapping() == OverlappingSubscriptions.ONE_DELIVERY)
                .withMaxMatchBytes(Math.max(MIN_MATCH_BYTES, caches.maxBytes() / MATCH_PART / loops));
        return new Routes(
                tenant,
                new TopicTable(loops, MAX_CACHED_TOPICS, levels, caches),
                new TopicTable(loops, CACHED_HOOK_TOPICS, ANY_LEVELS, caches),
                new SubscriptionTree(loops, options, caches),
                new SubscriptionTree(loops, options, caches),
                new RetainedTree(new RetainedTree.Limits(
                        Math.min(config.retained().maxMessages(), quota.maxRetainedMessages()),
                        Math.min(maxRetainedBytes, quota.maxRetainedBytes()),
                        config.retained().maxPayloadBytes())),
                sharedQueues,
                new StoredBytes(quota.maxStoredBytes()),
                config.tenancy().isOn() ? loops : 0);
    }
}
