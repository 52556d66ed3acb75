package io.maxmq.spi.auth;

import io.maxmq.codec.QoS;
import io.maxmq.spi.Stable;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An action of a client that needs authorization. A value with equality, usable as a key of a cache. Immutable. Minor
 * versions may add kinds: deny unknown ones.
 *
 * @since 0.1.0
 */
@Stable
public sealed interface Action {

    /**
     * Connect with a client id. Passed only to authorizers whose {@link Authorizer#authorizesConnect()} returns true,
     * before the broker looks up the client's session; and again after their rules have changed.
     *
     * @since 0.1.0
     */
    @Stable
    record Connect(String clientId) implements Action {}

    /**
     * Publish a message. Asked again for an inbound QoS 2 message that is resent after a reconnect, and for a delayed message that is
     * due.
     *
     * @param topic the topic name, aliases resolved
     * @since 0.1.0
     */
    @Stable
    record Publish(String topic, QoS qos, boolean retain) implements Action {}

    /**
     * Leave a will. Asked at CONNECT and again when the will is due.
     *
     * @since 0.1.0
     */
    @Stable
    record Will(String topic, QoS qos, boolean retain) implements Action {}

    /**
     * Subscribe. A filter is a set of topics: allow it only when each topic that it matches may be received. Asked at
     * SUBSCRIBE, and again for each subscription of a session that is resumed.
     *
     * @param filter the topic filter without {@code $share/NAME/}
     * @param shareName the ShareName of a shared subscription, else null
     * @param qos the QoS asked for
     * @since 0.1.0
     */
    @Stable
    record Subscribe(String filter, @Nullable String shareName, QoS qos) implements Action {

        /** The ShareName; empty for a subscription that is not shared. */
        public Optional<String> share() {
            return Optional.ofNullable(shareName);
        }
    }

    /**
     * Receive a message on a topic that an allowed subscription matches. Passed only to authorizers whose {@link
     * Authorizer#authorizesReceive()} returns true.
     *
     * @since 0.1.0
     */
    @Stable
    record Receive(String topic) implements Action {}
}
