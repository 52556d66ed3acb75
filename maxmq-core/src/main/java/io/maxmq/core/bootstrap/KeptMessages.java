package io.maxmq.core.bootstrap;

import io.maxmq.core.limit.MemoryBudget;
import io.maxmq.core.persistence.Persistence;
import io.maxmq.core.persistence.RetainedRestore;
import io.maxmq.core.routing.Routes;
import io.maxmq.spi.Tenant;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;

/** What a start puts back of messages that belong to no session: retained ones. On the thread that starts the broker. */
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

    /** Before a message is routed, or a subscription made. */
    void restore(long epochMillis) {
        RetainedRestore retained = new RetainedRestore(persistence, routesOf, budget, log);
        long restored = retained.run(epochMillis);
        LoopAssembly first = loops.get(0);
        first.loop().execute(() -> retained.expireLater(first.router()));
        if (restored > 0) {
            log.info("restored {} retained messages", restored);
        }
    }
}
