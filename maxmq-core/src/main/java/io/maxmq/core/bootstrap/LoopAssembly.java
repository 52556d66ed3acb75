package io.maxmq.core.bootstrap;

import io.maxmq.core.loop.Loop;
import io.maxmq.core.routing.InTransit;
import io.maxmq.core.routing.MessageIds;
import io.maxmq.core.routing.Router;
import io.maxmq.core.session.Drops;
import io.maxmq.core.session.Sessions;

/** The parts of one event loop. */
record LoopAssembly(
        Loop loop,
        LoopCaller caller,
        MessageIds ids,
        Router router,
        Sessions sessions,
        Drops drops,
        InTransit inProcess) {}
