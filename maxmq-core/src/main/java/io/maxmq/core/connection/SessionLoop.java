package io.maxmq.core.connection;

import io.maxmq.core.access.CallerLoop;
import io.maxmq.core.loop.Loop;
import io.maxmq.core.routing.Router;
import io.maxmq.core.session.Drops;
import io.maxmq.core.session.Sessions;

/**
 * Sessions of one loop, as its connections reach them.
 *
 * @param caller the loop as the access chains see it
 * @param drops reports dropped messages
 */
public record SessionLoop(Loop loop, CallerLoop caller, Router router, Sessions sessions, Drops drops) {}
