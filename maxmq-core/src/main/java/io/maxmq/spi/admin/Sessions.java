package io.maxmq.spi.admin;

import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.Stable;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.intercept.SubscriptionRequest;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * The sessions, connected or not. Only the broker implements it. Thread-safe; no method blocks.
 *
 * <p>Stages complete on an event loop, where dependent actions must not block: pass longer work to another thread. They
 * complete exceptionally with {@link IllegalStateException} when the broker closes first, and with {@link
 * java.util.concurrent.RejectedExecutionException} while 1024 requests are pending.
 *
 * @since 0.1.0
 */
@Stable
public interface Sessions {

    /** The most sessions of {@link #topMemoryConsumers}. */
    int MAX_TOP = 1000;

    /** Returns the number of sessions, of all tenants. Costs a read per event loop; may lag a little. */
    long count();

    /**
     * Returns a page of sessions, in no particular order. A session that exists from the first page to the last appears
     * once; one that begins or ends meanwhile may appear or not. Cost as for {@link Clients#query}.
     *
     * @throws IllegalArgumentException when this broker did not create the cursor
     */
    CompletionStage<Page<SessionView>> query(ClientQuery query);

    /** {@link #find(Tenant, String)} in the default tenant. */
    default CompletionStage<Optional<SessionView>> find(String clientId) {
        return find(Tenant.DEFAULT, clientId);
    }

    /** Returns the session of this client id; empty without one. */
    CompletionStage<Optional<SessionView>> find(Tenant tenant, String clientId);

    /**
     * Returns the sessions of all tenants that hold the most memory, the largest first. Reads every session, 1000 per
     * turn of an event loop.
     *
     * @param count the number of sessions, 1..{@value #MAX_TOP}
     * @throws IllegalArgumentException when {@code count} is out of its range
     */
    CompletionStage<List<SessionView>> topMemoryConsumers(int count);

    /**
     * Returns a page of the messages that wait for a client: for its return, its window or its socket; in the order of
     * delivery. A message that waits from the first page to the last appears once; one that is added or removed
     * meanwhile may appear or not. Messages of a durable session that are in storage only are {@linkplain
     * MessagePage#notShown counted}. Messages that wait for a whole group of a shared subscription belong to no
     * session.
     *
     * <p><b>Cost:</b> reads each message in memory up to the page's end; after 1000 of the page it yields the event
     * loop to its other work.
     *
     * @return exceptionally with {@link NoSuchElementException} when there is no such session
     * @throws IllegalArgumentException when this broker did not create the cursor
     */
    CompletionStage<MessagePage> queued(MessageQuery query);

    /**
     * Returns a page of the messages that were sent, on any connection, and are not acknowledged (MQTT 5.0 §4.4), in
     * the order of sending; otherwise as {@link #queued}.
     *
     * @return exceptionally with {@link NoSuchElementException} when there is no such session
     * @throws IllegalArgumentException when this broker did not create the cursor
     */
    CompletionStage<MessagePage> inFlight(MessageQuery query);

    /** {@link #purge(Tenant, String)} in the default tenant. */
    default CompletionStage<Boolean> purge(String clientId) {
        return purge(Tenant.DEFAULT, clientId);
    }

    /**
     * Deletes a session: its subscriptions and messages are removed, its will, if any, is published (§3.1.2.5), and
     * messages of shared subscriptions are passed to other members where the specification permits (§4.8.2). A
     * connected client is disconnected with 0x98 (Administrative action). The session's records in storage are deleted,
     * so a restart does not recover it.
     *
     * <p>With this method an operator frees a client id that another user has taken: a session belongs to the user that
     * created it. {@link Bans#add(Ban)} with {@link Ban#clientOfUser} prevents that user from taking it again.
     *
     * @return whether there was one
     */
    CompletionStage<Boolean> purge(Tenant tenant, String clientId);

    /** {@link #subscribe(Tenant, String, SubscriptionRequest)} in the default tenant. */
    default CompletionStage<ReasonCode> subscribe(String clientId, SubscriptionRequest request) {
        return subscribe(Tenant.DEFAULT, clientId, request);
    }

    /**
     * Subscribes on behalf of a client, connected or not: as its SUBSCRIBE would, with the retained messages that the
     * request's retain handling asks for, and for as long as the session lives. Interceptors and authorizers are not
     * called. Authorizers are called for it, as for every subscription, when the session is resumed and when their
     * rules change.
     *
     * @return the reason code that SUBACK would have (§3.9.3): a granted QoS, or 0x97 (Quota exceeded), 0x9E, 0xA2 for
     *     a feature that the broker does not offer; exceptionally with {@link NoSuchElementException} when there is no
     *     such session, and with {@link io.maxmq.spi.storage.StorageException} when storage refuses it: then the
     *     session's subscriptions are unchanged
     * @throws IllegalArgumentException when the filter is invalid (§4.7), or No Local is requested for a shared one
     *     (§3.8.3.1)
     */
    CompletionStage<ReasonCode> subscribe(Tenant tenant, String clientId, SubscriptionRequest request);

    /** {@link #unsubscribe(Tenant, String, String)} in the default tenant. */
    default CompletionStage<Boolean> unsubscribe(String clientId, String topicFilter) {
        return unsubscribe(Tenant.DEFAULT, clientId, topicFilter);
    }

    /**
     * Ends a subscription of a client, connected or not; queued and in-flight messages are still delivered (§3.10.4).
     *
     * @param topicFilter as subscribed, with {@code $share/NAME/} when shared
     * @return whether there was such a subscription
     */
    CompletionStage<Boolean> unsubscribe(Tenant tenant, String clientId, String topicFilter);
}
