package io.maxmq.auth;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keys of users that are not there. A name always has the same, with a salt and iterations like those of real users, so that
 * asking for the salt tells nobody who is there, also over a restart and most changes of the file: what is made up depends on
 * the few users whose keys come first in order, and these hardly ever change. Immutable and thread-safe.
 */
final class ScramDecoys {
    private static final int MODELS = 4;

    private final List<ScramCredential> models;
    private final byte[] secret;

    private ScramDecoys(List<ScramCredential> models, byte[] secret) {
        this.models = models;
        this.secret = secret;
    }

    /** Null when nobody has keys for SCRAM. */
    static @Nullable ScramDecoys of(CredentialFile users) {
        List<ScramCredential> models = users.scramCredentials()
                .sorted((a, b) -> Arrays.compareUnsigned(a.storedKey(), b.storedKey()))
                .limit(MODELS)
                .toList();
        return models.isEmpty() ? null : new ScramDecoys(models, secretOf(models));
    }

    /** Known only to who knows all of these users' keys. */
    private static byte[] secretOf(List<ScramCredential> models) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (ScramCredential each : models) {
                digest.update(each.storedKey());
                digest.update(each.serverKey());
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Nothing is known that would prove it. */
    ScramCredential of(String user) {
        int choice =
                ByteBuffer.wrap(ScramCredential.hmac(secret, "model " + user)).getInt();
        ScramCredential model = models.get(Math.floorMod(choice, models.size()));
        byte[] salt =
                Pbkdf2.derive(Pbkdf2.SHA_256, secret, user.getBytes(StandardCharsets.UTF_8), 1, model.salt().length);
        return ScramCredential.unknown(salt, model.iterations(), ScramCredential.hmac(secret, "key " + user));
    }
}
