package io.maxmq.core.bootstrap;

import io.maxmq.core.limit.MemoryBudget;
import io.maxmq.core.persistence.DamagedRecords;
import io.maxmq.core.persistence.DelayedRecord;
import io.maxmq.core.persistence.OwnerKey;
import io.maxmq.core.persistence.Persistence;
import io.maxmq.core.persistence.RetainedRestore;
import io.maxmq.core.persistence.Tables;
import io.maxmq.core.routing.Routes;
import io.maxmq.core.session.SessionKey;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.ShardedKey;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;

/**
 * What a start puts back of messages that belong to no session: {@link #restore} when sessions and subscriptions are there, and
 * before anything is routed or a client comes. On the thread that starts the broker.
 */
final class KeptMessages {
    private final Persistence persistence;
    private final List<LoopAssembly> loops;
    private final Function<Tenant, Routes> routesOf;
    private final MemoryBudget budget;
    private final Logger log;

    KeptMessages(
            Persistence persistence,
            List<LoopAssembly> loops,
            Function<Tenant, Routes> routesOf,
            MemoryBudget budget,
            Logger log) {
        this.persistence = persistence;
        this.loops = loops;
        this.routesOf = routesOf;
        this.budget = budget;
        this.log = log;
    }

    void restore(long epochMillis) {
        restoreRetained(epochMillis);
        restoreDelayed();
    }

    private void restoreRetained(long epochMillis) {
        RetainedRestore retained = new RetainedRestore(persistence, routesOf, budget, log);
        long restored = retained.run(epochMillis);
        LoopAssembly first = loops.get(0);
        first.loop().execute(() -> retained.expireLater(first.router()));
        if (restored > 0) {
            log.info("restored {} retained messages", restored);
        }
    }

    private void restoreDelayed() {
        DamagedRecords damaged = new DamagedRecords(log);
        persistence.readAll(Tables.DELAYED, entry -> damaged.skipping(entry, () -> restoreDelayed(entry)));
        damaged.end(Tables.DELAYED);
    }

    /** Last, since it routes what has come due meanwhile. */
    void routeDelayed() {
        for (LoopAssembly each : loops) {
            each.loop().execute(() -> each.sessions().beginRestoredDelayed());
        }
    }

    private void restoreDelayed(Entry entry) {
        DelayedRecord record = DelayedRecord.read(entry);
        SessionKey publisher =
                new SessionKey(new Tenant(ShardedKey.parse(entry.key()).tenant()), OwnerKey.nameIn(entry.key()));
        Routes routes = routesOf.apply(publisher.tenant());
        long number = OwnerKey.numberIn(entry.key());
        LoopAssembly at = LoopAssembly.of(loops, publisher);
        at.loop().execute(() -> at.sessions().restoreDelayed(publisher, routes, record, number));
    }
}
