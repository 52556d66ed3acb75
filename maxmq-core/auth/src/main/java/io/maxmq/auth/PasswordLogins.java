package io.maxmq.auth;

import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.auth.AuthenticationRequest;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.extension.BrokerContext;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The logins of one broker by one password file: the users read from it, and the passwords under verification. Thread-safe.
 */
final class PasswordLogins {
    private static final int MAX_WAITING = 1000;
    private static final Duration PATIENCE = Duration.ofSeconds(4);
    private static final int MAX_REMEMBERED = 100_000;
    private static final int STAND_IN_KEY_BYTES = 32;

    private static final AuthenticationResult TOO_MANY_FAILURES =
            AuthenticationResult.denied(ReasonCode.SERVER_BUSY, "too many failures from this address");

    private final boolean unknownToNext;
    private final BrokerContext context;
    private final UserFile file;
    private final FairWorkQueue<AuthenticationResult> work;
    private final FailureDelay<AuthenticationResult> delay;
    private final RememberedLogins<PasswordHash> remembered;
    private final Duration rememberedFor;
    private final byte[] standInKey = new byte[STAND_IN_KEY_BYTES];
    private final AtomicLong rounds = new AtomicLong();

    /** Has read nothing yet. */
    PasswordLogins(
            Path file, BrokerContext context, Duration rememberedFor, boolean unknownToNext, boolean delaysFailures) {
        this.unknownToNext = unknownToNext;
        this.remembered = new RememberedLogins<>(context.clock(), MAX_REMEMBERED);
        this.rememberedFor = rememberedFor;
        this.context = context;
        Logger log = LoggerFactory.getLogger("io.maxmq." + context.brokerName() + ".auth");
        this.file = new UserFile(file, context, log, users -> warnOfFastHashes(users, file, log));
        this.work = FairWorkQueue.onWorkers(
                context.workers(),
                context.clock(),
                FairWorkQueue.Bounds.ofHalfTheProcessors(MAX_WAITING, PATIENCE),
                AuthenticationResult.denied(ReasonCode.SERVER_BUSY, "too many clients connect at once"));
        this.delay = new FailureDelay<>(
                context, delaysFailures, result -> result.equals(AuthenticationResult.denied()), TOO_MANY_FAILURES);
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
        RememberedLogins.Key key =
                remembered.key(user.tenant(), user.name().getBytes(StandardCharsets.UTF_8), password);
        PasswordHash hash = file.users().of(user);
        if (hash != null && remembered.find(key, hash::equals) != null) { // the file still has the hash of that login
            return CompletableFuture.completedFuture(allowed(user));
        }
        SocketAddress remote = request.client().remoteAddress();
        Object address = FailedAttempts.keyOf(remote);
        Object source = address == null ? this : address;
        return delay.attempt(
                remote,
                mayGoOn -> work.submit(
                        source,
                        () -> CompletableFuture.completedFuture(
                                mayGoOn.getAsBoolean() ? decide(user, password, key) : TOO_MANY_FAILURES)));
    }

    /** Hashes the password. Blocks. */
    private AuthenticationResult decide(TenantUser user, byte[] password, RememberedLogins.Key key) {
        CredentialFile now = file.users();
        PasswordHash hash = now.of(user);
        PasswordHash looked = hash == null ? now.standIn(standInChoice(user)) : hash;
        boolean matches = looked != null && looked.matches(password);
        rounds.addAndGet(looked == null ? 0 : looked.rounds());
        if (hash == null && unknownToNext) {
            return AuthenticationResult.next();
        }
        // The file may have changed meanwhile.
        if (hash == null || !matches || !hash.equals(file.users().of(user))) {
            return AuthenticationResult.denied();
        }
        remembered.put(key, hash, rememberedFor);
        return allowed(user);
    }

    /** Vouches for the tenant too, which may be known by nothing but the client's word. */
    private static AuthenticationResult allowed(TenantUser user) {
        return user.tenant().equals(Tenant.DEFAULT)
                ? AuthenticationResult.allowed()
                : AuthenticationResult.allowed().withTenant(user.tenant());
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
        return delay.delayed();
    }

    /** Reads no more, and refuses waiting attempts. */
    void close() {
        file.close();
        work.close();
    }
}
