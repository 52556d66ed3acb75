package io.maxmq.core.limit;

import io.maxmq.spi.Cidr;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.admin.Ban;
import io.maxmq.spi.admin.Bans;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * The bans of the broker, in memory. An address look-up costs one step per distinct prefix length among the bans,
 * independent of their number. Expired bans are ignored; they are removed when found or when room is needed.
 * Thread-safe: look-ups take no lock.
 */
public final class BanList {
    private static final int PREFIXES = 129;

    /** Written under this object's lock. */
    private final ConcurrentNavigableMap<String, Ban> byKey = new ConcurrentSkipListMap<>();

    /** The bans of addresses, by range. Written under this object's lock. */
    private final Map<Cidr, Ban> byRange = new ConcurrentHashMap<>();

    /** Number of bans by prefix length; the second half is for IPv6. Guarded by this object's lock. */
    private final int[] counts = new int[2 * PREFIXES];

    /** Prefix lengths in use. Replaced under the lock, read without. */
    private volatile int[] ipv4Prefixes = {};

    private volatile int[] ipv6Prefixes = {};

    /** Number of bans. Written under the lock. */
    private volatile int size;

    /** Key of a ban, also its sort order: kind, tenant, value, user. */
    private static String key(Ban.Kind kind, Tenant tenant, String value) {
        return kind.ordinal() + tenant.name() + '\0' + value;
    }

    private static String key(Ban.Kind kind, Tenant tenant, String value, @Nullable String user) {
        return key(kind, tenant, value) + (user == null ? "" : '\0' + user);
    }

    private static String key(Ban ban) {
        return key(ban.kind(), ban.tenant(), ban.value(), ban.user().orElse(null));
    }

    /** Adds a ban, in place of an older one with the same key. Returns false if the list is full. */
    public synchronized boolean add(Ban ban, long nowEpochMillis) {
        if (size >= Bans.MAX_BANS && !byKey.containsKey(key(ban))) {
            byKey.values().stream().filter(each -> each.isOver(nowEpochMillis)).forEach(this::remove);
            if (size >= Bans.MAX_BANS) {
                return false;
            }
        }
        if (byKey.put(key(ban), ban) == null) {
            size = byKey.size();
            count(ban, 1);
        }
        if (ban.kind() == Ban.Kind.ADDRESS) {
            byRange.put(Cidr.parse(ban.value()), ban);
        }
        return true;
    }

    /** Removes the ban with the same key. Returns false if absent. */
    public synchronized boolean remove(Ban ban) {
        Ban known = byKey.remove(key(ban));
        if (known == null) {
            return false;
        }
        size = byKey.size();
        count(known, -1);
        if (known.kind() == Ban.Kind.ADDRESS) {
            byRange.remove(Cidr.parse(known.value()));
        }
        return true;
    }

    private void count(Ban ban, int more) {
        if (ban.kind() != Ban.Kind.ADDRESS) {
            return;
        }
        Cidr range = Cidr.parse(ban.value());
        counts[range.prefix() + (range.isIpv4() ? 0 : PREFIXES)] += more;
        if (range.isIpv4()) {
            ipv4Prefixes = prefixes(0);
        } else {
            ipv6Prefixes = prefixes(PREFIXES);
        }
    }

    private int[] prefixes(int from) {
        return java.util.stream.IntStream.range(0, PREFIXES)
                .filter(prefix -> counts[from + prefix] > 0)
                .toArray();
    }

    /** Returns the ban of this address, or null. */
    public @Nullable Ban of(SocketAddress remote, long nowEpochMillis) {
        InetAddress address = remote instanceof InetSocketAddress inet ? inet.getAddress() : null;
        if (address == null || size == 0) {
            return null;
        }
        for (int prefix : address.getAddress().length == 4 ? ipv4Prefixes : ipv6Prefixes) {
            Ban found = inForce(byRange.get(Cidr.of(address, prefix)), nowEpochMillis);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /**
     * Returns the ban of this client or null: by user name, by client id (for all users or for its user), or by
     * address.
     */
    public @Nullable Ban of(ClientInfo client, long nowEpochMillis) {
        if (size == 0) {
            return null;
        }
        Ban found = inForce(byKey.get(key(Ban.Kind.CLIENT, client.tenant(), client.clientId())), nowEpochMillis);
        String user = client.username().orElse(null);
        if (found == null && user != null) {
            found = inForce(byKey.get(key(Ban.Kind.USER, client.tenant(), user)), nowEpochMillis);
        }
        if (found == null) {
            String both = key(Ban.Kind.CLIENT_OF_USER, client.tenant(), client.clientId(), user);
            found = inForce(byKey.get(both), nowEpochMillis);
        }
        return found == null ? of(client.remoteAddress(), nowEpochMillis) : found;
    }

    private @Nullable Ban inForce(@Nullable Ban ban, long nowEpochMillis) {
        if (ban != null && ban.isOver(nowEpochMillis)) {
            removeOver(ban);
            return null;
        }
        return ban;
    }

    private synchronized void removeOver(Ban ban) {
        if (byKey.get(key(ban)) == ban) {
            remove(ban);
        }
    }

    /** Returns all bans after a key, in order; weakly consistent. */
    public Iterable<Map.Entry<String, Ban>> after(String key) {
        return byKey.tailMap(key, false).entrySet();
    }

    /** Number of bans, including expired ones not yet removed. */
    public int size() {
        return size;
    }
}
