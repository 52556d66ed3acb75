package io.maxmq.core.persistence;

import io.maxmq.core.limit.MemoryBudget;
import io.maxmq.core.routing.Router;
import io.maxmq.core.routing.Routes;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.ShardedKey;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.slf4j.Logger;

/**
 * Restores the retained messages of a previous run. Independent of other recovery steps. Must run before a message is
 * routed or a subscription is added.
 *
 * <p>Restores all messages regardless of the current limits, because they were acknowledged. Deletes expired messages.
 * Skips and logs damaged records.
 */
public final class RetainedRestore {
    private final Persistence persistence;
    private final Function<Tenant, Routes> routesOf;
    private final MemoryBudget budget;
    private final Logger log;
    /** Earliest expiry of each tenant's messages, in ms since the epoch. */
    private final Map<Routes, Long> firstExpiry = new HashMap<>();

    private long restored;

    public RetainedRestore(
            Persistence persistence, Function<Tenant, Routes> routesOf, MemoryBudget budget, Logger log) {
        this.persistence = persistence;
        this.routesOf = routesOf;
        this.budget = budget;
        this.log = log;
    }

    /**
     * Reads all retained messages, on the thread that starts the broker.
     *
     * @param epochMillis current time, in ms since the epoch
     * @return number of restored messages
     */
    public long run(long epochMillis) {
        persistence.readAll(Tables.RETAINED, entry -> restore(entry, epochMillis), log);
        return restored;
    }

    private void restore(Entry entry, long epochMillis) {
        Routes routes = routesOf.apply(RetainedRecord.tenantOf(entry));
        StoredMessage message = RetainedRecord.read(entry);
        if (message.isExpired(epochMillis)) {
            remove(entry);
            return;
        }
        budget.overdraw(routes.retained().restore(message));
        restored++;
        if (message.expiresAtMillis() != 0) {
            firstExpiry.merge(routes, message.expiresAtMillis(), Math::min);
        }
    }

    private void remove(Entry entry) {
        Batch batch = Batch.builder(ShardedKey.shardOf(entry.key()))
                .delete(Tables.RETAINED, entry.key())
                .build();
        var unused = persistence.store().commit(batch); // on failure the next start deletes it
    }

    /** Schedules the expiry of the restored messages; on the router's loop, after {@link #run}. */
    public void expireLater(Router router) {
        firstExpiry.forEach(router::expireRetained);
    }
}
