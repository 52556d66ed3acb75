package io.maxmq.examples.authenticator;

import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.auth.AuthenticationRequest;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.auth.Authenticator;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Lets clients in by user name and password. The broker asks on an event loop, which a hash would hold up for all clients
 * there: so two threads of its own do the work, and the answer comes later.
 */
final class PasswordAuthenticator implements Authenticator, AutoCloseable {
    private static final int THREADS = 2;
    private static final int WAITING = 100;

    private final Map<String, HashedPassword> users;
    private final ExecutorService hashing;

    /** Checked for unknown users: they take as long as known ones, so the time does not tell which users exist. */
    private final HashedPassword unknown = HashedPassword.of("");

    PasswordAuthenticator(Map<String, HashedPassword> users) {
        this.users = Map.copyOf(users);
        // Bounded: what clients make it do must not grow without end.
        this.hashing = new ThreadPoolExecutor(THREADS, THREADS, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING));
    }

    @Override
    public CompletionStage<AuthenticationResult> authenticate(AuthenticationRequest request) {
        try {
            return CompletableFuture.supplyAsync(() -> decide(request), hashing);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.completedFuture(AuthenticationResult.denied(ReasonCode.SERVER_BUSY, null));
        }
    }

    private AuthenticationResult decide(AuthenticationRequest request) {
        HashedPassword expected = request.client().username().map(users::get).orElse(null);
        byte[] given = request.password().orElseGet(() -> new byte[0]);
        boolean matches = (expected == null ? unknown : expected).matches(given);
        return matches && expected != null ? AuthenticationResult.allowed() : AuthenticationResult.denied();
    }

    /** After the broker has been closed. */
    @Override
    public void close() {
        hashing.shutdownNow();
    }
}
