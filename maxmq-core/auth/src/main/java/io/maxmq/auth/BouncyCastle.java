package io.maxmq.auth;

import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.generators.BCrypt;
import org.bouncycastle.crypto.params.Argon2Parameters;

/** The hashes that the JDK has not; cannot be loaded without Bouncy Castle. Stateless. */
final class BouncyCastle {
    private BouncyCastle() {}

    /** Does nothing where the library is. */
    static void isThere() {
        new Argon2BytesGenerator();
    }

    static byte[] argon2id(byte[] password, byte[] salt, Argon2Hash.Costs costs, int length) {
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                .withMemoryAsKB(costs.memoryKib())
                .withIterations(costs.passes())
                .withParallelism(costs.lanes())
                .withSalt(salt)
                .build());
        byte[] hash = new byte[length];
        generator.generateBytes(password, hash);
        return hash;
    }

    /** 24 bytes. */
    static byte[] bcrypt(byte[] password, byte[] salt, int cost) {
        return BCrypt.generate(password, salt, cost);
    }
}
