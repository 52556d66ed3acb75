package io.maxmq.auth;

import java.security.Key;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.List;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/** The keys that tokens may be signed with, at one time. Immutable and thread-safe. */
final class TokenKeys {
    static final TokenKeys NONE = new TokenKeys(List.of());

    private static final int MAX_KEYS = 1000;
    private static final int MIN_RSA_BITS = 2048;

    /** How many are tried for a token that names none. */
    private static final int MAX_TRIED = 16;

    private final List<TokenKey> keys;

    /** @throws IllegalArgumentException when one of them is too weak, or they are too many */
    TokenKeys(List<TokenKey> keys) {
        if (keys.size() > MAX_KEYS) {
            throw new IllegalArgumentException("has more than " + MAX_KEYS + " keys");
        }
        for (TokenKey each : keys) {
            if (each.key instanceof RSAPublicKey rsa && rsa.getModulus().bitLength() < MIN_RSA_BITS) {
                throw new IllegalArgumentException("has an RSA key of less than " + MIN_RSA_BITS + " bits");
            }
        }
        this.keys = List.copyOf(keys);
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
