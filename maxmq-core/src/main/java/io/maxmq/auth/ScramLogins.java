package io.maxmq.auth;

import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.BrokerContext;
import io.maxmq.spi.auth.EnhancedAuthenticationResult;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** What the SCRAM exchanges of one broker share: the users, their stand-ins, and which addresses have failed. Thread-safe. */
final class ScramLogins {
    private static final int MAX_ADDRESSES = 10_000;
    private static final int NONCE_BYTES = 18;

    private final Path path;
    private final BrokerContext context;
    private final UserFile file;
    private final @Nullable FailedAttempts failedAttempts;
    private final SecureRandom random = new SecureRandom();
    private final AtomicInteger delayed = new AtomicInteger();

    /** Null before the first reading. */
    private volatile @Nullable ScramStandIns standIns;

    /** Has read nothing yet. */
    ScramLogins(Path path, BrokerContext context, boolean delaysFailures) {
        this.path = path;
        this.context = context;
        this.failedAttempts = delaysFailures ? new FailedAttempts(MAX_ADDRESSES) : null;
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
        ScramStandIns made = ScramStandIns.of(users);
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
    ScramCredential of(String user) {
        return file.users().of(user) instanceof ScramCredential credential ? credential : null;
    }

    /** What is shown to who claims to be one that is not there. */
    ScramCredential standIn(String user) {
        ScramStandIns made = standIns;
        if (made == null) {
            throw new IllegalStateException("has read nothing yet");
        }
        return made.of(user);
    }

    /**
     * Looks at a proof, now or, when the address has failed too often, a while later.
     *
     * @param proof gives allowed or denied
     */
    CompletionStage<EnhancedAuthenticationResult> look(
            SocketAddress remote, Supplier<EnhancedAuthenticationResult> proof) {
        FailedAttempts failures = failedAttempts;
        Object address = failures == null ? null : FailedAttempts.keyOf(remote);
        if (failures == null || address == null) {
            return CompletableFuture.completedFuture(proof.get());
        }
        long delay = failures.attempt(address, context.clock().nanoTime());
        if (delay == FailedAttempts.REFUSED) {
            return CompletableFuture.completedFuture(
                    EnhancedAuthenticationResult.denied(ReasonCode.SERVER_BUSY, "too many failures from this address"));
        }
        if (delay == 0) {
            return CompletableFuture.completedFuture(settled(failures, address, delay, proof.get()));
        }
        CompletableFuture<EnhancedAuthenticationResult> answer = new CompletableFuture<>();
        delayed.incrementAndGet();
        context.timers().after(Duration.ofNanos(delay), () -> {
            delayed.decrementAndGet();
            try {
                answer.complete(settled(failures, address, delay, proof.get()));
            } catch (Throwable t) {
                answer.completeExceptionally(t);
            }
        });
        return answer;
    }

    private EnhancedAuthenticationResult settled(
            FailedAttempts failures, Object address, long delay, EnhancedAuthenticationResult result) {
        if (result instanceof EnhancedAuthenticationResult.Allowed) {
            failures.succeeded(address, delay);
        } else {
            failures.failed(address, delay, context.clock().nanoTime());
        }
        return result;
    }

    int delayedProofs() {
        return delayed.get();
    }

    /** Reads no more. */
    void close() {
        file.close();
    }
}
