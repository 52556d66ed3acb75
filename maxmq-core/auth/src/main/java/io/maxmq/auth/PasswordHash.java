package io.maxmq.auth;

import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a password: enough to tell whether another is the same, too little to find it. A text of fields that begin
 * with {@code $}; the first names the kind. Immutable and thread-safe.
 */
abstract class PasswordHash {
    /** A shorter one would be met by chance. */
    static final int MIN_HASH_BYTES = 16;

    private static final int MAX_FIELD_BYTES = 1024;

    /**
     * Whether it was made of this password, of which every byte counts. Takes as long when it was not; on purpose long.
     */
    abstract boolean matches(byte[] password);

    /** How much work {@link #matches} is: rounds of what it repeats. The same for two hashes made with the same settings. */
    abstract long rounds();

    /** Whether it withstands one who has stolen it and tries passwords. */
    boolean isSlow() {
        return true;
    }

    /** The text it was read from, or would be. */
    abstract String text();

    /** Two that were written alike. */
    @Override
    public final boolean equals(@Nullable Object other) {
        return other instanceof PasswordHash hash && text().equals(hash.text());
    }

    @Override
    public final int hashCode() {
        return text().hashCode();
    }

    /** The kind alone. */
    @Override
    public final String toString() {
        return getClass().getSimpleName();
    }

    /**
     * Reads a hash.
     *
     * @throws IllegalArgumentException when it is none; says why without showing it
     * @throws IllegalStateException when its kind needs a library that is missing; names it
     */
    static PasswordHash parse(String text) {
        if (!text.startsWith("$")) {
            throw new IllegalArgumentException("is no password hash: it does not begin with $");
        }
        List<String> fields = List.of(text.substring(1).split("\\$", -1));
        return switch (fields.get(0)) {
            case "pbkdf2-sha512", "pbkdf2-sha256", "7" -> Pbkdf2Hash.parse(text, fields);
            case "scram-sha-256" -> ScramCredential.parse(text, fields);
            case "argon2id" -> Argon2Hash.parse(text, fields);
            case "2a", "2b", "2y" -> BcryptHash.parse(text, fields);
            case "6" -> SaltedSha512Hash.parse(text, fields);
            default ->
                throw new IllegalArgumentException("is a password hash of a kind that is not supported; known are "
                        + "pbkdf2-sha512, pbkdf2-sha256, scram-sha-256, argon2id, 2a, 2b, 2y, 7 and 6");
        };
    }

    static void requireFields(List<String> fields, int count) {
        if (fields.size() != count) {
            throw new IllegalArgumentException(
                    "is a broken password hash: it has " + fields.size() + " fields, not " + count);
        }
    }

    /** A number without a sign. */
    static int number(String name, String digits, int min, int max) {
        long value = -1;
        if (!digits.isEmpty() && digits.length() <= 9 && digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            value = Long.parseLong(digits);
        }
        if (value < min || value > max) {
            throw new IllegalArgumentException("is a broken password hash: " + name + " must be " + min + ".." + max);
        }
        return (int) value;
    }

    /** A number with its name before it, {@code i=1000}. */
    static int named(String name, String field, int min, int max) {
        if (!field.startsWith(name + "=")) {
            throw new IllegalArgumentException("is a broken password hash: it has no " + name + "=");
        }
        return number(name, field.substring(name.length() + 1), min, max);
    }

    /** Base64 with or without padding; a dot may stand for a plus. */
    static byte[] bytes(String name, String base64, int min, int max) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(base64.replace('.', '+'));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("is a broken password hash: its " + name + " is not base64", e);
        }
        if (bytes.length < min || bytes.length > max) {
            throw new IllegalArgumentException("is a broken password hash: its " + name + " must have " + min + ".."
                    + max + " bytes, and has " + bytes.length);
        }
        return bytes;
    }

    /** Of any length that makes sense. */
    static byte[] salt(String base64) {
        return bytes("salt", base64, 1, MAX_FIELD_BYTES);
    }

    static String base64(byte[] bytes) {
        return Base64.getEncoder().withoutPadding().encodeToString(bytes);
    }

    /** In a time that tells nothing. */
    static boolean same(byte[] expected, byte[] given) {
        return MessageDigest.isEqual(expected, given);
    }
}
