package io.maxmq.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/** The client's side of one SCRAM-SHA-256 exchange (RFC 5802), by the JDK's means alone. Not thread-safe. */
final class ScramClient {
    private final String header;
    private final String bare;
    private final String password;
    private String expected = "";

    /** @param header {@code n,,} */
    ScramClient(String header, String user, String password, String nonce) {
        this.header = header;
        this.password = password;
        bare = "n=" + user.replace("=", "=3D").replace(",", "=2C") + ",r=" + nonce;
    }

    ScramClient(String user, String password) {
        this("n,,", user, password, "fyko+d2lbbFgONRv9qkxdawL");
    }

    String first() {
        return header + bare;
    }

    static Map<String, String> attributes(String message) {
        Map<String, String> attributes = new HashMap<>();
        for (String each : message.split(",")) {
            attributes.put(each.substring(0, 1), each.substring(2));
        }
        return attributes;
    }

    /** Answers the server's first message. */
    String last(String serverFirst) {
        return last(serverFirst, Base64.getEncoder().encodeToString(utf8(header)));
    }

    /** The same with another header than at first. */
    String last(String serverFirst, String binding) {
        try {
            Map<String, String> server = attributes(serverFirst);
            byte[] salted = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(new PBEKeySpec(
                            password.toCharArray(),
                            Base64.getDecoder().decode(server.get("s")),
                            Integer.parseInt(server.get("i")),
                            256))
                    .getEncoded();
            byte[] clientKey = hmac(salted, "Client Key");
            String withoutProof = "c=" + binding + ",r=" + server.get("r");
            String said = bare + "," + serverFirst + "," + withoutProof;
            byte[] proof = hmac(MessageDigest.getInstance("SHA-256").digest(clientKey), said);
            for (int i = 0; i < proof.length; i++) {
                proof[i] ^= clientKey[i];
            }
            expected = "v=" + Base64.getEncoder().encodeToString(hmac(hmac(salted, "Server Key"), said));
            return withoutProof + ",p=" + Base64.getEncoder().encodeToString(proof);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** What the server must say at last. */
    String expected() {
        return expected;
    }

    private static byte[] hmac(byte[] key, String message) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(utf8(message));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
