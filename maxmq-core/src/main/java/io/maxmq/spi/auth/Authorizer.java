package io.maxmq.spi.auth;

import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.PluginName;
import io.maxmq.spi.Registration;
import io.maxmq.spi.Stable;
import java.util.concurrent.CompletionStage;

/**
 * Decides what a connected client may do. Several authorizers form a chain in the builder's order: the first that
 * allows or denies decides, {@link Authorization#next()} leaves the decision to the next one, and a chain without a
 * decision denies. Without authorizers every action that the broker offers is allowed.
 *
 * <p><b>Thread:</b> an event loop, for many clients concurrently; must not block unless {@link #mayBlock()} returns
 * true. The stage may complete on any thread. <b>Order:</b> a pending decision holds the client's later packets,
 * bounded; reading pauses at the bound.
 *
 * <p><b>Cost:</b> cacheable answers are remembered per client and topic until {@link #onChange} or the client's session
 * ends, so a client that publishes to few topics costs one call for each. An answer made by {@link
 * Authorization#stage()} creates nothing.
 *
 * <p><b>Deadline:</b> the broker's plug-in deadline, for the whole chain. <b>Failure:</b> an exception, null, an
 * exceptional completion and no answer in time deny, are never remembered, are counted, and are reported as {@code
 * PluginFailed}. A failure about an existing subscription does not remove it: the connection is closed, or refused with
 * 0x88 (MQTT 3: 3).
 *
 * <p><b>What a denial answers:</b>
 *
 * <table>
 * <caption>Denials by action and version</caption>
 * <tr><th>action</th><th>v5</th><th>v3.1.1</th><th>v3.1</th></tr>
 * <tr><td>publish QoS 0</td><td>dropped, event</td><td>dropped, event</td><td>dropped, event</td></tr>
 * <tr><td>publish QoS 1, 2</td><td>PUBACK or PUBREC with the reason code</td><td colspan="2">acknowledged and dropped,
 * event</td></tr>
 * <tr><td>subscribe</td><td>SUBACK with the reason code</td><td>SUBACK 0x80</td><td>SUBACK QoS 0, and nothing is
 * delivered</td></tr>
 * <tr><td>connect</td><td>CONNACK with the reason code</td><td colspan="2">CONNACK 5</td></tr>
 * <tr><td>connect, after a change of the rules</td><td>DISCONNECT with the reason code</td><td colspan="2">the connection is
 * closed</td></tr>
 * <tr><td>will, at CONNECT</td><td>CONNACK with the reason code</td><td colspan="2">CONNACK 5</td></tr>
 * <tr><td>will and delayed publish, when due; receive</td><td colspan="3">dropped, event</td></tr>
 * <tr><td>automatic subscription</td><td colspan="3">the client goes without it</td></tr>
 * <tr><td>subscription of a session that is resumed</td><td>ends; CONNACK's reason string names it</td><td colspan="2">ends</td></tr>
 * <tr><td>subscription after a change of the rules</td><td>ends; DISCONNECT 0x87, whose reason string names it, unless {@code
 * disconnectRevoked} is off</td><td colspan="2">ends</td></tr>
 * </table>
 *
 * @since 0.1.0
 */
@Stable
@FunctionalInterface
public interface Authorizer {

    /** Starts the decision on one action of one client. */
    CompletionStage<Authorization> authorize(ClientInfo client, Action action);

    /** Returns the name in logs, metrics and events. */
    default String name() {
        return PluginName.of(this, Authorizer.class);
    }

    /** Returns whether {@link #authorize} may block; if so the broker calls it on its worker pool. */
    default boolean mayBlock() {
        return false;
    }

    /**
     * Returns whether to authorize {@link Action.Receive} for each delivery. Otherwise the decision about the
     * subscription settles it, and deliveries cost nothing. Read when the broker starts, and again after each {@link
     * #onChange}.
     */
    default boolean authorizesReceive() {
        return false;
    }

    /**
     * Returns whether to authorize {@link Action.Connect}: the connection of an authenticated client with its client
     * id. When all authorizers return false, every client id is allowed; otherwise those that return true decide, and a
     * connection without a decision is denied. Read when the broker starts, and again after each {@link #onChange}.
     */
    default boolean authorizesConnect() {
        return false;
    }

    /**
     * Called once, when the broker starts and before anything is to be decided, so that it learns when the rules have changed.
     * What it throws fails the start.
     *
     * @param changed forgets all remembered decisions, and asks again for existing subscriptions; thread-safe, returns
     *     at once
     * @return closed when the broker closes
     */
    default Registration onChange(Runnable changed) {
        return Registration.NONE;
    }
}
