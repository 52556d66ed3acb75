package io.maxmq.auth;

import io.maxmq.spi.Clock;
import io.maxmq.spi.Tenant;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import javax.crypto.Mac;
import org.jspecify.annotations.Nullable;

/**
 * Bounded cache of successful logins, so that a fleet that reconnects all at once costs neither slow hashes nor questions to a service. An
 * entry is found only by all credentials that it was remembered with, so guessing gets no faster. The cache keeps an HMAC of the credentials,
 * under a random key of its own, and not the credentials. The least recently used entry makes room. Thread-safe.
 *
 * @param <V> what a successful login gives
 */
final class RememberedLogins<V> {
    private static final int KEY_BYTES = 32;

    private final byte[] secret = new byte[KEY_BYTES];
    private final Clock clock;
    private final int maxLogins;

    /** Guarded by this. */
    private final Map<Key, Remembered<V>> logins;

    /** @param maxLogins bound of the entries, of all tenants together */
    RememberedLogins(Clock clock, int maxLogins) {
        new SecureRandom().nextBytes(secret);
        this.clock = clock;
        this.maxLogins = maxLogins;
        this.logins = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Key, Remembered<V>> eldest) {
                return size() > RememberedLogins.this.maxLogins;
            }
        };
    }

    /** Returns the key of these credentials in this tenant. Takes microseconds. */
    Key key(Tenant tenant, byte[]... credentials) {
        Mac mac = Pbkdf2.mac(Pbkdf2.SHA_256, secret);
        update(mac, tenant.name().getBytes(StandardCharsets.UTF_8));
        for (byte[] each : credentials) {
            update(mac, each);
        }
        ByteBuffer digest = ByteBuffer.wrap(mac.doFinal());
        return new Key(digest.getLong(), digest.getLong(), digest.getLong(), digest.getLong());
    }

    /** With its length, so that no bytes move from one part to the next. */
    private static void update(Mac mac, byte[] part) {
        mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, part.length));
        mac.update(part);
    }

    /**
     * Returns the value of a remembered login; null when there is none. Forgets a login that has expired or is no longer valid.
     *
     * @param isValid whether the value still holds
     */
    synchronized @Nullable V find(Key key, Predicate<V> isValid) {
        Remembered<V> found = logins.get(key);
        if (found == null) {
            return null;
        }
        if (found.untilNanos - clock.nanoTime() <= 0 || !isValid.test(found.value)) {
            logins.remove(key);
            return null;
        }
        return found.value;
    }

    /** Remembers a successful login for {@code life}; a life of zero remembers nothing. */
    void put(Key key, V value, Duration life) {
        if (life.isZero()) {
            return;
        }
        Remembered<V> remembered = new Remembered<>(value, clock.nanoTime() + life.toNanos());
        synchronized (this) {
            logins.put(key, remembered);
        }
    }

    synchronized int size() {
        return logins.size();
    }

    /** HMAC-SHA-256 of credentials. */
    record Key(long a, long b, long c, long d) {}

    private record Remembered<V>(V value, long untilNanos) {}
}
