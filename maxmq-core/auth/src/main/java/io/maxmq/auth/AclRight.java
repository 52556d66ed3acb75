package io.maxmq.auth;

import io.maxmq.spi.Stable;

/**
 * What a rule of an {@link Acl} is about.
 *
 * @since 0.1.0
 */
@Stable
public enum AclRight {
    /** Publishing, and leaving a will: who must not publish somewhere must not have it done by a will either. */
    PUBLISH,

    /** Leaving a will, and no other publishing: for a rule in front of those about {@link #PUBLISH}. */
    WILL,

    /** Subscribing. */
    SUBSCRIBE,

    /**
     * Getting a message that an allowed subscription brings. It takes away only: what no rule about it denies is delivered.
     * Without a rule that denies it deliveries cost nothing.
     */
    RECEIVE,

    /**
     * Connecting with a client id, in rules of their own: {@link AclRule#allowConnect}, {@link AclRule#denyConnect}. Without such a rule
     * a client may connect with every client id.
     */
    CONNECT
}
