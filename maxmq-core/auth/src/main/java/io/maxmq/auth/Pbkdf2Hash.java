package io.maxmq.auth;

import java.util.List;

/**
 * PBKDF2 with HMAC-SHA-512 or -256. Read in three forms: {@code $pbkdf2-sha512$i=210000$SALT$HASH}, which is written; the same
 * with the bare number, as passlib has it; and Mosquitto's {@code $7$101$SALT$HASH}, which is SHA-512.
 */
final class Pbkdf2Hash extends PasswordHash {
    static final int MAX_ITERATIONS = 10_000_000;
    private static final int FIELDS = 4;
    private static final int MAX_HASH_BYTES = 64;

    private final String text;
    private final String hmac;
    private final int iterations;
    private final byte[] salt;
    private final byte[] hash;

    private Pbkdf2Hash(String text, String hmac, int iterations, byte[] salt, byte[] hash) {
        this.text = text;
        this.hmac = hmac;
        this.iterations = iterations;
        this.salt = salt;
        this.hash = hash;
    }

    static Pbkdf2Hash parse(String text, List<String> fields) {
        requireFields(fields, FIELDS);
        String hmac = fields.get(0).equals("pbkdf2-sha256") ? Pbkdf2.SHA_256 : Pbkdf2.SHA_512;
        String rounds = fields.get(1);
        int iterations = rounds.startsWith("i=")
                ? named("i", rounds, 1, MAX_ITERATIONS)
                : number("the number of iterations", rounds, 1, MAX_ITERATIONS);
        byte[] salt = salt(fields.get(2));
        return new Pbkdf2Hash(
                text, hmac, iterations, salt, bytes("hash", fields.get(3), MIN_HASH_BYTES, MAX_HASH_BYTES));
    }

    /** Hashes with SHA-512. */
    static Pbkdf2Hash of(byte[] password, byte[] salt, int iterations) {
        byte[] hash = Pbkdf2.derive(Pbkdf2.SHA_512, password, salt, iterations, MAX_HASH_BYTES);
        String text = "$pbkdf2-sha512$i=" + iterations + "$" + base64(salt) + "$" + base64(hash);
        return new Pbkdf2Hash(text, Pbkdf2.SHA_512, iterations, salt, hash);
    }

    @Override
    boolean matches(byte[] password) {
        boolean same = same(hash, Pbkdf2.derive(hmac, password, salt, iterations, hash.length));
        return same && !Pbkdf2.endsWithZero(password);
    }

    @Override
    long rounds() {
        return iterations;
    }

    @Override
    String text() {
        return text;
    }
}
