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
 * The sessions, connected or not. Only the broker implements it. Thread-safe; nothing here blocks.
 *
 * <p>Answers come on an event loop, where dependent actions must not block: hand longer work to another thread. They
 * complete exceptionally with {@link IllegalStateException} when the broker closes first, and with
 * {@link java.util.concurrent.RejectedExecutionException} when 1024 questions are under way.
 *
 * @since 0.1.0
 */
@Stable
public interface Sessions {

    /** Most sessions that {@link #topMemoryConsumers} names. */
    int MAX_TOP = 1000;

    /** How many there are, of all tenants. Costs a read per event loop; may lag a little. */
    long count();

    /**
     * A page of them, in no particular order. One that lives from the first page to the last is given once; one that begins or
     * ends meanwhile may be given or not. Cost as for {@link Clients#query}.
     *
     * @throws IllegalArgumentException when the cursor is none of this broker's
     */
    CompletionStage<Page<SessionView>> query(ClientQuery query);

    /** {@link #find(Tenant, String)} in the default tenant. */
    default CompletionStage<Optional<SessionView>> find(String clientId) {
        return find(Tenant.DEFAULT, clientId);
    }

    /** The session of this client id; empty when there is none. */
    CompletionStage<Optional<SessionView>> find(Tenant tenant, String clientId);

    /**
     * The sessions of all tenants that hold most memory, the greatest first. Looks at every session, 1000 per turn of an event
     * loop.
     *
     * @param count how many, 1..{@value #MAX_TOP}
     * @throws IllegalArgumentException when {@code count} is out of its range
     */
    CompletionStage<List<SessionView>> topMemoryConsumers(int count);

    /**
     * A page of the messages that wait for a client: for its return, its window or its socket; in the order in which it gets
     * them. One that waits from the first page to the last is given once; one that comes or leaves meanwhile may be given or
     * not. What a durable session has in storage only is {@linkplain MessagePage#notShown counted}. What waits for a whole
     * group of a shared subscription is no session's.
     *
     * <p><b>Cost:</b> looks at each message in memory up to the page's end; after 1000 of the page it lets the event loop do its
     * other work first.
     *
     * @return exceptionally with {@link NoSuchElementException} when there is no such session
     * @throws IllegalArgumentException when the cursor is none of this broker's
     */
    CompletionStage<MessagePage> queued(MessageQuery query);

    /**
     * The same of those that were sent, on whichever connection, and are not acknowledged (MQTT 5.0 §4.4), in the order of
     * sending.
     *
     * @return exceptionally with {@link NoSuchElementException} when there is no such session
     * @throws IllegalArgumentException when the cursor is none of this broker's
     */
    CompletionStage<MessagePage> inFlight(MessageQuery query);

    /** {@link #purge(Tenant, String)} in the default tenant. */
    default CompletionStage<Boolean> purge(String clientId) {
        return purge(Tenant.DEFAULT, clientId);
    }

    /**
     * Ends a session for good: its subscriptions and messages go, its will is published if it has one (§3.1.2.5), messages of
     * shared subscriptions go to other members where the specification lets them (§4.8.2). Its client, if connected, is told
     * 0x98 (Administrative action) and disconnected. Its records in storage are deleted, so it does not come back with a restart.
     *
     * <p>So an operator frees a client id that another user has taken: sessions belong to the user who made them. {@link
     * Bans#add(Ban)} with {@link Ban#clientOfUser} keeps that user from taking it again.
     *
     * @return whether there was one
     */
    CompletionStage<Boolean> purge(Tenant tenant, String clientId);

    /** {@link #subscribe(Tenant, String, SubscriptionRequest)} in the default tenant. */
    default CompletionStage<ReasonCode> subscribe(String clientId, SubscriptionRequest request) {
        return subscribe(Tenant.DEFAULT, clientId, request);
    }

    /**
     * Subscribes on behalf of a client, connected or not: as its SUBSCRIBE would, with the retained messages that the request's
     * retain handling asks for, and for as long as the session lives. Interceptors and authorizers are not asked; but
     * authorizers are, as about every subscription, when the session is resumed and when their rules change.
     *
     * @return what SUBACK would say (§3.9.3): a granted QoS, or 0x97 (Quota exceeded), 0x9E, 0xA2 for what the broker does not
     *     offer; exceptionally with {@link NoSuchElementException} when there is no such session, and with {@link
     *     io.maxmq.spi.storage.StorageException} when storage refuses it: then the session has what it had before
     * @throws IllegalArgumentException when the filter is not valid (§4.7), or No Local is asked of a shared one (§3.8.3.1)
     */
    CompletionStage<ReasonCode> subscribe(Tenant tenant, String clientId, SubscriptionRequest request);

    /** {@link #unsubscribe(Tenant, String, String)} in the default tenant. */
    default CompletionStage<Boolean> unsubscribe(String clientId, String topicFilter) {
        return unsubscribe(Tenant.DEFAULT, clientId, topicFilter);
    }

    /**
     * Ends a subscription of a client, connected or not; what is queued or in flight still goes out (§3.10.4).
     *
     * @param topicFilter as subscribed, with {@code $share/NAME/} when shared
     * @return whether there was such a subscription
     */
    CompletionStage<Boolean> unsubscribe(Tenant tenant, String clientId, String topicFilter);
}
