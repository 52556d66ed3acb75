package io.maxmq.core.connection;

import io.maxmq.core.loop.Loop;
import io.maxmq.core.observe.Events;
import io.maxmq.core.session.SessionKey;
import io.maxmq.spi.Cidr;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.event.BrokerEvent.Throttled;
import io.maxmq.spi.limit.RateDecision;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tells listeners whom rate limiters hold back: when that begins and, as long as it goes on, once in a while; not each time. Remembers a
 * bounded number of them, and only while somebody listens; who was held back longest ago makes room.
 *
 * <p>One per loop. Runs on it. Not thread-safe.
 */
final class Throttling {
    /** The same is told again after this, at the earliest. */
    static final long QUIET_NANOS = 10_000_000_000L;

    private static final int MAX_REMEMBERED = 4096;
    private static final int IPV6_BITS = 64;

    /** Another user's client of the same id is another one. */
    private record Client(SessionKey key, Optional<String> user) {}

    /** @param who a {@link Client} that is authenticated, else its address, a range of addresses, or a listener */
    private record Held(Object who, Throttled.What what, String limit) {}

    private static final class Tally {
        private boolean told;
        private long toldAtNanos;
        private long sinceTold;
    }

    /** Remote end of a connection; the client is null before CONNECT. */
    private record Peer(
            SocketAddress remote, String listener, @Nullable ClientInfo client) {}

    private final Loop loop;
    private final Events events;

    private final Map<Held, Tally> held = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Held, Tally> eldest) {
            return size() > MAX_REMEMBERED;
        }
    };

    Throttling(Loop loop, Events events) {
        this.loop = loop;
        this.events = events;
    }

    /** A socket, or what CONNECT says of a client, is held back. */
    void onAddress(
            SocketAddress remote, String listener, @Nullable ClientInfo client, RateDecision decision, String limiter) {
        if (events.wants(Throttled.class)) {
            tell(
                    keyOf(remote, listener),
                    Throttled.What.CONNECTION,
                    new Peer(remote, listener, client),
                    decision,
                    limiter);
        }
    }

    /** A client that is authenticated is held back. */
    void onClient(ClientInfo client, Throttled.What what, RateDecision decision, String limiter) {
        if (events.wants(Throttled.class)) {
            Object who = new Client(new SessionKey(client.tenant(), client.clientId()), client.username());
            tell(who, what, new Peer(client.remoteAddress(), client.listener(), client), decision, limiter);
        }
    }

    private static Object keyOf(SocketAddress remote, String listener) {
        InetAddress address = remote instanceof InetSocketAddress inet ? inet.getAddress() : null;
        if (address == null) {
            return listener;
        }
        return address instanceof Inet6Address ? Cidr.of(address, IPV6_BITS) : address;
    }

    private void tell(Object who, Throttled.What what, Peer peer, RateDecision decision, String limiter) {
        String limit = decision.limit().isEmpty() ? limiter : decision.limit();
        Tally tally = held.computeIfAbsent(new Held(who, what, limit), fresh -> new Tally());
        tally.sinceTold++;
        long now = loop.nowNanos();
        if (tally.told && now - tally.toldAtNanos < QUIET_NANOS) {
            return;
        }
        long count = tally.sinceTold;
        tally.sinceTold = 0;
        tally.told = true;
        tally.toldAtNanos = now;
        loop.emit(
                events,
                new Throttled(
                        loop.epochMillis(),
                        peer.remote(),
                        peer.listener(),
                        Optional.ofNullable(peer.client()),
                        what,
                        decision,
                        limit,
                        count));
    }
}
