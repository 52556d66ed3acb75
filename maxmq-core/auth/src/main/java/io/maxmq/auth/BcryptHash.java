package io.maxmq.auth;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * bcrypt as OpenBSD writes it: {@code $2b$12$} and 53 characters, of which 22 are the salt. It ends at the first zero and takes 72
 * bytes; a password that it would cut is nobody's. Needs Bouncy Castle.
 */
final class BcryptHash extends PasswordHash {
    static final int MIN_COST = 4;
    static final int MAX_COST = 20;
    static final int SALT_BYTES = 16;
    static final int MAX_PASSWORD_BYTES = 72;
    private static final int FIELDS = 3;
    private static final int SALT_CHARACTERS = 22;
    private static final int CHARACTERS = 53;
    private static final int HASH_BYTES = 23;
    private static final String ALPHABET = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private final String text;
    private final int cost;
    private final byte[] salt;
    private final byte[] hash;

    private BcryptHash(String text, int cost, byte[] salt, byte[] hash) {
        this.text = text;
        this.cost = cost;
        this.salt = salt;
        this.hash = hash;
    }

    static BcryptHash parse(String text, List<String> fields) {
        requireFields(fields, FIELDS);
        int cost = number("the cost", fields.get(1), MIN_COST, MAX_COST);
        String both = fields.get(2);
        if (both.length() != CHARACTERS) {
            throw new IllegalArgumentException(
                    "is a broken password hash: it must end with " + CHARACTERS + " characters");
        }
        byte[] salt = decode(both.substring(0, SALT_CHARACTERS), SALT_BYTES);
        byte[] hash = decode(both.substring(SALT_CHARACTERS), HASH_BYTES);
        MissingLibrary.require("bcrypt", () -> BouncyCastle.isThere()); // a method reference would load it out here
        return new BcryptHash(text, cost, salt, hash);
    }

    /** @throws IllegalArgumentException when the password is longer than bcrypt takes, or has a zero in it */
    static BcryptHash of(byte[] password, byte[] salt, int cost) {
        if (!takes(password)) {
            throw new IllegalArgumentException(
                    "a password for bcrypt must have at most " + MAX_PASSWORD_BYTES + " bytes, and no zero among them");
        }
        MissingLibrary.require("bcrypt", () -> BouncyCastle.isThere()); // a method reference would load it out here
        byte[] hash = hash(password, salt, cost);
        String text = "$2b$" + (cost < 10 ? "0" : "") + cost + "$" + encode(salt) + encode(hash);
        return new BcryptHash(text, cost, salt, hash);
    }

    private static boolean takes(byte[] password) {
        if (password.length > MAX_PASSWORD_BYTES) {
            return false;
        }
        for (byte each : password) {
            if (each == 0) {
                return false;
            }
        }
        return true;
    }

    private static byte[] hash(byte[] password, byte[] salt, int cost) {
        byte[] key = Arrays.copyOf(password, Math.min(password.length + 1, MAX_PASSWORD_BYTES)); // ends with a zero
        return Arrays.copyOf(BouncyCastle.bcrypt(key, salt, cost), HASH_BYTES);
    }

    @Override
    boolean matches(byte[] password) {
        return same(hash, hash(password, salt, cost)) && takes(password);
    }

    @Override
    long rounds() {
        return 1L << cost;
    }

    @Override
    String text() {
        return text;
    }

    /** Base64 with bcrypt's own alphabet, most significant bits first. */
    private static String encode(byte[] bytes) {
        StringBuilder out = new StringBuilder();
        int bits = 0;
        int count = 0;
        for (byte each : bytes) {
            bits = bits << 8 | (each & 0xFF);
            count += 8;
            while (count >= 6) {
                count -= 6;
                out.append(ALPHABET.charAt(bits >>> count & 0x3F));
            }
        }
        if (count > 0) {
            out.append(ALPHABET.charAt(bits << (6 - count) & 0x3F));
        }
        return out.toString();
    }

    private static byte[] decode(String text, int length) {
        byte[] bytes = new byte[length];
        int bits = 0;
        int count = 0;
        int next = 0;
        for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
            int value = ALPHABET.indexOf(each);
            if (value < 0) {
                throw new IllegalArgumentException("is a broken password hash: it has a character that bcrypt has not");
            }
            bits = bits << 6 | value;
            count += 6;
            if (count >= 8 && next < length) {
                count -= 8;
                bytes[next++] = (byte) (bits >>> count);
            }
        }
        return bytes;
    }
}
