package io.maxmq.limit;

import io.maxmq.spi.Cidr;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Stable;
import io.maxmq.spi.admin.Ban;
import io.maxmq.spi.event.BrokerEvent.ClientConnected;
import io.maxmq.spi.extension.BrokerContext;
import io.maxmq.spi.extension.Extension;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Bans clients that reconnect too often, for a while: a client id of one user, or an address, or both. Counts connections that CONNACK has
 * accepted, by their events, in a sliding window; beyond the bound the ban follows and the connection is ended. The ban's reason says why.
 * Another user may still connect with the banned client id.
 *
 * <pre>{@code
 * builder.extension(FlappingGuard.of(15, Duration.ofMinutes(1), Duration.ofMinutes(5)));
 * }</pre>
 *
 * <p>By address (IPv6: /64) only when asked, since many clients may share one. Counts at most 100,000 keys at a time; who finds no room is
 * not counted. Thread-safe. For one broker.
 *
 * @since 0.1.0
 */
@Stable
public final class FlappingGuard implements Extension {
    private static final int MAX_KEYS = 100_000;
    private static final int IPV6_BITS = 64;
    private static final int IPV4_BITS = 32;

    private final int connections;
    private final Duration window;
    private final Duration ban;
    private final boolean byAddress;
    private final MeterTable clients;
    private final MeterTable addresses;

    private FlappingGuard(int connections, Duration window, Duration ban, boolean byAddress) {
        if (ban.isNegative() || ban.isZero()) {
            throw new IllegalArgumentException("ban must be positive: ban=" + ban);
        }
        this.connections = connections;
        this.window = window;
        this.ban = ban;
        this.byAddress = byAddress;
        this.clients = table(Limit.Scope.CLIENT);
        this.addresses = table(Limit.Scope.ADDRESS);
    }

    private MeterTable table(Limit.Scope scope) {
        return new MeterTable(List.of(Limit.connectionRate(scope, connections, window)), MAX_KEYS);
    }

    /**
     * By tenant, user and client id.
     *
     * @param connections so many are allowed in a window, 1 to 2^30
     * @param window 1 ms..1 h
     * @param ban how long who exceeds that is banned
     */
    public static FlappingGuard of(int connections, Duration window, Duration ban) {
        return new FlappingGuard(connections, window, ban, false);
    }

    /** By address as well. */
    public FlappingGuard byAddress() {
        return new FlappingGuard(connections, window, ban, true);
    }

    @Override
    public CompletionStage<Void> start(BrokerContext context) {
        context.addListener(event -> {
            if (event instanceof ClientConnected connected) {
                onConnected(connected.client(), context);
            }
        });
        return CompletableFuture.completedFuture(null);
    }

    private void onConnected(ClientInfo client, BrokerContext context) {
        long now = context.clock().nanoTime();
        if (exceeds(clients, List.of(client.tenant(), client.username(), client.clientId()), now)) {
            ban(Ban.clientOfUser(client.clientId(), client.username()).tenant(client.tenant()), context);
        }
        Cidr range = byAddress ? range(client) : null;
        if (range != null && exceeds(addresses, range, now)) {
            ban(Ban.address(range.toString()), context);
        }
    }

    private static boolean exceeds(MeterTable table, Object key, long nowNanos) {
        Optional<KeyMeters> known = table.borrowIfRoom(key, nowNanos);
        if (known.isEmpty()) {
            return false;
        }
        try {
            return known.get().meter(0).take(1, nowNanos) != 0;
        } finally {
            known.get().giveBack();
        }
    }

    private static @Nullable Cidr range(ClientInfo client) {
        if (client.remoteAddress() instanceof InetSocketAddress inet && inet.getAddress() != null) {
            int bits = inet.getAddress().getAddress().length == 4 ? IPV4_BITS : IPV6_BITS;
            return Cidr.of(inet.getAddress(), bits);
        }
        return null;
    }

    private void ban(Ban who, BrokerContext context) {
        String why = "flapping: more than " + connections + " connections within " + window;
        var unused = context.bans()
                .add(who.reason(why), ban)
                .handle((added, failure) -> context.bans().disconnect(who));
    }
}
