package io.maxmq.limit;

import io.maxmq.spi.Cidr;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Stable;
import io.maxmq.spi.limit.ConnectionLimiter;
import io.maxmq.spi.limit.RateDecision;
import io.maxmq.spi.limit.RateLimiter;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Limits on what clients may do in a time, by broker, listener, address, tenant, user and client:
 *
 * <pre>{@code
 * builder.rateLimiter(Limits.of(
 *         Limit.connectionRate(Scope.ADDRESS, 20, Duration.ofSeconds(1)),
 *         Limit.publishRate(Scope.CLIENT, 1000, Duration.ofSeconds(1)),
 *         Limit.byteRate(Scope.USER, 1 << 20, 4 << 20).action(Action.DROP)));
 * }</pre>
 *
 * <p>All limits that are about a client hold at once; what one of them refuses is taken from none. Where several refuse, the one that
 * costs the client most decides. A limit with {@link Limit.Action#PAUSE} lets the packets pass that go beyond it, and stops
 * reading for as long as they take at its rate.
 *
 * <p>Of each scope as many keys are counted as {@link Builder#maxKeys} says; keys are forgotten when their counters are as if new. The keys that
 * find no room are counted together as one, so whoever makes up keys limits himself.
 *
 * <p>Thread-safe. Belongs to one broker. Looks keys up when a client connects, then costs one compare-and-set per limit and message.
 *
 * @since 0.1.0
 */
@Stable
public final class Limits implements RateLimiter {
    private static final Comparator<Limit> SEVEREST_FIRST =
            Comparator.comparing(Limit::action, Comparator.reverseOrder());
    private static final Set<Limit.Kind> CONNECTING = Set.of(Limit.Kind.CONNECTION_RATE);
    private static final Set<Limit.Kind> PUBLISHING = Set.of(Limit.Kind.PUBLISH_RATE, Limit.Kind.BYTE_RATE);
    private static final Set<Limit.Scope> OF_SOCKETS =
            Set.of(Limit.Scope.BROKER, Limit.Scope.LISTENER, Limit.Scope.ADDRESS);

    private final List<Limit> all;
    private final Map<Limit, RateDecision> refusals = new HashMap<>();
    private final List<ScopeLimits> accepting = new ArrayList<>();
    private final List<ScopeLimits> connecting = new ArrayList<>();
    private final List<ScopeLimits> publishing = new ArrayList<>();
    private final OpenConnections open;

    private Limits(Builder settings) {
        this.all = List.copyOf(settings.limits);
        all.forEach(each -> refusals.put(each, each.refusal()));
        group(settings, each -> CONNECTING.contains(each.kind()) && OF_SOCKETS.contains(each.scope()), accepting);
        group(settings, each -> CONNECTING.contains(each.kind()) && !OF_SOCKETS.contains(each.scope()), connecting);
        group(settings, each -> PUBLISHING.contains(each.kind()), publishing);
        List<ScopeLimits> counting = new ArrayList<>();
        group(settings, each -> each.kind() == Limit.Kind.CONNECTIONS, counting);
        this.open = new OpenConnections(counting, refusals);
    }

    private record Group(Limit.Scope scope, Optional<String> only) {}

    private void group(Builder settings, Predicate<Limit> chosen, List<ScopeLimits> into) {
        Map<Group, List<Limit>> groups = new LinkedHashMap<>();
        for (Limit limit : all) {
            if (chosen.test(limit)) {
                groups.computeIfAbsent(new Group(limit.scope(), limit.only()), absent -> new ArrayList<>())
                        .add(limit);
            }
        }
        groups.forEach((group, limits) -> into.add(new ScopeLimits(
                group.scope(), group.only(), List.copyOf(limits), settings.prefixes, settings.maxKeys)));
    }

    /** These limits, and the defaults of {@link Builder}. */
    public static Limits of(Limit... limits) {
        Builder builder = builder();
        for (Limit each : limits) {
            builder.limit(each);
        }
        return builder.build();
    }

    /** Starts with no limits. */
    public static Builder builder() {
        return new Builder();
    }

    /** The limits, in the order in which they were given. */
    public List<Limit> limits() {
        return all;
    }

    @Override
    public RateDecision onAccept(SocketAddress remoteAddress, String listener, long nowNanos) {
        if (accepting.isEmpty()) {
            return RateDecision.ALLOW;
        }
        try (AppliedLimits applied = apply(accepting, each -> each.keyOf(remoteAddress, listener), nowNanos)) {
            return applied.takeOne(nowNanos);
        }
    }

    @Override
    public ConnectionLimiter open(ClientInfo client, long nowNanos) {
        AppliedLimits published = apply(publishing, each -> each.keyOf(client), nowNanos);
        AppliedLimits connected = apply(connecting, each -> each.keyOf(client), nowNanos);
        OpenConnections.Place place = open.placeOf(client);
        return published.isEmpty() && connected.isEmpty() && place.isFree()
                ? ConnectionLimiter.NONE
                : new OfConnection(place, connected, published);
    }

    private record OfConnection(OpenConnections.Place place, AppliedLimits connected, AppliedLimits published)
            implements ConnectionLimiter {
        @Override
        public RateDecision acquireConnection(long nowNanos) {
            RateDecision decision = place.take();
            if (decision instanceof RateDecision.Allow) {
                decision = connected.takeOne(nowNanos);
                if (!(decision instanceof RateDecision.Allow)) {
                    place.giveBack();
                }
            }
            return decision;
        }

        @Override
        public RateDecision acquirePublish(int count, long bytes, long nowNanos) { // hot: per message
            return published.takePublish(count, bytes, nowNanos);
        }

        @Override
        public void close() {
            place.close();
            connected.close();
            published.close();
        }
    }

    /** Finds the meters; the caller closes what it gets. */
    private AppliedLimits apply(
            List<ScopeLimits> scopes, Function<ScopeLimits, @Nullable Object> keyOf, long nowNanos) {
        List<KeyMeters> borrowed = new ArrayList<>();
        Map<Limit, Meter> meters = new LinkedHashMap<>();
        for (ScopeLimits scope : scopes) {
            Object key = keyOf.apply(scope);
            if (key != null) {
                KeyMeters of = scope.table().borrow(key, nowNanos);
                borrowed.add(of);
                for (int i = 0; i < scope.limits().size(); i++) {
                    meters.put(scope.limits().get(i), of.meter(i));
                }
            }
        }
        Limit[] limits = meters.keySet().stream().sorted(SEVEREST_FIRST).toArray(Limit[]::new);
        Meter[] ordered = new Meter[limits.length];
        RateDecision[] beyond = new RateDecision[limits.length];
        for (int i = 0; i < limits.length; i++) {
            ordered[i] = meters.get(limits[i]);
            beyond[i] = refusals.get(limits[i]);
        }
        return new AppliedLimits(limits, beyond, ordered, borrowed.toArray(KeyMeters[]::new));
    }

    /** How many keys have connections that are counted. */
    int openConnections() {
        return open.size();
    }

    /** How many keys are counted at present, over all scopes. */
    int keys() {
        int keys = 0;
        for (List<ScopeLimits> scopes : List.of(accepting, connecting, publishing)) {
            for (ScopeLimits each : scopes) {
                keys += each.table().size();
            }
        }
        return keys;
    }

    @Override
    public String toString() {
        return "Limits" + all;
    }

    /**
     * Collects limits. Not thread-safe.
     *
     * @since 0.1.0
     */
    @Stable
    public static final class Builder {
        private final List<Limit> limits = new ArrayList<>();
        private ScopeLimits.Prefixes prefixes = new ScopeLimits.Prefixes(32, 64);
        private int maxKeys = 100_000;

        private Builder() {}

        /**
         * Adds one.
         *
         * @throws IllegalArgumentException when it is there already, or its range of addresses is none
         */
        public Builder limit(Limit limit) {
            if (limits.contains(limit)) {
                throw new IllegalArgumentException("the limit is there already: " + limit);
            }
            if (limit.scope() == Limit.Scope.ADDRESS) {
                limit.only().ifPresent(Cidr::parse);
            }
            limits.add(limit);
            return this;
        }

        /**
         * Addresses that agree in so many bits are one to the limits by address; defaults 32, so each IPv4 address on its own, and
         * 64, since who has an IPv6 address has some 2^64 of them.
         *
         * @param ipv4Bits 1..32
         * @param ipv6Bits 1..128
         */
        public Builder prefixes(int ipv4Bits, int ipv6Bits) {
            if (ipv4Bits < 1 || ipv4Bits > 32 || ipv6Bits < 1 || ipv6Bits > 128) {
                throw new IllegalArgumentException(
                        "prefixes must be 1..32 and 1..128: ipv4Bits=" + ipv4Bits + ", ipv6Bits=" + ipv6Bits);
            }
            prefixes = new ScopeLimits.Prefixes(ipv4Bits, ipv6Bits);
            return this;
        }

        /** How many keys of each scope are counted on their own, 1 to 10^7; default 100,000, about 200 bytes each. */
        public Builder maxKeys(int keys) {
            if (keys < 1 || keys > 10_000_000) {
                throw new IllegalArgumentException("maxKeys must be 1..10000000: maxKeys=" + keys);
            }
            maxKeys = keys;
            return this;
        }

        /** The limits. */
        public Limits build() {
            return new Limits(this);
        }
    }
}
