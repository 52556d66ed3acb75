package io.maxmq.spi.auth;

import io.maxmq.spi.Stable;
import java.util.concurrent.CompletionStage;

/**
 * Authenticates a client by one method of enhanced authentication (MQTT 5.0 §4.12), such as SCRAM or Kerberos: client
 * and authenticator exchange data in AUTH packets until the authenticator allows or denies. The broker calls it when
 * CONNECT names its method, in place of all {@link Authenticator}s; an unregistered method is refused with 0x8C (Bad
 * authentication method).
 *
 * <p><b>Thread:</b> an event loop, for many clients concurrently; must not block unless {@link #mayBlock()} returns
 * true. The stages may complete on any thread.
 *
 * <p><b>Order:</b> at CONNECT as for an {@link Authenticator}; until CONNACK the client may send AUTH and DISCONNECT
 * alone [MQTT-3.1.2-30]. A client may re-authenticate later (§4.12.1); meanwhile the broker handles its other packets
 * with its previous permissions. <b>Cost:</b> once per exchange, and once per AUTH packet.
 *
 * <p><b>Deadline:</b> the broker's plug-in deadline for each step, and {@code ConnectionLimits.authenticationTimeout}
 * for the exchange, the client's answers included. <b>Failure:</b> an exception, null, an exceptional completion, no
 * answer in time and a full worker pool all deny, are counted, and are reported as {@code PluginFailed} with this
 * authenticator's name.
 *
 * <p><b>What a denied client sees:</b> at CONNECT a CONNACK with the reason code; 0x88 (Server unavailable) or 0x89
 * (Server busy) after a failure, 0x87 (Not authorized) when the exchange took too long. At a re-authentication a
 * DISCONNECT with the reason code if DISCONNECT permits it, else with 0x87. Then the connection is closed.
 *
 * @since 0.1.0
 */
@Stable
public interface EnhancedAuthenticator {

    /** The authentication method that CONNECT names (§3.1.2.11.9); not empty. Read once, when the broker is built. */
    String method();

    /**
     * Begins an exchange; its first step follows at once, on the same thread.
     *
     * @param request of CONNECT, whose user name and password may be part of the method; or, for a client that
     *     re-authenticates, the present client, without a password, and with the user properties of its AUTH
     * @param again true for a re-authentication; then the identity must not change: another user name, client
     *     identifier or tenant is denied, and attributes stay as they were
     */
    Exchange begin(AuthenticationRequest request, boolean again);

    /** Returns the name in logs, metrics and events. */
    default String name() {
        return method();
    }

    /** Returns whether {@link #begin} and the exchange may block; if so the broker calls them on its worker pool. */
    default boolean mayBlock() {
        return false;
    }

    /**
     * One exchange with one client. Steps come one after the other, perhaps on different threads.
     *
     * @since 0.1.0
     */
    @Stable
    interface Exchange extends AutoCloseable {

        /** Starts the next step: what the client has sent in CONNECT or AUTH. */
        CompletionStage<EnhancedAuthenticationResult> next(AuthenticationStep step);

        /**
         * The exchange is over, however it ended; called once. A step may still be under way when the client has gone or
         * the time was up.
         */
        @Override
        default void close() {}
    }
}
