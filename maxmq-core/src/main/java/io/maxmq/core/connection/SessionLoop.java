package io.maxmq.core.connection;

import io.maxmq.core.access.CallerLoop;
import io.maxmq.core.loop.Loop;
import io.maxmq.core.routing.Router;
import io.maxmq.core.session.DroppedMessages;
import io.maxmq.core.session.LoopSessions;

/**
 * Sessions of one loop, as its connections reach them.
 *
 * @param caller the loop as the access chains see it
 * @param drops reports dropped messages
 */
public record SessionLoop(Loop loop, CallerLoop caller, Router router, LoopSessions sessions, DroppedMessages drops) {}
