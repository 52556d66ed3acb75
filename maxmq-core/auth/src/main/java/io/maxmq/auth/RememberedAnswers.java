package io.maxmq.auth;

import io.maxmq.spi.Clock;
import io.maxmq.spi.auth.AuthenticationResult;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who was let in a while ago. Of a question, which has a password in it, only a MAC is kept, under a key that this object draws.
 * Bounded; who was seen longest ago makes room. Thread-safe.
 */
final class RememberedAnswers {
    private static final int KEY_BYTES = 32;

    private final byte[] secret = new byte[KEY_BYTES];
    private final int maxAnswers;

    /** Guarded by this. */
    private final Map<Key, Remembered> answers;

    RememberedAnswers(int maxAnswers) {
        new SecureRandom().nextBytes(secret);
        this.maxAnswers = maxAnswers;
        this.answers = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Key, Remembered> eldest) {
                return size() > RememberedAnswers.this.maxAnswers;
            }
        };
    }

    /** Of the question, all of it. */
    Key key(byte[] question) {
        ByteBuffer mac = ByteBuffer.wrap(Pbkdf2.mac(Pbkdf2.SHA_256, secret).doFinal(question));
        return new Key(mac.getLong(), mac.getLong(), mac.getLong(), mac.getLong());
    }

    synchronized @Nullable AuthenticationResult find(Key key, Clock clock) {
        Remembered found = answers.get(key);
        if (found != null && found.isOver(clock)) {
            answers.remove(key);
            found = null;
        }
        return found == null ? null : found.result;
    }

    void put(Key key, HttpAnswer answer, Clock clock) {
        if (answer.ttl().isZero()) {
            return;
        }
        Remembered remembered =
                new Remembered(answer.result(), clock.nanoTime() + answer.ttl().toNanos());
        synchronized (this) {
            answers.put(key, remembered);
        }
    }

    /** A MAC. */
    record Key(long a, long b, long c, long d) {}

    private record Remembered(AuthenticationResult result, long untilNanos) {
        /** Also when what it allows has ended before: who comes back then is to prove itself anew. */
        boolean isOver(Clock clock) {
            Instant end = result instanceof AuthenticationResult.Allowed allowed
                    ? allowed.validUntil().orElse(Instant.MAX)
                    : Instant.MAX;
            return untilNanos - clock.nanoTime() <= 0 || !end.isAfter(Instant.ofEpochMilli(clock.epochMillis()));
        }
    }
}
