package io.maxmq.spi;

import java.util.Optional;

/**
 * Observes each message that a filter matches, from every publisher and with or without subscribers. To change or
 * refuse messages, use an interceptor.
 *
 * <p><b>Thread and order:</b> the event loop of the publisher's session; messages of one publisher in the order
 * published; different publishers concurrently. After interceptors and authorization, before delivery. <b>Cost:</b> the
 * hook's filter is part of the subscription tree, so a message that no hook matches costs nothing; one that is matched
 * costs the call and a view object. Must not block: take a {@link Message#copy()} elsewhere. <b>Failure:</b> an
 * exception is counted and reported as {@code PluginFailed}; the message is delivered all the same.
 *
 * @since 0.1.0
 */
@Stable
@FunctionalInterface
public interface PublishHook {

    /** Called once per matching message and hook. */
    void onPublish(Publication publication);

    /**
     * One published message. Only the broker implements it; valid during the call only.
     *
     * @since 0.1.0
     */
    @Stable
    interface Publication {

        /** The tenant whose topics these are. */
        Tenant tenant();

        /** The message, a view; {@link Message#id()} is present. */
        Message message();

        /** Returns the publisher; empty when the application or an extension published the message. */
        Optional<ClientInfo> publisher();
    }
}
