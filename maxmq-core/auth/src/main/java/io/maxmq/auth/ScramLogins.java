package io.maxmq.auth;

import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.auth.EnhancedAuthenticationResult;
import io.maxmq.spi.extension.BrokerContext;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** What the SCRAM exchanges of one broker share: the users, their stand-ins, and which addresses have failed. Thread-safe. */
final class ScramLogins {
    private static final int NONCE_BYTES = 18;

    private final Path path;
    private final UserFile file;
    private final FailureDelay<EnhancedAuthenticationResult> delay;
    private final SecureRandom random = new SecureRandom();

    /** Null before the first reading. */
    private volatile @Nullable ScramDecoys standIns;

    /** Has read nothing yet. */
    ScramLogins(Path path, BrokerContext context, boolean delaysFailures) {
        this.path = path;
        this.delay = new FailureDelay<>(
                context,
                delaysFailures,
                result -> !(result instanceof EnhancedAuthenticationResult.Allowed),
                EnhancedAuthenticationResult.denied(ReasonCode.SERVER_BUSY, "too many failures from this address"));
        this.file = new UserFile(
                path, context, LoggerFactory.getLogger("io.maxmq." + context.brokerName() + ".auth"), this::prepare);
    }

    /** @throws AccessFileException when the file can't be used */
    void begin() {
        file.begin();
    }

    /** @throws AccessFileException when the file can't be understood */
    void reload() {
        file.reload();
    }

    private void prepare(CredentialFile users) {
        ScramDecoys made = ScramDecoys.of(users);
        if (made != null) {
            standIns = made;
        } else if (standIns == null) {
            throw new AccessFileException(path, 0, "password file has no user with keys for SCRAM ($scram-sha-256$)");
        }
    }

    /** Printable, and never the same twice (RFC 5802 §5.1). */
    String nonce() {
        byte[] bytes = new byte[NONCE_BYTES];
        random.nextBytes(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }

    /** The keys of this user; null when there is no such user, or one without such keys. */
    @Nullable
    ScramCredential of(TenantUser user) {
        return file.users().of(user) instanceof ScramCredential credential ? credential : null;
    }

    /** What is shown to who claims to be one that is not there. */
    ScramCredential standIn(TenantUser user) {
        ScramDecoys made = standIns;
        if (made == null) {
            throw new IllegalStateException("has read nothing yet");
        }
        return made.of(user.toString());
    }

    /**
     * Looks at a proof, now or, when the address has failed too often, a while later.
     *
     * @param proof gives allowed or denied
     */
    CompletionStage<EnhancedAuthenticationResult> look(
            SocketAddress remote, Supplier<EnhancedAuthenticationResult> proof) {
        return delay.attempt(remote, () -> CompletableFuture.completedFuture(proof.get()));
    }

    int delayedProofs() {
        return delay.delayed();
    }

    /** Reads no more. */
    void close() {
        file.close();
    }
}
