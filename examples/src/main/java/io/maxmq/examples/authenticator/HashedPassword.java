package io.maxmq.examples.authenticator;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * A password in a form that may be stored: the PBKDF2 hash of the password and its own salt. Slow on purpose, so that a
 * thief of the hash cannot try many passwords. Immutable and thread-safe.
 */
final class HashedPassword {
    private static final String ALGORITHM = "PBKDF2WithHmacSHA512";
    /** As many as your machine can bear at the rate at which clients connect. */
    private static final int ITERATIONS = 100_000;

    private static final int SALT_BYTES = 16;
    private static final int HASH_BITS = 512;

    private final byte[] salt;
    private final byte[] hash;

    private HashedPassword(byte[] salt, byte[] hash) {
        this.salt = salt;
        this.hash = hash;
    }

    /** Hashes a password with a salt that no other has. */
    static HashedPassword of(String password) {
        byte[] salt = new byte[SALT_BYTES];
        new SecureRandom().nextBytes(salt);
        return new HashedPassword(salt, hash(password.toCharArray(), salt));
    }

    /** Returns whether this was made of the password, as UTF-8; takes as long when it was not. */
    boolean matches(byte[] password) {
        char[] text = StandardCharsets.UTF_8
                .decode(ByteBuffer.wrap(password))
                .toString()
                .toCharArray();
        return MessageDigest.isEqual(hash, hash(text, salt));
    }

    private static byte[] hash(char[] password, byte[] salt) {
        try {
            return SecretKeyFactory.getInstance(ALGORITHM)
                    .generateSecret(new PBEKeySpec(password, salt, ITERATIONS, HASH_BITS))
                    .getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + ALGORITHM, e);
        }
    }
}
