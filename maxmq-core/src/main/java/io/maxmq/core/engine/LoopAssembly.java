package io.maxmq.core.engine;

import io.maxmq.core.loop.Loop;
import io.maxmq.core.routing.InTransit;
import io.maxmq.core.routing.MessageIds;
import io.maxmq.core.routing.Router;
import io.maxmq.core.session.Drops;
import io.maxmq.core.session.SessionKey;
import io.maxmq.core.session.Sessions;
import java.util.List;

/** The parts of one event loop. */
public record LoopAssembly(
        Loop loop,
        LoopCaller caller,
        MessageIds ids,
        Router router,
        Sessions sessions,
        Drops drops,
        InTransit inProcess) {
    /** The loop on which this client's session lives, or would. */
    public static LoopAssembly of(List<LoopAssembly> loops, SessionKey key) {
        return loops.get(key.loopIndex(loops.size()));
    }
}
