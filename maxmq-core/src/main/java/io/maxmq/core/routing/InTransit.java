package io.maxmq.core.routing;

/** The message that is being delivered, as one event loop sees it. Valid only during the call that passes it. */
public final class InTransit {}
