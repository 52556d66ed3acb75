package io.maxmq.spi.auth;

import io.maxmq.spi.PluginName;
import io.maxmq.spi.Stable;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Authenticates a client by its CONNECT. Several authenticators form a chain in the builder's order: the first that
 * allows or denies decides, {@link AuthenticationResult#next()} leaves the decision to the next one, and a chain
 * without a decision denies.
 *
 * <p>A CONNECT that names an authentication method goes to its {@link EnhancedAuthenticator} instead.
 *
 * <p><b>Thread:</b> an event loop, for many clients concurrently; must not block. Wrap blocking code with {@link
 * #blocking}; the broker then calls it on its worker pool. The stage may complete on any thread.
 *
 * <p><b>Order:</b> before any other decision on the connection but the connection rate limit; the client's later
 * packets wait meanwhile, and reading pauses at a bound. <b>Cost:</b> once per CONNECT.
 *
 * <p><b>Deadline:</b> the broker's plug-in deadline, for the whole chain, unless {@link #deadline} sets another.
 * <b>Failure:</b> an exception, null, an exceptional completion, no answer in time and a full worker pool all deny, are
 * counted, and are reported as {@code PluginFailed} with this authenticator's name; the client then sees 0x88 (Server
 * unavailable), or 0x89 (Server busy) for a full pool.
 *
 * <p><b>What a denied client sees:</b> v5 CONNACK with the reason code, and the reason string if the client asked for
 * problem information; v3.1 and v3.1.1 CONNACK with 1 (unacceptable protocol version) for 0x84, 2 (identifier rejected)
 * for 0x85, 4 (bad user name or password) for 0x86, 5 (not authorized) for 0x87, 0x8A and 0x8C, else 3 (server
 * unavailable). Then the connection is closed.
 *
 * @since 0.1.0
 */
@Stable
@FunctionalInterface
public interface Authenticator {

    /** Starts the decision on one CONNECT. */
    CompletionStage<AuthenticationResult> authenticate(AuthenticationRequest request);

    /** Returns the name in logs, metrics and events. */
    default String name() {
        return PluginName.of(this, Authenticator.class);
    }

    /** Returns whether {@link #authenticate} may block; if so the broker calls it on its worker pool. */
    default boolean mayBlock() {
        return false;
    }

    /**
     * Returns the deadline for an answer of this authenticator; empty for the plug-in deadline. The broker calls it
     * once. For an authenticator that bounds its work itself, by a bounded queue for example, so that load on the
     * machine does not refuse clients. Its time does not count against the deadline of the next authenticators.
     */
    default Optional<Duration> deadline() {
        return Optional.empty();
    }

    /**
     * Returns whether it decides only about clients that have shown a certificate. When no listener asks for client certificates and there is no
     * other authenticator, the broker refuses to start; with others it warns.
     */
    default boolean needsClientCertificate() {
        return false;
    }

    /** An authenticator of blocking code; the broker calls it on its worker pool, several at a time. */
    static Authenticator blocking(String name, Blocking decision) {
        Objects.requireNonNull(decision, "decision");
        return new Authenticator() {
            @Override
            public CompletionStage<AuthenticationResult> authenticate(AuthenticationRequest request) {
                try {
                    return CompletableFuture.completedFuture(decision.authenticate(request));
                } catch (Exception e) {
                    return CompletableFuture.failedFuture(e);
                }
            }

            @Override
            public String name() {
                return name;
            }

            @Override
            public boolean mayBlock() {
                return true;
            }
        };
    }

    /** {@link #blocking(String, Blocking)} named after the class of the decision. */
    static Authenticator blocking(Blocking decision) {
        return blocking(PluginName.of(decision, Authenticator.class), decision);
    }

    /**
     * A decision that may wait, for a database say.
     *
     * @since 0.1.0
     */
    @Stable
    @FunctionalInterface
    interface Blocking {

        /**
         * Decides on one CONNECT, on a worker thread. After the deadline the answer is no longer used, and the thread is
         * interrupted only when the broker closes.
         *
         * @throws Exception denies
         */
        AuthenticationResult authenticate(AuthenticationRequest request) throws Exception;
    }
}
