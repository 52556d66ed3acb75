package io.maxmq.auth;

import java.util.List;

/**
 * Argon2id (RFC 9106): {@code $argon2id$v=19$m=19456,t=2,p=1$SALT$HASH}. Needs Bouncy Castle.
 */
final class Argon2Hash extends PasswordHash {
    static final int MIN_MEMORY_KIB = 8;
    static final int MAX_MEMORY_KIB = 1 << 20;
    static final int MAX_PASSES = 1000;
    private static final int FIELDS = 5;
    private static final int COSTS = 3;
    private static final int HASH_BYTES = 32;
    private static final int MAX_HASH_BYTES = 64;
    private static final int MIN_SALT_BYTES = 8;
    private static final int MAX_SALT_BYTES = 64;
    private static final int MAX_LANES = 64;

    private final String text;
    private final Costs costs;
    private final byte[] salt;
    private final byte[] hash;

    /** Memory in KiB, passes over it, and lanes that share it. */
    record Costs(int memoryKib, int passes, int lanes) {}

    private Argon2Hash(String text, Costs costs, byte[] salt, byte[] hash) {
        this.text = text;
        this.costs = costs;
        this.salt = salt;
        this.hash = hash;
    }

    static Argon2Hash parse(String text, List<String> fields) {
        requireFields(fields, FIELDS);
        if (!fields.get(1).equals("v=19")) {
            throw new IllegalArgumentException("is a password hash of another version of Argon2 than 19");
        }
        String[] costs = fields.get(2).split(",", -1);
        if (costs.length != COSTS) {
            throw new IllegalArgumentException("is a broken password hash: it must have m=, t= and p=");
        }
        int lanes = named("p", costs[2], 1, MAX_LANES);
        Argon2Hash parsed = new Argon2Hash(
                text,
                new Costs(
                        named("m", costs[0], MIN_MEMORY_KIB * lanes, MAX_MEMORY_KIB),
                        named("t", costs[1], 1, MAX_PASSES),
                        lanes),
                bytes("salt", fields.get(3), MIN_SALT_BYTES, MAX_SALT_BYTES),
                bytes("hash", fields.get(4), MIN_HASH_BYTES, MAX_HASH_BYTES));
        MissingLibrary.require("Argon2id", () -> BouncyCastle.isThere()); // a method reference would load it out here
        return parsed;
    }

    static Argon2Hash of(byte[] password, byte[] salt, int memoryKib, int passes) {
        MissingLibrary.require("Argon2id", () -> BouncyCastle.isThere()); // a method reference would load it out here
        Costs costs = new Costs(memoryKib, passes, 1);
        byte[] hash = BouncyCastle.argon2id(password, salt, costs, HASH_BYTES);
        String text = "$argon2id$v=19$m=" + memoryKib + ",t=" + passes + ",p=1$" + base64(salt) + "$" + base64(hash);
        return new Argon2Hash(text, costs, salt, hash);
    }

    @Override
    boolean matches(byte[] password) {
        return same(hash, BouncyCastle.argon2id(password, salt, costs, hash.length));
    }

    @Override
    long rounds() {
        return (long) costs.memoryKib * costs.passes;
    }

    @Override
    String text() {
        return text;
    }
}
