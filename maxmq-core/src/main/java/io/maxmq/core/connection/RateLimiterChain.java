package io.maxmq.core.connection;

import io.maxmq.core.observe.PluginFailures;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.event.BrokerEvent.Failure;
import io.maxmq.spi.limit.ConnectionLimiter;
import io.maxmq.spi.limit.RateDecision;
import io.maxmq.spi.limit.RateLimiter;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Several rate limiters as one. Each is asked about everything, also about what another refuses, so that their order is nothing to them;
 * the answer that costs the client most counts ({@link RateDecision#stricter}). One that throws is reported by its own name, and the others
 * are asked nevertheless: it counts as having dropped a new connection, and as having allowed anything else.
 *
 * <p>An answer that does not say which limit it is has the name of its limiter. As thread-safe as they are. Never throws.
 */
final class RateLimiterChain implements RateLimiter {
    private final List<RateLimiter> limiters;
    private final PluginFailures failures;

    private RateLimiterChain(List<RateLimiter> limiters, PluginFailures failures) {
        this.limiters = limiters;
        this.failures = failures;
    }

    /** One for all of them: {@link RateLimiter#NONE} for none, and the only one as it is. */
    static RateLimiter of(List<RateLimiter> limiters, PluginFailures failures) {
        if (limiters.isEmpty()) {
            return RateLimiter.NONE;
        }
        return limiters.size() == 1 ? limiters.get(0) : new RateLimiterChain(List.copyOf(limiters), failures);
    }

    @Override
    public RateDecision onAccept(SocketAddress remoteAddress, String listener, long nowNanos) {
        RateDecision strictest = RateDecision.ALLOW;
        for (RateLimiter each : limiters) {
            try {
                strictest = strictest.stricter(named(each, each.onAccept(remoteAddress, listener, nowNanos)));
            } catch (Throwable t) {
                strictest = strictest.stricter(refused(each, "onAccept", t));
            }
        }
        return strictest;
    }

    @Override
    public RateDecision onConnect(ClientInfo client, long nowNanos) {
        RateDecision strictest = RateDecision.ALLOW;
        for (RateLimiter each : limiters) {
            try {
                strictest = strictest.stricter(named(each, each.onConnect(client, nowNanos)));
            } catch (Throwable t) {
                strictest = strictest.stricter(refused(each, "onConnect", t));
            }
        }
        return strictest;
    }

    @Override
    public ConnectionLimiter open(ClientInfo client, long nowNanos) {
        List<RateLimiter> limiting = new ArrayList<>();
        List<ConnectionLimiter> opened = new ArrayList<>();
        for (RateLimiter each : limiters) {
            try {
                ConnectionLimiter ofConnection = each.open(client, nowNanos);
                if (ofConnection != ConnectionLimiter.NONE) {
                    limiting.add(each);
                    opened.add(ofConnection);
                }
            } catch (Throwable t) {
                failed(each, "open", t);
            }
        }
        return opened.isEmpty()
                ? ConnectionLimiter.NONE
                : new OfConnection(limiting.toArray(RateLimiter[]::new), opened.toArray(ConnectionLimiter[]::new));
    }

    private static RateDecision named(RateLimiter limiter, RateDecision decision) {
        boolean isNameless =
                !(decision instanceof RateDecision.Allow) && decision.limit().isEmpty();
        return isNameless ? decision.by(limiter.name()) : decision;
    }

    private RateDecision refused(RateLimiter limiter, String operation, Throwable cause) {
        failed(limiter, operation, cause);
        return RateDecision.DROP.by(limiter.name());
    }

    private void failed(RateLimiter limiter, String operation, Throwable cause) {
        failures.report(limiter.name(), operation, Failure.THREW, cause);
    }

    /** What limits one connection. Runs on its loop. */
    private final class OfConnection implements ConnectionLimiter {
        private final RateLimiter[] by;
        private final ConnectionLimiter[] opened;

        /** Who has let the connection in: they have counted it, and are not asked again after another's pause. */
        private final boolean[] admitted;

        OfConnection(RateLimiter[] by, ConnectionLimiter[] opened) {
            this.by = by;
            this.opened = opened;
            this.admitted = new boolean[opened.length];
        }

        @Override
        public RateDecision acquireConnection(long nowNanos) {
            RateDecision strictest = RateDecision.ALLOW;
            for (int i = 0; i < opened.length; i++) {
                if (!admitted[i]) {
                    RateDecision decision;
                    try {
                        decision = named(by[i], opened[i].acquireConnection(nowNanos));
                    } catch (Throwable t) {
                        decision = refused(by[i], "acquireConnection", t);
                    }
                    admitted[i] = decision instanceof RateDecision.Allow;
                    strictest = strictest.stricter(decision);
                }
            }
            return strictest;
        }

        @Override
        public RateDecision acquirePublish(int count, long bytes, long nowNanos) { // hot: per message
            RateDecision strictest = RateDecision.ALLOW;
            for (int i = 0; i < opened.length; i++) {
                try {
                    RateDecision decision = opened[i].acquirePublish(count, bytes, nowNanos);
                    if (decision != RateDecision.ALLOW) {
                        strictest = strictest.stricter(named(by[i], decision));
                    }
                } catch (Throwable t) {
                    failed(by[i], "acquirePublish", t);
                }
            }
            return strictest;
        }

        @Override
        public RateDecision acquireSubscribe(int filters, long nowNanos) {
            RateDecision strictest = RateDecision.ALLOW;
            for (int i = 0; i < opened.length; i++) {
                try {
                    strictest = strictest.stricter(named(by[i], opened[i].acquireSubscribe(filters, nowNanos)));
                } catch (Throwable t) {
                    failed(by[i], "acquireSubscribe", t);
                }
            }
            return strictest;
        }

        @Override
        public void close() {
            for (int i = 0; i < opened.length; i++) {
                try {
                    opened[i].close();
                } catch (Throwable t) {
                    failed(by[i], "close", t);
                }
            }
        }
    }
}
