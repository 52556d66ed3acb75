package io.maxmq.limit;

import io.maxmq.spi.Stable;
import io.maxmq.spi.limit.RateDecision;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * How much of something one key may have, where the keys are all addresses, all users and so on, or one of them. Immutable.
 *
 * @param kind of what
 * @param scope whose
 * @param only the one key it is about, as text: a listener's, tenant's or user's name, a client id, a range of addresses
 *     ({@code 10.0.0.0/8}), which then counts as one; empty for each key on its own
 * @param amount connections, packets per {@code window}, or bytes per second; 1 to 2^30, bytes to 10^10
 * @param window of a rate of connections or packets, 1 ms to 1 h; zero else
 * @param burst bytes at once; 1 to 2^29 and at most an hour's worth, 0 where bytes are not counted
 * @param action what becomes of what is beyond the limit
 * @since 0.1.0
 */
@Stable
public record Limit(
        Kind kind, Scope scope, Optional<String> only, long amount, Duration window, long burst, Action action) {

    private static final long MAX_COUNT = 1L << 30;
    private static final long MAX_BYTES_PER_SECOND = 10_000_000_000L;
    private static final long MAX_BURST = 1L << 29;
    private static final Duration MIN_WINDOW = Duration.ofMillis(1);
    private static final Duration MAX_WINDOW = Duration.ofHours(1);
    private static final long SECONDS_OF_BURST = 3600;

    /**
     * What is limited.
     *
     * @since 0.1.0
     */
    @Stable
    public enum Kind {
        /** New connections in a time, by a sliding window counter. */
        CONNECTION_RATE,
        /** Connections at a time, from authentication to their end. Who takes its own session over needs no further one. */
        CONNECTIONS,
        /** PUBLISH packets in a time, by a sliding window counter. */
        PUBLISH_RATE,
        /** Bytes of PUBLISH packets, by a token bucket. */
        BYTE_RATE
    }

    /**
     * Whose it is. Limits of broker, listener and address see a connection when it is accepted, before it costs anything; those of
     * tenant, user and client when it is authenticated.
     *
     * @since 0.1.0
     */
    @Stable
    public enum Scope {
        /** All together. */
        BROKER,
        /** Those of one listener. */
        LISTENER,
        /** Those of one address, or of the addresses that share a prefix (see {@code Limits.Builder.prefixes}). */
        ADDRESS,
        /** Those of one tenant. */
        TENANT,
        /** Those of one user name of a tenant; who has none is not limited. */
        USER,
        /** One client id of one user of a tenant, over all its connections; clients without a user name count as one user. */
        CLIENT
    }

    /**
     * What becomes of what is beyond the limit; see {@link io.maxmq.spi.limit.RateDecision} for what each means by what is limited.
     *
     * @since 0.1.0
     */
    @Stable
    public enum Action {
        /** It comes later. */
        PAUSE,
        /** It is lost. */
        DROP,
        /** The client is. */
        DISCONNECT
    }

    /** Checks every value. */
    public Limit {
        boolean bytes = kind == Kind.BYTE_RATE;
        boolean inATime = kind == Kind.CONNECTION_RATE || kind == Kind.PUBLISH_RATE;
        long most = bytes ? MAX_BYTES_PER_SECOND : MAX_COUNT;
        if (amount < 1 || amount > most) {
            throw new IllegalArgumentException("amount must be 1.." + most + ": amount=" + amount);
        }
        if (bytes) {
            if (burst < 1 || burst > MAX_BURST || burst > amount * SECONDS_OF_BURST) {
                throw new IllegalArgumentException(
                        "burst must be 1.." + MAX_BURST + " and at most an hour's worth: burst=" + burst);
            }
        } else if (burst != 0) {
            throw new IllegalArgumentException("burst must be 0 where no bytes are counted: burst=" + burst);
        }
        if (!inATime && !window.isZero()) {
            throw new IllegalArgumentException("window must be zero for " + kind + ": window=" + window);
        }
        if (inATime && (window.compareTo(MIN_WINDOW) < 0 || window.compareTo(MAX_WINDOW) > 0)) {
            throw new IllegalArgumentException("window must be 1 ms..1 h: window=" + window);
        }
        if (kind == Kind.CONNECTIONS && scope == Scope.CLIENT) {
            throw new IllegalArgumentException("a client has one connection at a time: scope=" + scope);
        }
        if (scope == Scope.BROKER && only.isPresent()) {
            throw new IllegalArgumentException("a limit of the whole broker has no key: only=" + only.get());
        }
    }

    /** At most so many new connections per {@code window}; further ones are dropped. */
    public static Limit connectionRate(Scope scope, int connections, Duration window) {
        return new Limit(Kind.CONNECTION_RATE, scope, Optional.empty(), connections, window, 0, Action.DROP);
    }

    /** At most so many connections at a time; further clients are refused. */
    public static Limit connections(Scope scope, int connections) {
        return new Limit(Kind.CONNECTIONS, scope, Optional.empty(), connections, Duration.ZERO, 0, Action.DISCONNECT);
    }

    /** At most so many PUBLISH packets per {@code window}; reading pauses. */
    public static Limit publishRate(Scope scope, int packets, Duration window) {
        return new Limit(Kind.PUBLISH_RATE, scope, Optional.empty(), packets, window, 0, Action.PAUSE);
    }

    /** So many bytes of PUBLISH packets per second in the long run, and {@code burst} at once; reading pauses. */
    public static Limit byteRate(Scope scope, long bytesPerSecond, long burst) {
        return new Limit(Kind.BYTE_RATE, scope, Optional.empty(), bytesPerSecond, Duration.ZERO, burst, Action.PAUSE);
    }

    /** The same with another action. */
    public Limit action(Action newAction) {
        return new Limit(kind, scope, only, amount, window, burst, newAction);
    }

    /** The same for one key only; see {@link #only()}. */
    public Limit only(String key) {
        return new Limit(kind, scope, Optional.of(key), amount, window, burst, action);
    }

    /**
     * In one line, as in {@code Throttled}: {@code publish-rate by client: 1000 per 1000 ms}, {@code byte-rate by address 10.0.0.0/8:
     * 1048576 per second, 4194304 at once}.
     */
    public String text() {
        String whose = name(scope) + only.map(key -> " " + key).orElse("");
        String howMuch = switch (kind) {
            case BYTE_RATE -> amount + " per second, " + burst + " at once";
            case CONNECTIONS -> amount + " at a time";
            case CONNECTION_RATE, PUBLISH_RATE -> amount + " per " + window.toMillis() + " ms";
        };
        return name(kind) + " by " + whose + ": " + howMuch;
    }

    private static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** What is decided about what is beyond it; of a pause only the limit is meant. */
    RateDecision refusal() {
        RateDecision nameless = switch (action) {
            case PAUSE -> RateDecision.pause(0);
            case DROP -> RateDecision.DROP;
            case DISCONNECT -> RateDecision.DISCONNECT;
        };
        return nameless.by(text());
    }

    /** A counter of it. */
    Meter meter(long nowNanos) {
        return kind == Kind.BYTE_RATE
                ? new TokenBucket(amount, burst, nowNanos)
                : new SlidingWindow(amount, window.toNanos(), nowNanos);
    }
}
