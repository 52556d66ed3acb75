package io.maxmq.core.engine;

import io.maxmq.core.loop.Loop;
import io.maxmq.core.routing.MessageIds;
import io.maxmq.core.routing.RoutedMessage;
import io.maxmq.core.routing.Router;
import io.maxmq.core.session.DroppedMessages;
import io.maxmq.core.session.LoopSessions;
import io.maxmq.core.session.SessionKey;
import java.util.List;

/** The parts of one event loop. */
public record LoopAssembly(
        Loop loop,
        LoopCaller caller,
        MessageIds ids,
        Router router,
        LoopSessions sessions,
        DroppedMessages drops,
        RoutedMessage inProcess) {
    /** The loop on which this client's session lives, or would. */
    public static LoopAssembly of(List<LoopAssembly> loops, SessionKey key) {
        return loops.get(key.loopIndex(loops.size()));
    }
}
