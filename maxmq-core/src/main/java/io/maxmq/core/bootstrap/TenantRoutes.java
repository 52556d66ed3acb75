package io.maxmq.core.bootstrap;

import io.maxmq.codec.Utf8;
import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.config.BrokerConfig;
import io.maxmq.config.OverlappingSubscriptions;
import io.maxmq.config.TenantQuota;
import io.maxmq.core.limit.CacheMemory;
import io.maxmq.core.limit.MemoryBudget;
import io.maxmq.core.routing.RetainedMessages;
import io.maxmq.core.routing.Routes;
import io.maxmq.core.routing.SharedQueue;
import io.maxmq.core.routing.SubscriptionTree;
import io.maxmq.core.routing.TopicTable;
import io.maxmq.spi.Tenant;
import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;

/** The routes of each tenant, made when it is first heard of. Thread-safe. */
final class TenantRoutes implements Function<Tenant, Routes> {
    /** Topics of a generation, at most; the part of the memory budget for caches bounds them before. */
    private static final int MAX_CACHED_TOPICS = 1 << 17;

    /** The matches of all loops of one tree may take this part of what caches may take. */
    private static final int MATCH_PART = 2;

    private static final long MIN_MATCH_BYTES = 64 * 1024;
    private static final int CACHED_HOOK_TOPICS = 4096;

    /** Clients are held to the settings before; what storage has kept may have more levels than these allow now. */
    private static final int ANY_LEVELS = 65_536;

    /** Retained messages of a tenant may take this part of the memory budget. */
    private static final int RETAINED_PART = 4;

    private final BrokerConfig config;
    private final long maxRetainedBytes;
    private final CacheMemory caches;
    private final int loops;
    private final SharedQueue.Maker sharedQueues;
    private final ConcurrentHashMap<Tenant, Routes> routes = new ConcurrentHashMap<>();
    private final Routes defaultRoutes;
    private final AtomicInteger made = new AtomicInteger();
    private volatile Consumer<Routes> onNew = routes -> {};

    TenantRoutes(BrokerConfig config, int loops, MemoryBudget budget, SharedQueue.Maker sharedQueues) {
        this.config = config;
        this.sharedQueues = sharedQueues;
        this.maxRetainedBytes = Math.min(config.retained().maxBytes(), budget.capacityBytes() / RETAINED_PART);
        this.caches = budget.caches();
        this.loops = loops;
        this.defaultRoutes = make(Tenant.DEFAULT);
        routes.put(Tenant.DEFAULT, defaultRoutes);
    }

    Routes of(Tenant tenant) {
        return tenant.equals(Tenant.DEFAULT) ? defaultRoutes : routes.computeIfAbsent(tenant, this::makeOther);
    }

    /**
     * The filter that the application asks for, which every tree takes.
     *
     * @throws IllegalArgumentException when it is not valid (§4.7), or has more levels than filters may have here
     */
    TopicFilter filterOf(String subscribed) {
        String problem = TopicFilter.problem(subscribed, config.connections().maxTopicLevels());
        if (problem != null) {
            throw new IllegalArgumentException("topic filter " + problem + ": topicFilter=" + Utf8.quote(subscribed));
        }
        return TopicFilter.of(subscribed);
    }

    /**
     * Whether there is room for this tenant's clients. May let in a few more than the bound when many come at the same moment.
     */
    boolean admits(Tenant tenant) {
        return !config.tenancy().isOn()
                || routes.containsKey(tenant)
                || made.get() < config.tenancy().maxTenants();
    }

    /** Told of each tenant that is there, and of each that comes; on any thread. At most one is told. */
    void onTenant(Consumer<Routes> listener) {
        onNew = listener;
        routes.values().forEach(listener);
    }

    @Override
    public Routes apply(Tenant tenant) {
        return of(tenant);
    }

    Collection<Routes> all() {
        return routes.values();
    }

    private Routes makeOther(Tenant tenant) {
        Routes fresh = make(tenant);
        made.incrementAndGet();
        onNew.accept(fresh);
        return fresh;
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
                new RetainedMessages(new RetainedMessages.Limits(
                        Math.min(config.retained().maxMessages(), quota.maxRetainedMessages()),
                        Math.min(maxRetainedBytes, quota.maxRetainedBytes()),
                        config.retained().maxPayloadBytes())),
                sharedQueues,
                config.tenancy().isOn() ? loops : 0);
    }
}
