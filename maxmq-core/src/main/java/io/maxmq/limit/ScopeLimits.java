package io.maxmq.limit;

import io.maxmq.spi.Cidr;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Tenant;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The limits that share a key: those of one scope, for each key or for one. Finds the key, and the meters of it. Thread-safe. */
final class ScopeLimits {
    /** The key of the whole broker, and of a range of addresses that counts as one. */
    private static final String THE_ONE = "";

    private record User(Tenant tenant, String name) {}

    private record Client(Tenant tenant, Optional<String> user, String clientId) {}

    /** How many bits of an address count. */
    record Prefixes(int ipv4, int ipv6) {}

    private final Limit.Scope scope;
    private final @Nullable String only;
    private final @Nullable Cidr range;
    private final Prefixes prefixes;
    private final MeterTable table;

    ScopeLimits(Limit.Scope scope, Optional<String> only, List<Limit> limits, Prefixes prefixes, int maxKeys) {
        this.scope = scope;
        this.only = only.orElse(null);
        this.range = scope == Limit.Scope.ADDRESS && only.isPresent() ? Cidr.parse(only.get()) : null;
        this.prefixes = prefixes;
        this.table = new MeterTable(limits, maxKeys);
    }

    List<Limit> limits() {
        return table.limits();
    }

    MeterTable table() {
        return table;
    }

    /** Of a socket; null when these limits are not about it, or about what is not known yet. */
    @Nullable
    Object keyOf(SocketAddress remote, String listener) {
        switch (scope) {
            case BROKER:
                return THE_ONE;
            case LISTENER:
                return named(listener, listener);
            case ADDRESS:
                return keyOf(remote);
            default:
                return null;
        }
    }

    private @Nullable Object keyOf(SocketAddress remote) {
        InetAddress address = remote instanceof InetSocketAddress inet ? inet.getAddress() : null;
        if (address == null) {
            return null; // a connection inside the JVM, or by a local socket
        }
        if (range != null) {
            return range.contains(address) ? THE_ONE : null;
        }
        return Cidr.of(address, address.getAddress().length == 4 ? prefixes.ipv4() : prefixes.ipv6());
    }

    /** Of a client; null when these limits are not about it. */
    @Nullable
    Object keyOf(ClientInfo client) {
        switch (scope) {
            case TENANT:
                return named(client.tenant().name(), client.tenant());
            case USER:
                String user = client.username().orElse(null);
                return user == null ? null : named(user, new User(client.tenant(), user));
            case CLIENT:
                return named(client.clientId(), new Client(client.tenant(), client.username(), client.clientId()));
            default:
                return keyOf(client.remoteAddress(), client.listener());
        }
    }

    private @Nullable Object named(String name, Object key) {
        return only == null || only.equals(name) ? key : null;
    }
}
