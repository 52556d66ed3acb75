package io.maxmq.auth;

import io.maxmq.codec.Utf8;
import java.security.Key;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.List;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * The keys that tokens may be signed with, at one time. Keys that are too weak are skipped: the others still count. Immutable and
 * thread-safe.
 */
final class TokenKeys {
    static final TokenKeys NONE = new TokenKeys(List.of());

    private static final int MAX_KEYS = 1000;
    private static final int MIN_RSA_BITS = 2048;

    /** How many are tried for a token that names none. */
    private static final int MAX_TRIED = 16;

    /** How many skipped keys are named. */
    private static final int MAX_NAMED = 10;

    private final List<TokenKey> keys;
    private final List<String> skipped;

    /** @throws IllegalArgumentException when they are too many */
    TokenKeys(List<TokenKey> keys) {
        this(keys, List.of());
    }

    /**
     * Skips weak keys.
     *
     * @param unusable describes keys that were skipped already
     * @throws IllegalArgumentException when they are too many
     */
    TokenKeys(List<TokenKey> keys, List<String> unusable) {
        if (keys.size() + unusable.size() > MAX_KEYS) {
            throw new IllegalArgumentException("has more than " + MAX_KEYS + " keys");
        }
        List<TokenKey> usable = new ArrayList<>();
        List<String> left = new ArrayList<>(unusable);
        for (TokenKey each : keys) {
            if (each.key instanceof RSAPublicKey rsa && rsa.getModulus().bitLength() < MIN_RSA_BITS) {
                left.add(described(each.id) + ": RSA key has "
                        + rsa.getModulus().bitLength() + " bits, less than " + MIN_RSA_BITS);
            } else {
                usable.add(each);
            }
        }
        this.keys = List.copyOf(usable);
        this.skipped = List.copyOf(left);
    }

    /** Names a key in a log. */
    static String described(@Nullable String id) {
        return id == null ? "key without an id" : "key " + Utf8.quote(id);
    }

    /**
     * Checks that there is a key, and warns of each that was skipped unless {@code before} skipped the same.
     *
     * @throws IllegalArgumentException when there is none; says why keys were skipped
     */
    void requireAny(TokenKeys before, String source, Logger log) {
        String named = String.join("; ", skipped.subList(0, Math.min(MAX_NAMED, skipped.size())));
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("has no key for signatures by RSA or on an elliptic curve"
                    + (skipped.isEmpty() ? "" : ": " + named));
        }
        if (!skipped.isEmpty() && !skipped.equals(before.skipped)) {
            log.warn("{} keys of tokens in {} were skipped: {}", skipped.size(), source, named);
        }
    }

    /**
     * Those that may have signed a token.
     *
     * @param algorithm of its header, {@code RS256} say; a key of another kind is never used with it
     * @param id of its header; null for any
     */
    List<TokenKey> fit(String algorithm, @Nullable String id) {
        return keys.stream()
                .filter(each -> each.fits(algorithm, id))
                .limit(MAX_TRIED)
                .toList();
    }

    int size() {
        return keys.size();
    }

    /**
     * One key.
     *
     * @param id that tokens call it by ({@code kid}); null for one that has none and fits any
     * @param algorithm the only one that it may be used with; null for any of its kind
     */
    record TokenKey(@Nullable String id, @Nullable String algorithm, Key key) {

        private boolean fits(String asked, @Nullable String askedId) {
            return isOfKind(asked)
                    && (algorithm == null || algorithm.equals(asked))
                    && (id == null || askedId == null || id.equals(askedId));
        }

        private boolean isOfKind(String asked) {
            return switch (asked.length() < 2 ? "" : asked.substring(0, 2)) {
                case "HS" -> key instanceof SecretKey;
                case "RS", "PS" -> key instanceof RSAPublicKey;
                case "ES" -> key instanceof ECPublicKey;
                default -> false;
            };
        }

        /** Never the key. */
        @Override
        public String toString() {
            return "TokenKey[" + id + ", " + algorithm + ", " + key.getAlgorithm() + "]";
        }
    }
}
