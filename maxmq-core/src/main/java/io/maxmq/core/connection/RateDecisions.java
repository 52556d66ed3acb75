package io.maxmq.core.connection;

import io.maxmq.core.loop.Loop;
import io.maxmq.core.observe.Counter;
import io.maxmq.core.observe.Events;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.event.BrokerEvent.Failure;
import io.maxmq.spi.event.BrokerEvent.Throttled;
import io.maxmq.spi.limit.ConnectionLimiter;
import io.maxmq.spi.limit.RateDecision;
import io.maxmq.spi.limit.RateLimiter;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * The border to the rate limiters: asks them, stands in for one that fails, counts what they decide and tells whom they hold back.
 * Immutable after {@link #addLoop}; each method runs on the loop of what it is about.
 */
final class RateDecisions {
    private final RateLimiter limiter;
    private final String name;
    private final Events events;
    private final List<Throttling> throttling = new ArrayList<>();

    RateDecisions(List<RateLimiter> limiters, Events events) {
        this.limiter = RateLimiterChain.of(limiters, events.failures());
        this.name = limiter.name();
        this.events = events;
    }

    /** Adds the next loop; all are added before the first connection comes. */
    void addLoop(Loop loop) {
        throttling.add(new Throttling(loop, events));
    }

    /** Whether a socket may stay, before anything is read from it. */
    RateDecision onAccept(SocketAddress remote, String listener, Loop loop) {
        if (limiter == RateLimiter.NONE) {
            return RateDecision.ALLOW;
        }
        try {
            RateDecision decision = limiter.onAccept(remote, listener, loop.refreshTime());
            if (counts(decision, loop)) {
                of(loop).onAddress(remote, listener, null, decision, name);
            }
            return decision;
        } catch (Throwable t) {
            failed("onAccept", t);
            return RateDecision.DROP;
        }
    }

    /** Whether a CONNECT goes on, of which nothing is proven. */
    RateDecision onConnect(ClientInfo client, Loop loop) {
        if (limiter == RateLimiter.NONE) {
            return RateDecision.ALLOW;
        }
        try {
            RateDecision decision = limiter.onConnect(client, loop.refreshTime());
            if (counts(decision, loop)) {
                of(loop).onAddress(client.remoteAddress(), client.listener(), client, decision, name);
            }
            return decision;
        } catch (Throwable t) {
            failed("onConnect", t);
            return RateDecision.DROP;
        }
    }

    /** What limits the connection of a client that is authenticated. */
    ConnectionLimiter open(ClientInfo client, Loop loop) {
        if (limiter == RateLimiter.NONE) {
            return ConnectionLimiter.NONE;
        }
        try {
            return limiter.open(client, loop.nowNanos());
        } catch (Throwable t) {
            failed("open", t);
            return ConnectionLimiter.NONE;
        }
    }

    RateDecision acquireConnection(ConnectionLimiter by, ClientInfo client, Loop loop) {
        if (by == ConnectionLimiter.NONE) {
            return RateDecision.ALLOW;
        }
        try {
            RateDecision decision = by.acquireConnection(loop.refreshTime());
            if (counts(decision, loop)) {
                of(loop).onClient(client, Throttled.What.CONNECTION, decision, name);
            }
            return decision;
        } catch (Throwable t) {
            failed("acquireConnection", t);
            return RateDecision.DROP;
        }
    }

    RateDecision acquirePublish(ConnectionLimiter by, long bytes, Connection connection) { // hot: per message
        try {
            Loop loop = connection.loop();
            RateDecision decision = by.acquirePublish(1, bytes, loop.nowNanos());
            if (decision != RateDecision.ALLOW) {
                tell(decision, Throttled.What.PUBLISH, connection);
            }
            return decision;
        } catch (Throwable t) {
            failed("acquirePublish", t);
            return RateDecision.ALLOW;
        }
    }

    RateDecision acquireSubscribe(ConnectionLimiter by, int filters, Connection connection) {
        if (by == ConnectionLimiter.NONE) {
            return RateDecision.ALLOW;
        }
        try {
            RateDecision decision =
                    by.acquireSubscribe(filters, connection.loop().nowNanos());
            tell(decision, Throttled.What.SUBSCRIBE, connection);
            return decision;
        } catch (Throwable t) {
            failed("acquireSubscribe", t);
            return RateDecision.ALLOW;
        }
    }

    private void tell(RateDecision decision, Throttled.What what, Connection connection) {
        Loop loop = connection.loop();
        ClientInfo client = connection.client();
        if (counts(decision, loop) && client != null) {
            of(loop).onClient(client, what, decision, name);
        }
    }

    void close(ConnectionLimiter by) {
        if (by == ConnectionLimiter.NONE) {
            return;
        }
        try {
            by.close();
        } catch (Throwable t) {
            failed("close", t);
        }
    }

    private Throttling of(Loop loop) {
        return throttling.get(loop.index());
    }

    /** Counts a decision; false when it is to allow, which is not counted. */
    private static boolean counts(RateDecision decision, Loop loop) {
        if (decision instanceof RateDecision.Pause) {
            loop.counters().increment(Counter.RATE_PAUSED);
        } else if (decision instanceof RateDecision.Drop) {
            loop.counters().increment(Counter.RATE_DROPPED);
        } else if (decision instanceof RateDecision.Disconnect) {
            loop.counters().increment(Counter.RATE_DISCONNECTED);
        } else {
            return false;
        }
        return true;
    }

    private void failed(String operation, Throwable cause) {
        events.failures().report(name, operation, Failure.THREW, cause);
    }
}
