package io.maxmq.auth;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/**
 * What Mosquitto before 2.0 wrote: {@code $6$SALT$HASH}, SHA-512 of the password and the salt behind it. Fast, so whoever
 * steals the file finds most passwords; read so that users can be moved.
 */
final class SaltedSha512Hash extends PasswordHash {
    private static final int FIELDS = 3;
    private static final int HASH_BYTES = 64;

    private final String text;
    private final byte[] salt;
    private final byte[] hash;

    private SaltedSha512Hash(String text, byte[] salt, byte[] hash) {
        this.text = text;
        this.salt = salt;
        this.hash = hash;
    }

    static SaltedSha512Hash parse(String text, List<String> fields) {
        requireFields(fields, FIELDS);
        return new SaltedSha512Hash(text, salt(fields.get(1)), bytes("hash", fields.get(2), HASH_BYTES, HASH_BYTES));
    }

    @Override
    boolean matches(byte[] password) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-512");
            digest.update(password);
            return same(hash, digest.digest(salt));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-512", e);
        }
    }

    @Override
    long rounds() {
        return 1;
    }

    @Override
    boolean isSlow() {
        return false;
    }

    @Override
    String text() {
        return text;
    }
}
