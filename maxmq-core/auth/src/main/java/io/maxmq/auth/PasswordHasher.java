package io.maxmq.auth;

import io.maxmq.spi.Stable;
import java.security.SecureRandom;
import java.util.Objects;

/**
 * How a new password is hashed for a {@link PasswordFile}; each with a salt of its own. What a hash was made with stands in it, so
 * that lines of one file may differ. Immutable and thread-safe.
 *
 * <p>The slower, the longer takes who has stolen the file, and the fewer clients can connect in a second: a hash of the default,
 * {@link #pbkdf2()}, takes a tenth to a fifth of a second of one processor. For passwords that a machine has drawn, 128 random
 * bits or more, 1000 iterations are plenty.
 *
 * @since 0.1.0
 */
@Stable
public final class PasswordHasher {
    private static final int PBKDF2_ITERATIONS = 210_000;
    private static final int MIN_ITERATIONS = 1000;
    private static final int ARGON2_MEMORY_KIB = 19_456;
    private static final int ARGON2_PASSES = 2;
    private static final int BCRYPT_COST = 12;
    private static final int SCRAM_ITERATIONS = 15_000;
    private static final int MIN_SCRAM_ITERATIONS = 4096;
    private static final int SALT_BYTES = 16;

    private final Kind kind;

    private PasswordHasher(Kind kind) {
        this.kind = kind;
    }

    /** PBKDF2 with HMAC-SHA-512 and 210,000 iterations; needs nothing but Java. The default. */
    public static PasswordHasher pbkdf2() {
        return pbkdf2(PBKDF2_ITERATIONS);
    }

    /**
     * PBKDF2 with HMAC-SHA-512.
     *
     * @param iterations 1000..10,000,000
     * @throws IllegalArgumentException when out of range
     */
    public static PasswordHasher pbkdf2(int iterations) {
        range("iterations", iterations, MIN_ITERATIONS, Pbkdf2Hash.MAX_ITERATIONS);
        return new PasswordHasher((password, salt) -> Pbkdf2Hash.of(password, salt, iterations));
    }

    /** Argon2id with 19 MiB and 2 passes; needs {@code org.bouncycastle:bcprov-jdk18on}. */
    public static PasswordHasher argon2id() {
        return argon2id(ARGON2_MEMORY_KIB, ARGON2_PASSES);
    }

    /**
     * Argon2id with one lane; needs {@code org.bouncycastle:bcprov-jdk18on}. The memory is taken for each password that is being
     * looked at.
     *
     * @param memoryKib 8..1,048,576 KiB
     * @param passes 1..1000
     * @throws IllegalArgumentException when out of range
     */
    public static PasswordHasher argon2id(int memoryKib, int passes) {
        range("memoryKib", memoryKib, Argon2Hash.MIN_MEMORY_KIB, Argon2Hash.MAX_MEMORY_KIB);
        range("passes", passes, 1, Argon2Hash.MAX_PASSES);
        return new PasswordHasher((password, salt) -> Argon2Hash.of(password, salt, memoryKib, passes));
    }

    /** bcrypt with cost 12. */
    public static PasswordHasher bcrypt() {
        return bcrypt(BCRYPT_COST);
    }

    /**
     * bcrypt; needs {@code org.bouncycastle:bcprov-jdk18on}. Takes passwords of at most 72 bytes without a zero.
     *
     * @param cost 4..20; one more doubles the time
     * @throws IllegalArgumentException when out of range
     */
    public static PasswordHasher bcrypt(int cost) {
        range("cost", cost, BcryptHash.MIN_COST, BcryptHash.MAX_COST);
        return new PasswordHasher((password, salt) -> BcryptHash.of(password, salt, cost));
    }

    /** SCRAM-SHA-256 with 15,000 iterations. */
    public static PasswordHasher scramSha256() {
        return scramSha256(SCRAM_ITERATIONS);
    }

    /**
     * Keys for {@link ScramAuthenticator}; the user may send the password itself too. The client has to do the iterations.
     *
     * @param iterations 4096..10,000,000
     * @throws IllegalArgumentException when out of range
     */
    public static PasswordHasher scramSha256(int iterations) {
        range("iterations", iterations, MIN_SCRAM_ITERATIONS, Pbkdf2Hash.MAX_ITERATIONS);
        return new PasswordHasher((password, salt) -> ScramCredential.of(password, salt, iterations));
    }

    /**
     * Hashes a password. Takes long on purpose: not for an event loop.
     *
     * @return what stands behind the colon of a password file's line
     * @throws IllegalArgumentException when the password is empty, ends with a zero byte, or is none that this kind takes whole
     * @throws IllegalStateException when the library for it is missing; names the artifact to add
     */
    public String hash(byte[] password) {
        Objects.requireNonNull(password, "password");
        if (password.length == 0) {
            throw new IllegalArgumentException("a password must not be empty");
        }
        if (Pbkdf2.endsWithZero(password)) {
            throw new IllegalArgumentException("a password must not end with a zero byte");
        }
        byte[] salt = new byte[SALT_BYTES];
        new SecureRandom().nextBytes(salt);
        return kind.hash(password, salt).text();
    }

    private static void range(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " must be " + min + ".." + max + ": " + name + "=" + value);
        }
    }

    @FunctionalInterface
    private interface Kind {
        PasswordHash hash(byte[] password, byte[] salt);
    }
}
