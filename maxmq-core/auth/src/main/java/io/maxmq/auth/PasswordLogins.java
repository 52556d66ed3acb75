package io.maxmq.auth;

import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.auth.AuthenticationRequest;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.extension.BrokerContext;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The logins of one broker by one password file: what was read of it, and the passwords that are being looked at. Thread-safe.
 */
final class PasswordLogins {
    private static final int MAX_WAITING = 1000;
    private static final long PATIENCE_NANOS = 4_000_000_000L;
    private static final int MAX_ADDRESSES = 10_000;
    private static final int MAX_REMEMBERED = 100_000;
    private static final int STAND_IN_KEY_BYTES = 32;

    private final boolean unknownToNext;
    private final boolean delaysFailures;
    private final BrokerContext context;
    private final UserFile file;
    private final SlowWork work;
    private final FailedAttempts failedAttempts = new FailedAttempts(MAX_ADDRESSES);
    private final RememberedPasswords remembered;
    private final byte[] standInKey = new byte[STAND_IN_KEY_BYTES];
    private final AtomicLong rounds = new AtomicLong();
    private final AtomicInteger delayed = new AtomicInteger();

    /** Has read nothing yet. */
    PasswordLogins(
            Path file, BrokerContext context, Duration rememberedFor, boolean unknownToNext, boolean delaysFailures) {
        this.unknownToNext = unknownToNext;
        this.delaysFailures = delaysFailures;
        this.remembered = new RememberedPasswords(MAX_REMEMBERED, rememberedFor.toNanos());
        this.context = context;
        Logger log = LoggerFactory.getLogger("io.maxmq." + context.brokerName() + ".auth");
        this.file = new UserFile(file, context, log, users -> warnOfFastHashes(users, file, log));
        this.work = new SlowWork(
                context.workers(),
                context.clock(),
                Math.max(1, Runtime.getRuntime().availableProcessors() / 2),
                MAX_WAITING,
                PATIENCE_NANOS);
        new SecureRandom().nextBytes(standInKey);
    }

    private static void warnOfFastHashes(CredentialFile users, Path file, Logger log) {
        if (users.fastHashes() > 0) {
            log.warn(
                    "{} of {} users in {} have a fast hash ($6$), which hardly protects their passwords from who gets the file",
                    users.fastHashes(),
                    users.size(),
                    file);
        }
    }

    /** @throws AccessFileException when the file can't be used */
    void begin() {
        file.begin();
    }

    /** @throws AccessFileException when the file can't be understood */
    void reload() {
        file.reload();
    }

    CompletionStage<AuthenticationResult> authenticate(AuthenticationRequest request) {
        String name = request.client().username().orElse(null);
        if (name == null) {
            return CompletableFuture.completedFuture(AuthenticationResult.next());
        }
        byte[] password = request.password().orElse(null);
        if (password == null) {
            return CompletableFuture.completedFuture(AuthenticationResult.denied());
        }
        TenantUser user = new TenantUser(request.client().tenant(), name);
        PasswordHash hash = file.users().of(user);
        long now = context.clock().nanoTime();
        if (hash != null && remembered.knows(user, hash, password, now)) {
            return CompletableFuture.completedFuture(allowed(user));
        }
        Object source = FailedAttempts.keyOf(request.client().remoteAddress());
        Object address = delaysFailures ? source : null;
        long delay = address == null ? 0 : failedAttempts.attempt(address, now);
        if (delay == FailedAttempts.REFUSED) {
            return CompletableFuture.completedFuture(tooManyFailures());
        }
        Attempt attempt = new Attempt(user, password, address, delay);
        Object turn = source == null ? this : source;
        if (delay == 0) {
            work.submit(turn, attempt);
        } else {
            delayed.incrementAndGet();
            context.timers().after(Duration.ofNanos(delay), () -> {
                delayed.decrementAndGet();
                work.submit(turn, attempt);
            });
        }
        return attempt.answer;
    }

    /** Vouches for the tenant too, which may be known by nothing but the client's word. */
    private static AuthenticationResult allowed(TenantUser user) {
        return user.tenant().equals(Tenant.DEFAULT)
                ? AuthenticationResult.allowed()
                : AuthenticationResult.allowed().withTenant(user.tenant());
    }

    private static AuthenticationResult tooManyFailures() {
        return busy("too many failures from this address");
    }

    private static AuthenticationResult busy(String why) {
        return AuthenticationResult.denied(ReasonCode.SERVER_BUSY, why);
    }

    /** A choice among the users that the same name always gives, and that nobody can tell beforehand. */
    private int standInChoice(TenantUser user) {
        return ByteBuffer.wrap(ScramCredential.hmac(standInKey, user.toString()))
                .getInt();
    }

    long roundsDone() {
        return rounds.get();
    }

    int waitingAttempts() {
        return work.waiting();
    }

    int delayedAttempts() {
        return delayed.get();
    }

    /** Reads no more, and refuses what still waits. */
    void close() {
        file.close();
        work.close();
    }

    /** One password that is looked at. */
    private final class Attempt implements SlowWork.Job {
        private final TenantUser user;
        private final byte[] password;
        private final @Nullable Object address;
        private final long delayNanos;
        private final CompletableFuture<AuthenticationResult> answer = new CompletableFuture<>();

        Attempt(TenantUser user, byte[] password, @Nullable Object address, long delayNanos) {
            this.user = user;
            this.password = password;
            this.address = address;
            this.delayNanos = delayNanos;
        }

        @Override
        public void run() {
            try {
                answer.complete(decide());
            } catch (Throwable t) {
                answer.completeExceptionally(t);
            }
        }

        private AuthenticationResult decide() {
            if (address != null
                    && delayNanos == 0
                    && !failedAttempts.isFree(address, context.clock().nanoTime())) {
                return tooManyFailures(); // those in front of it in the queue were guesses
            }
            CredentialFile now = file.users();
            PasswordHash hash = now.of(user);
            PasswordHash looked = hash == null ? now.standIn(standInChoice(user)) : hash;
            boolean matches = looked != null && looked.matches(password);
            rounds.addAndGet(looked == null ? 0 : looked.rounds());
            if (hash == null && unknownToNext) {
                settle(true);
                return AuthenticationResult.next();
            }
            // The file may have changed meanwhile.
            if (hash == null || !matches || !hash.equals(file.users().of(user))) {
                settle(false);
                return AuthenticationResult.denied();
            }
            settle(true);
            remembered.remember(user, hash, password, context.clock().nanoTime());
            return allowed(user);
        }

        private void settle(boolean success) {
            if (address == null) {
                return;
            }
            if (success) {
                failedAttempts.succeeded(address, delayNanos);
            } else {
                failedAttempts.failed(address, delayNanos, context.clock().nanoTime());
            }
        }

        @Override
        public void refused() {
            settle(true); // it was not looked at
            answer.complete(busy("too many clients connect at once"));
        }
    }
}
