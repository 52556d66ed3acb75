package io.maxmq.auth;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.Normalizer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a server keeps for SCRAM-SHA-256 (RFC 5802 §3): {@code $scram-sha-256$i=15000$SALT$STORED-KEY$SERVER-KEY}. It also tells
 * whether a password is the right one, so that one line serves both ways to log in.
 */
final class ScramCredential extends PasswordHash {
    static final int KEY_BYTES = 32;
    private static final int FIELDS = 5;

    private final String text;
    private final int iterations;
    private final byte[] salt;
    private final byte[] storedKey;
    private final byte[] serverKey;

    private ScramCredential(String text, int iterations, byte[] salt, byte[] storedKey, byte[] serverKey) {
        this.text = text;
        this.iterations = iterations;
        this.salt = salt;
        this.storedKey = storedKey;
        this.serverKey = serverKey;
    }

    static ScramCredential parse(String text, List<String> fields) {
        requireFields(fields, FIELDS);
        return new ScramCredential(
                text,
                named("i", fields.get(1), 1, Pbkdf2Hash.MAX_ITERATIONS),
                salt(fields.get(2)),
                bytes("stored key", fields.get(3), KEY_BYTES, KEY_BYTES),
                bytes("server key", fields.get(4), KEY_BYTES, KEY_BYTES));
    }

    /**
     * Of a password in UTF-8.
     *
     * @throws IllegalArgumentException when it is not UTF-8, or has characters that SASLprep (RFC 4013) forbids
     */
    static ScramCredential of(byte[] password, byte[] salt, int iterations) {
        byte[] prepared = prepared(password);
        if (prepared == null) {
            throw new IllegalArgumentException("a password for SCRAM must be text without control characters");
        }
        byte[] salted = Pbkdf2.derive(Pbkdf2.SHA_256, prepared, salt, iterations, KEY_BYTES);
        byte[] storedKey = storedKey(salted);
        byte[] serverKey = hmac(salted, "Server Key");
        String text = "$scram-sha-256$i=" + iterations + "$" + base64(salt) + "$" + base64(storedKey) + "$"
                + base64(serverKey);
        return new ScramCredential(text, iterations, salt, storedKey, serverKey);
    }

    /** Of nobody: nothing is known that would prove it. */
    static ScramCredential unknown(byte[] salt, int iterations, byte[] key) {
        return new ScramCredential("", iterations, salt, key, key);
    }

    @Override
    boolean matches(byte[] password) {
        byte[] prepared = prepared(password);
        byte[] salted =
                Pbkdf2.derive(Pbkdf2.SHA_256, prepared == null ? password : prepared, salt, iterations, KEY_BYTES);
        boolean same = same(storedKey, storedKey(salted));
        return same && prepared != null && !Pbkdf2.endsWithZero(password);
    }

    int iterations() {
        return iterations;
    }

    byte[] salt() {
        return salt.clone();
    }

    byte[] storedKey() {
        return storedKey.clone();
    }

    byte[] serverKey() {
        return serverKey.clone();
    }

    @Override
    long rounds() {
        return iterations;
    }

    @Override
    String text() {
        return text;
    }

    static byte[] storedKey(byte[] saltedPassword) {
        return sha256(hmac(saltedPassword, "Client Key"));
    }

    static byte[] hmac(byte[] key, String message) {
        return Pbkdf2.mac(Pbkdf2.SHA_256, key).doFinal(message.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] sha256(byte[] message) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(message);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** SASLprep (RFC 4013), as far as it changes or forbids characters; null for what is no such text. */
    static byte @Nullable [] prepared(byte[] password) {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(password))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
        StringBuilder mapped = new StringBuilder(text.length());
        text.codePoints().filter(c -> !isMappedToNothing(c)).forEach(c -> mapped.appendCodePoint(isSpace(c) ? ' ' : c));
        String normal = Normalizer.normalize(mapped, Normalizer.Form.NFKC);
        if (normal.codePoints().anyMatch(ScramCredential::isForbidden)) {
            return null;
        }
        return normal.getBytes(StandardCharsets.UTF_8);
    }

    /** RFC 3454, table B.1. */
    private static boolean isMappedToNothing(int c) {
        return c == 0xAD
                || c == 0x34F
                || c == 0x1806
                || (c >= 0x180B && c <= 0x180D)
                || (c >= 0x200B && c <= 0x200D)
                || c == 0x2060
                || (c >= 0xFE00 && c <= 0xFE0F)
                || c == 0xFEFF;
    }

    /** RFC 3454, table C.1.2. */
    private static boolean isSpace(int c) {
        return c != ' ' && Character.getType(c) == Character.SPACE_SEPARATOR;
    }

    private static boolean isForbidden(int c) {
        int type = Character.getType(c);
        return type == Character.CONTROL
                || type == Character.PRIVATE_USE
                || type == Character.SURROGATE
                || type == Character.UNASSIGNED
                || type == Character.FORMAT
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR;
    }
}
