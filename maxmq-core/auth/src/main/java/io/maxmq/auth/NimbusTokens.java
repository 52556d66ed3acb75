package io.maxmq.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.crypto.factories.DefaultJWSVerifierFactory;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyType;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.JSONObjectUtils;
import io.maxmq.codec.Utf8;
import java.security.PublicKey;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads and verifies JSON Web Tokens; cannot be loaded without Nimbus JOSE + JWT. Stateless. */
final class NimbusTokens {
    private NimbusTokens() {}

    /** Does nothing where the library is. */
    static void isThere() {
        new DefaultJWSVerifierFactory();
    }

    /**
     * Returns the public keys for signatures by RSA and on elliptic curves. Other kinds, secret keys above all, are left out; a key
     * that cannot be read is skipped, as RFC 7517 §5 asks for, and named.
     *
     * @throws IllegalArgumentException when it is not a key set
     */
    static TokenKeys keySet(String json) {
        List<TokenKeys.TokenKey> keys = new ArrayList<>();
        List<String> unusable = new ArrayList<>();
        for (Map<String, Object> each : members(json)) {
            try {
                TokenKeys.TokenKey key = key(each);
                if (key != null) {
                    keys.add(key);
                }
            } catch (ParseException | JOSEException | IllegalArgumentException | IllegalStateException e) {
                String id = each.get("kid") instanceof String text ? text : null;
                unusable.add(TokenKeys.described(id) + ": " + Utf8.quote(String.valueOf(e.getMessage())));
            }
        }
        return new TokenKeys(keys, unusable);
    }

    private static List<Map<String, Object>> members(String json) {
        try {
            Map<String, Object>[] members = JSONObjectUtils.getJSONObjectArray(JSONObjectUtils.parse(json), "keys");
            if (members != null) {
                return List.of(members);
            }
            throw new IllegalArgumentException("is not a JSON Web Key Set: member keys is missing");
        } catch (ParseException | NullPointerException e) { // the latter for a null among the keys
            throw new IllegalArgumentException("is not a JSON Web Key Set: " + e.getMessage(), e);
        }
    }

    private static TokenKeys.@Nullable TokenKey key(Map<String, Object> member) throws ParseException, JOSEException {
        KeyType kind = KeyType.parse(JSONObjectUtils.getString(member, "kty"));
        if (!KeyType.RSA.equals(kind) && !KeyType.EC.equals(kind)) {
            return null;
        }
        JWK each = JWK.parse(member);
        PublicKey key = isForSignatures(each) ? publicKey(each) : null;
        String algorithm =
                each.getAlgorithm() == null ? null : each.getAlgorithm().getName();
        return key == null ? null : new TokenKeys.TokenKey(each.getKeyID(), algorithm, key);
    }

    private static boolean isForSignatures(JWK key) {
        return (key.getKeyUse() == null || key.getKeyUse().equals(KeyUse.SIGNATURE))
                && (key.getKeyOperations() == null || key.getKeyOperations().contains(KeyOperation.VERIFY));
    }

    private static @Nullable PublicKey publicKey(JWK key) throws JOSEException {
        if (key instanceof RSAKey rsa) {
            return rsa.toRSAPublicKey();
        }
        return key instanceof ECKey ec ? ec.toECPublicKey() : null;
    }

    /**
     * Reads a token; nothing of it is proven yet. One that is not signed, {@code "alg":"none"}, is none.
     *
     * @throws IllegalArgumentException when it is no signed token
     */
    static SignedToken parse(String text) {
        try {
            return new SignedToken(JWSObject.parse(text));
        } catch (ParseException e) {
            throw new IllegalArgumentException("is no signed token", e);
        }
    }

    /** A token whose signature is to be looked at. */
    static final class SignedToken {
        private final JWSObject token;

        private SignedToken(JWSObject token) {
            this.token = token;
        }

        String algorithm() {
            return token.getHeader().getAlgorithm().getName();
        }

        @Nullable
        String keyId() {
            return token.getHeader().getKeyID();
        }

        /** Whether one of these keys has made the signature. Takes up to a millisecond for each. */
        boolean isSignedBy(List<TokenKeys.TokenKey> keys) {
            DefaultJWSVerifierFactory verifiers = new DefaultJWSVerifierFactory();
            for (TokenKeys.TokenKey each : keys) {
                try {
                    if (token.verify(verifiers.createJWSVerifier(token.getHeader(), each.key()))) {
                        return true;
                    }
                } catch (JOSEException | IllegalStateException e) {
                    // Not with this key: another curve, or a header that must be understood and is not.
                    continue;
                }
            }
            return false;
        }

        /**
         * What the token says; believe it once it is signed. JSON as maps, lists, texts, numbers, booleans and null.
         *
         * @throws IllegalArgumentException when it is no JSON object
         */
        Map<String, Object> claims() {
            Map<String, Object> claims = token.getPayload().toJSONObject();
            if (claims == null) {
                throw new IllegalArgumentException("has no claims");
            }
            return claims;
        }
    }
}
