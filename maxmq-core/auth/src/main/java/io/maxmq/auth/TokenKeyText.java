package io.maxmq.auth;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads keys from text: a JSON Web Key Set, or public keys and certificates in PEM (RFC 7468). Stateless. */
final class TokenKeyText {
    private static final Pattern PEM =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");

    private TokenKeyText() {}

    /** @throws IllegalArgumentException when it cannot be understood */
    static TokenKeys parse(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8).strip();
        if (text.startsWith("{")) {
            return NimbusTokens.keySet(text);
        }
        List<TokenKeys.TokenKey> keys = new ArrayList<>();
        Matcher blocks = PEM.matcher(text);
        while (blocks.find()) {
            try {
                byte[] der = Base64.getMimeDecoder().decode(blocks.group(2));
                keys.add(new TokenKeys.TokenKey(null, null, key(blocks.group(1), der)));
            } catch (GeneralSecurityException e) {
                throw new IllegalArgumentException("has a " + blocks.group(1) + " that cannot be read: " + e, e);
            }
        }
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("is neither a JSON Web Key Set nor PEM");
        }
        return new TokenKeys(keys);
    }

    private static PublicKey key(String kind, byte[] der) throws GeneralSecurityException {
        return switch (kind) {
            case "PUBLIC KEY" -> publicKey(der);
            case "CERTIFICATE" ->
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(der))
                        .getPublicKey();
            default ->
                throw new IllegalArgumentException(
                        "has a " + kind + "; only PUBLIC KEY and CERTIFICATE are of use here");
        };
    }

    private static PublicKey publicKey(byte[] der) throws GeneralSecurityException {
        try {
            return KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(der));
        } catch (InvalidKeySpecException notRsa) {
            return KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(der));
        }
    }
}
