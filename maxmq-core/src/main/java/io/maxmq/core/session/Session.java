package io.maxmq.core.session;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.core.access.ClientAccess;
import io.maxmq.core.persistence.DamagedRecordException;
import io.maxmq.core.persistence.OwnerKey;
import io.maxmq.core.persistence.SessionRecord;
import io.maxmq.core.persistence.SubscriptionRecord;
import io.maxmq.core.persistence.Written;
import io.maxmq.core.routing.ExclusiveSubscriptions;
import io.maxmq.core.routing.InTransit;
import io.maxmq.core.routing.Routes;
import io.maxmq.core.routing.SharedGroup;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.core.routing.Subscriber;
import io.maxmq.core.routing.Subscription;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.event.BrokerEvent.SessionEnd;
import io.maxmq.spi.event.DropReason;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One session (MQTT 5.0 §4.1): who it belongs to, what it has subscribed to, and its will. It outlives connections; at most
 * one is attached at a time. What both sides have not yet acknowledged is with {@link Inbound} and {@link Outbound}.
 *
 * <p>Runs on the event loop that {@link SessionKey#loopIndex} names. Not thread-safe; {@link #isOnline} may be asked from
 * anywhere.
 */
public final class Session implements Subscriber {
    /** A session expiry interval that never ends (§3.1.2.11.2). */
    public static final long NEVER = 0xFFFF_FFFFL;

    private final Sessions home;
    private final SessionKey key;
    private final Routes routes;
    private final @Nullable String owner;
    private final SessionMemory memory;
    private final SubscriptionSet subscriptions;

    // valid for the session
    private @Nullable Inbound inbound;
    private @Nullable Outbound outbound;
    private long expirySeconds;
    private boolean durable;
    private @Nullable PendingWill will;
    /** Null until something is written that an answer waits for. */
    private @Nullable Writes writes;
    /** Null when all of it is in memory. */
    private @Nullable RestoredSession restored;

    private @Nullable OwnerKey ownerKey;
    private long expiryTimer;
    private boolean ended;
    private boolean confirmed;

    /** Its number among the sessions of the loop; given by {@link Sessions}. */
    int slot;

    // valid for the connection
    private @Nullable PacketSink sink;
    private @Nullable ClientInfo client;
    private @Nullable ClientAccess access;
    private int window;
    private boolean bridge;

    /** Read by other loops when they choose a member of a shared subscription. */
    private volatile boolean online;

    /** The same: it could not take the last one, and is passed over until it has room. */
    private volatile boolean full;

    Session(Sessions home, SessionKey key, Routes routes, @Nullable String owner) {
        this.home = home;
        this.key = key;
        this.routes = routes;
        this.owner = owner;
        this.memory = new SessionMemory(home.loop().credit());
        this.subscriptions =
                new SubscriptionSet(this, routes, memory, home.limits().maxSubscriptions());
    }

    public SessionKey key() {
        return key;
    }

    /** The user that made the session and alone may resume it; null for none. */
    public @Nullable String owner() {
        return owner;
    }

    public Routes routes() {
        return routes;
    }

    /** What the keys of its records begin with. */
    OwnerKey ownerKey() {
        OwnerKey present = ownerKey;
        if (present == null) {
            present = key.ownerKey();
            ownerKey = present;
        }
        return present;
    }

    /** Whether it outlives its connections and there is storage: then what it must not forget is written down. */
    boolean isDurable() {
        return durable;
    }

    @Override
    public int loopIndex() {
        return home.loop().index();
    }

    @Override
    public boolean isOnline() {
        return online && !full;
    }

    /** The client; null while it is not connected. */
    public @Nullable ClientInfo client() {
        return client;
    }

    @Nullable
    PacketSink sink() {
        return sink;
    }

    public int queuedMessages() {
        return outbound == null ? 0 : outbound.queued();
    }

    public int inFlightMessages() {
        return outbound == null ? 0 : outbound.inFlight();
    }

    /** Bytes of the messages that are queued, each counted fully. */
    public long queuedBytes() {
        return outbound == null ? 0 : outbound.queuedBytes();
    }

    /** The same of those in flight. */
    public long inFlightBytes() {
        return outbound == null ? 0 : outbound.inFlightBytes();
    }

    /** What it holds in memory for its client; null while that is nothing. */
    public @Nullable HeldMessages held() {
        return outbound == null ? null : outbound.held();
    }

    /** The message that has waited longest; null when none waits, or what waits is in storage only. */
    public @Nullable StoredMessage oldestQueued() {
        return outbound == null ? null : outbound.oldestQueued();
    }

    /** Whether a will is published when the connection breaks, or waits for its delay. */
    public boolean hasWill() {
        return will != null;
    }

    /** What it holds of the memory budget, its messages counted fully. */
    public long heldBytes() {
        long messages = outbound == null ? 0 : outbound.queuedBytesInMemory() + outbound.inFlightBytes();
        return memory.chargedBytes() + messages;
    }

    /** Charges for itself although it may not be asked: it is there already. */
    void overcharge() {
        memory.overcharge(key.clientId().length() + (owner == null ? 0 : owner.length()), null);
    }

    /** Above all sequences that its messages have. */
    long nextSequence() {
        return outbound == null ? home.firstSequence() : outbound.nextSequence();
    }

    /** Charges for itself and the will that comes with a connection; false when there is no memory for them. */
    boolean charge(@Nullable Will next) {
        return memory.charge(key.clientId().length() + (owner == null ? 0 : owner.length()), next);
    }

    // ---- connection

    /** Attaches a connection. Nothing is sent before {@link #resume}. */
    void attach(PacketSink connection, SessionSetup setup) {
        assert sink == null;
        cancelTimers();
        sink = connection;
        client = setup.client();
        window = setup.window();
        expirySeconds = setup.expirySeconds();
        durable |= expirySeconds > 0 && home.journal().isDurable();
        Will asked = setup.will();
        will = asked == null ? null : new PendingWill(home, this, routes, asked);
        bridge = setup.bridge();
        online = true;
        if (inbound != null) {
            inbound.attach(connection, setup.client().protocolVersion().isV5());
        }
        access = setup.access();
        if (outbound != null) {
            outbound.attach(connection, setup.client(), setup.access(), window);
        }
    }

    /**
     * Has what a start has to know of it written; {@link #afterWritten} tells when.
     *
     * @param replaces whether another session of this client has ended for it
     */
    void store(StoredSessions records, boolean replaces) {
        if (durable) {
            records.session(this, record(true, 0), writes().expect());
        } else if (replaces) {
            records.noSession(this, writes().expect());
        }
        if (will != null) {
            records.will(this, will.will(), 0, writes().expect());
        } else {
            records.noWill(key);
        }
    }

    private SessionRecord record(boolean connected, long awaySinceMillis) {
        // Of what another outbound side has sent storage may have the last still, although it is acknowledged.
        long sentUpTo = outbound == null ? home.firstSequence() - 1 : outbound.sentUpTo();
        if (restored != null) {
            sentUpTo = restored.sentUpTo(); // nothing has been sent since
        }
        return new SessionRecord(
                owner, expirySeconds, connected, awaySinceMillis, sentUpTo, subscriptions.isAutomaticKnown());
    }

    private Writes writes() {
        Writes present = writes;
        if (present == null) {
            present = new Writes();
            writes = present;
        }
        return present;
    }

    /** Whether everything that its client is told next is in storage, or needs not be. */
    public boolean isWritten() {
        return writes == null || writes.areDone();
    }

    /** Tells when what {@link #isWritten} asks for holds, or cannot; not within the call. */
    public void afterWritten(Written done) {
        writes().then(done);
    }

    // ---- what a broker before this one has left

    /** @param sentUpTo the highest sequence that may have been sent */
    void restore(long expiry, boolean automaticKnown, long sentUpTo) {
        expirySeconds = expiry;
        durable = true;
        confirmed = true;
        if (automaticKnown) {
            subscriptions.beginAutomatic();
        }
        restored = new RestoredSession(this, home.journal(), sentUpTo);
    }

    /**
     * The client has been away since then: the session's end may be due.
     *
     * @param records where to note it; null when that was known
     */
    void restoreExpiry(long awaySinceMillis, @Nullable StoredSessions records) {
        if (sink == null && !ended && expirySeconds != NEVER) {
            if (records != null) {
                records.session(this, record(false, awaySinceMillis), null);
            }
            long left = awaySinceMillis + expirySeconds * 1000 - home.loop().epochMillis();
            if (left <= 0) {
                expire();
            } else {
                expiryTimer = home.loop().schedule(left * 1_000_000L, this::expire);
            }
        }
    }

    /** The client has gone, and its will is due then. */
    void restoreWill(Will pending, long dueAtMillis) {
        if (sink != null || ended) {
            return;
        }
        will = new PendingWill(home, this, routes, pending);
        will.restore(dueAtMillis);
    }

    /** Whether everything that its client's packets are judged by is in memory. */
    public boolean isLoaded() {
        return restored == null;
    }

    /** Has what {@link #isLoaded} asks for read; not within the call. */
    public void load(Written done) {
        RestoredSession left = restored;
        if (left == null) {
            home.loop().execute(() -> done.onWritten(null));
        } else {
            left.load(done);
        }
    }

    /** Everything that storage has of it is taken up. */
    void loaded() {
        restored = null;
    }

    boolean isEnded() {
        return ended;
    }

    /** One of its records cannot be read: what it was about is lost, and the rest goes on. */
    void foundDamage(Throwable damage) {
        home.loop()
                .reportFailure(new DamagedRecordException("of session " + key.clientId() + ": " + damage.getMessage()));
    }

    /** Sends what waits: the unacknowledged again first (§4.4), then the queue. Called after CONNACK has been sent. */
    public void resume() {
        confirmed = true;
        onWritable();
        subscriptions.tellGroups();
    }

    private void full(boolean now) {
        full = now;
        if (!now) {
            subscriptions.tellGroups();
        }
    }

    /** The connection can be written to again. */
    public void onWritable() {
        if (full) {
            full(false);
        }
        if (outbound != null) {
            outbound.pump();
        }
    }

    /** Changes how long the session outlives its connection: a DISCONNECT may (§3.14.2.2.2). */
    public void expirySeconds(long seconds) {
        expirySeconds = seconds;
    }

    public long expirySeconds() {
        return expirySeconds;
    }

    /** Forgets the will: the client has said goodbye (§3.1.2.5). */
    public void dropWill() {
        if (will != null) {
            will.drop();
        }
        will = null;
    }

    /** Leaves the will to storage, if there is one: the broker closes, and the next one on that storage publishes it. */
    public void leaveWill() {
        will = null;
    }

    /**
     * The connection has ended. Publishes the will when it is due, and ends the session when it does not outlive its
     * connection. No effect for a connection that is not, or no longer, attached.
     */
    public void detach(PacketSink connection) {
        detach(connection, false);
    }

    /** Storage has not taken what the client was to be told: it has no session that was not there before. */
    public void leaveUnwritten(PacketSink connection) {
        if (sink == connection) {
            dropWill();
            if (!confirmed) {
                expirySeconds = 0;
            }
            detach(connection);
        }
    }

    /** @param returning whether the client has come by another connection */
    void detach(PacketSink connection, boolean returning) {
        if (sink != connection) {
            return;
        }
        online = false;
        if (expirySeconds > 0 && subscriptions.hasShared() && !returning && outbound != null) {
            outbound.passOnShared(routes, subscriptions.groupsOfOthers());
        }
        release();
        if (expirySeconds == 0) {
            home.end(this, SessionEnd.EXPIRED);
            return;
        }
        if (!returning) {
            home.events().suspended(this);
        }
        StoredSessions records = home.stored();
        if (durable && records != null) {
            records.session(this, record(false, home.loop().epochMillis()), null);
        }
        if (will != null) {
            will.startDelay(expirySeconds);
        }
        if (expirySeconds != NEVER) {
            expiryTimer = home.loop().schedule(nanos(expirySeconds), this::expire);
        }
        rest();
    }

    /**
     * Lets go of what is empty while the client is away, as most sessions are idle then: what is needed again is made again.
     * To be called when something has been emptied.
     */
    void rest() {
        if (sink != null || ended || restored != null) {
            return;
        }
        if (outbound != null && outbound.isAtRest()) {
            home.sequencesUsed(outbound.nextSequence());
            outbound = null;
        }
        if (inbound != null && inbound.isAtRest()) {
            inbound = null;
        }
        if (writes != null && writes.areDone()) {
            writes = null;
        }
        ownerKey = null;
    }

    private void release() {
        sink = null;
        client = null;
        access = null;
        online = false;
        if (inbound != null) {
            inbound.attach(null, false);
        }
        if (outbound != null) {
            outbound.detach();
        }
    }

    private static long nanos(long seconds) {
        return seconds * 1_000_000_000L;
    }

    private void expire() {
        expiryTimer = 0;
        home.end(this, SessionEnd.EXPIRED);
    }

    private void cancelTimers() {
        if (will != null) {
            will.cancelTimer();
        }
        if (expiryTimer != 0) {
            home.loop().cancel(expiryTimer);
            expiryTimer = 0;
        }
    }

    /** Its delay has passed, or there is no reason to wait for that. */
    void willIsDue() {
        PendingWill due = will;
        will = null;
        if (due != null) {
            due.publish();
        }
    }

    /**
     * Ends the session: a will that is pending is due (§3.1.2.5), everything else goes.
     *
     * @param passOn whether other members of shared subscriptions get what this one has not taken (§4.8.2)
     * @return how many messages nobody gets
     */
    int end(boolean passOn) {
        ended = true;
        release();
        cancelTimers();
        willIsDue();
        Map<String, SharedGroup> groups = passOn && durable ? subscriptions.groupsOfOthers() : Map.of();
        subscriptions.clear();
        home.compactLater(routes);
        if (inbound != null) {
            inbound.clear();
        }
        memory.uncharge();
        if (outbound == null && restored != null && !groups.isEmpty()) {
            outbound = new Outbound(home, this, this::full); // of what nobody has read
        }
        int lost = outbound == null ? 0 : outbound.clear(routes, passOn, groups, restored);
        if (durable && !home.isClosing()) {
            home.ended().add(this, outbound == null ? null : outbound.passed(), nextSequence());
        }
        return lost;
    }

    // ---- what the client sends

    /**
     * Routes a PUBLISH and owes its acknowledgement.
     *
     * @param qos of the PUBLISH: an interceptor may have changed that of the message
     * @return false when the client has sent more than its receive maximum allows (§4.9); nothing was routed
     */
    // hot: per message
    public boolean onPublish(InTransit message, int qos, int packetId) {
        if (qos == 0) {
            Inbound.route(home, key, routes, message);
            return true;
        }
        return inbound().onPublish(message, qos, packetId);
    }

    /** Whether this QoS 2 PUBLISH has come before and has not been released: it is not routed again. */
    public boolean isRepeated(int packetId) {
        return inbound != null && inbound.isUnreleased(packetId);
    }

    /** Answers a PUBLISH that the broker does not take, in its place among the other acknowledgements. */
    public void refusePublish(int qos, int packetId, ReasonCode reason) {
        refusePublish(qos, packetId, reason, null);
    }

    /** The same with a text for people. */
    public void refusePublish(int qos, int packetId, ReasonCode reason, @Nullable String detail) {
        if (qos > 0) {
            inbound().refuse(qos, packetId, reason, detail);
        }
    }

    /** How many acknowledgements wait for recipients; reading pauses when it grows too long. */
    public int waitingAcks() {
        return inbound == null ? 0 : inbound.waitingAcks();
    }

    /** PUBACK, PUBREC, PUBREL or PUBCOMP from the client. */
    // hot: per message
    public void onAck(PacketType type, int packetId, ReasonCode reason) {
        switch (type) {
            case PUBACK -> outbound().onPubAck(packetId);
            case PUBREC -> outbound().onPubRec(packetId, reason);
            case PUBCOMP -> outbound().onPubComp(packetId);
            case PUBREL -> inbound().onPubRel(packetId);
            default -> throw new IllegalArgumentException("not an acknowledgement: type=" + type);
        }
    }

    Inbound inbound() {
        Inbound present = inbound;
        if (present == null) {
            present = new Inbound(home, this);
            present.attach(sink, client != null && client.protocolVersion().isV5());
            inbound = present;
        }
        return present;
    }

    Outbound outbound() {
        Outbound present = outbound;
        if (present == null) {
            present = new Outbound(home, this, this::full);
            if (restored != null) {
                restored.load(failure -> {}); // how much room there is depends on what is there
            }
            if (sink != null && client != null && access != null) {
                present.attach(sink, client, access, window);
            }
            outbound = present;
        }
        return present;
    }

    // ---- what others publish

    // hot: per message and recipient
    @Override
    public void deliver(InTransit message, Subscription subscribed) {
        assert home.loop().inLoop();
        if (ended) {
            return;
        }
        Subscription subscription = subscribed;
        if (message.publisher() == this && subscription.anyNoLocal()) {
            subscription = subscription.withoutNoLocal();
            if (subscription == null) {
                return;
            }
        }
        if ((durable || subscription.share() != null) && home.hasAlready(key, subscription, message)) {
            message.countMatched();
            message.countAccepted();
            return;
        }
        message.countMatched();
        int qos = Math.min(message.qos(), subscription.maxQos());
        int flags = DeliveryFlags.of(qos, message.retain() && (subscription.retainAsPublished() || bridge));
        if (qos == 0 && (sink == null || !home.authorizesReceive())) {
            deliverAtMostOnce(message, flags, subscription);
        } else if (sink == null && !subscription.queued()) {
            home.drops().dropped(key, message, DropReason.NOT_QUEUED);
            message.countAccepted();
        } else {
            outbound().deliver(message, flags, subscription);
        }
    }

    private void deliverAtMostOnce(InTransit routed, int flags, Subscription subscription) {
        PacketSink to = sink;
        if (to == null) {
            home.drops().dropped(key, routed, DropReason.QOS0_OFFLINE);
            return;
        }
        if (!to.isWritable()) {
            if (subscription.share() != null) {
                full = true; // until onWritable
            }
            home.drops().dropped(key, routed, DropReason.QOS0_NOT_WRITABLE);
            return;
        }
        InTransit message = home.intercepted(client, routed);
        if (message == null) {
            home.drops().dropped(key, routed, DropReason.INTERCEPTED);
            routed.countAccepted();
        } else if (!to.fits(message, flags, subscription)) {
            home.drops().dropped(key, routed, DropReason.TOO_LARGE);
            routed.countAccepted();
        } else {
            to.sendPublish(message, flags, 0, false, subscription);
            routed.countAccepted();
        }
    }

    /** What {@link #deliver} would do with a small message at that QoS; does nothing. Permission is not looked at. */
    public Forecast forecast(int qos, boolean queuedWhileAway) {
        PacketSink to = sink;
        if (to == null && qos == 0) {
            return Forecast.OFFLINE_QOS0;
        }
        if (to == null && !queuedWhileAway) {
            return Forecast.OFFLINE_NOT_QUEUED;
        }
        if (to != null && qos == 0 && !home.authorizesReceive()) {
            return to.isWritable() ? Forecast.SENT : Forecast.NOT_WRITABLE;
        }
        if (outbound != null) {
            return outbound.forecast(qos, StoredMessage.OVERHEAD_BYTES);
        }
        return to != null && to.isWritable() ? Forecast.SENT : Forecast.QUEUED;
    }

    // ---- subscriptions

    /** What a subscription asks for beside its filter (§3.8.3.1). */
    public record Options(int maxQos, boolean noLocal, boolean retainAsPublished, boolean queued, int subscriptionId) {}

    /** What came of subscribing. */
    public enum Subscribed {
        NEW,
        REPLACED,
        /** The session has as many as it may, or there is no memory for one more. */
        QUOTA_EXCEEDED,
        /** Another session has subscribed exclusively. */
        TAKEN
    }

    /**
     * Adds or replaces a subscription; messages that come while it is replaced are not lost (§3.8.4). One that was exclusive
     * is so no longer.
     */
    public Subscribed subscribe(TopicFilter filter, Options options) {
        Subscribed outcome = put(filter, options);
        if (outcome == Subscribed.REPLACED) {
            routes.exclusive().release(filter.toString(), this);
            subscriptions.markOwn(filter.toString());
        }
        return written(filter, outcome);
    }

    /** Has a subscription written that was made or changed; {@link #afterWritten} tells when. */
    private Subscribed written(TopicFilter filter, Subscribed outcome) {
        if (isStored() && (outcome == Subscribed.NEW || outcome == Subscribed.REPLACED)) {
            write(filter, writes().expect());
        }
        return outcome;
    }

    /** Whether storage is to have its subscriptions. */
    private boolean isStored() {
        return durable && home.stored() != null;
    }

    /** @param written null when nobody waits: then it is repeated until storage takes it */
    private void write(TopicFilter filter, @Nullable Written written) {
        String text = filter.toString();
        Subscription made = subscriptions.find(text);
        StoredSessions records = home.stored();
        if (made != null && records != null) {
            SubscriptionRecord record = new SubscriptionRecord(
                    made.maxQos(),
                    made.noLocal(),
                    made.retainAsPublished(),
                    made.queued(),
                    subscriptions.isAutomatic(text),
                    routes.exclusive().isHeldBy(text, this),
                    made.subscriptionId());
            records.subscription(this, text, record, written);
        }
    }

    /**
     * Takes back what storage has refused: the subscription is as it was before, and storage follows as soon as it can.
     *
     * @param before null for none
     */
    public void takeBack(TopicFilter filter, @Nullable Subscription before) {
        if (before == null) {
            remove(filter.toString(), null);
        } else {
            put(
                    filter,
                    new Options(
                            before.maxQos(),
                            before.noLocal(),
                            before.retainAsPublished(),
                            before.queued(),
                            before.subscriptionId()));
            if (isStored()) {
                write(filter, null);
            }
        }
    }

    /** Makes one again that a broker before this one had. */
    void restoreSubscription(TopicFilter filter, SubscriptionRecord record) {
        if (record.exclusive() && !routes.exclusive().claim(filter.toString(), this)) {
            return;
        }
        subscriptions.restore(
                filter,
                new Options(
                        record.maxQos(),
                        record.noLocal(),
                        record.retainAsPublished(),
                        record.queued(),
                        record.subscriptionId()));
        if (record.automatic()) {
            subscriptions.beginAutomatic();
            subscriptions.markAutomatic(filter.toString());
        }
    }

    /** Adds one that the settings want and that is not there yet. The client may end it, or make it its own. */
    public Subscribed subscribeAutomatically(TopicFilter filter, Options options) {
        Subscribed outcome = put(filter, options);
        if (outcome == Subscribed.NEW) {
            subscriptions.markAutomatic(filter.toString());
        }
        return written(filter, outcome);
    }

    /** Whether the session has yet to get what the settings want; true once. */
    public boolean beginAutomatic() {
        return subscriptions.beginAutomatic();
    }

    /** Those that the client has asked for: a copy. */
    public List<Subscription> ownSubscriptions() {
        return subscriptions.own();
    }

    /** The same for {@code $exclusive/FILTER}: no other session has it until this one unsubscribes or ends. */
    public Subscribed subscribeExclusively(TopicFilter filter, Options options) {
        String text = filter.toString();
        if (ended || !routes.exclusive().claim(text, this)) {
            return Subscribed.TAKEN;
        }
        Subscribed outcome = put(filter, options);
        if (outcome == Subscribed.QUOTA_EXCEEDED) {
            routes.exclusive().release(text, this);
        } else {
            subscriptions.markOwn(text);
        }
        return written(filter, outcome);
    }

    private Subscribed put(TopicFilter filter, Options options) {
        if (ended) {
            return Subscribed.QUOTA_EXCEEDED; // an answer that came too late
        }
        SubscriptionSet.Put put = subscriptions.put(filter, options);
        if (put.replaced() != null) {
            subscriptions.leave(put.replaced());
            left(put.replaced());
        }
        return put.outcome();
    }

    /** Has the retained messages that match sent to a subscription just made (§3.3.1.3). */
    public void sendRetained(TopicFilter filter) {
        Subscription subscription = subscriptions.find(filter.toString());
        if (subscription != null && !routes.retained().isEmpty()) {
            outbound().addRetained(routes.retained().cursor(filter), subscription);
        }
    }

    /**
     * Removes a subscription; false when there was none. What is queued or in flight still goes out (§3.10.4).
     *
     * @param filter with {@code $exclusive/}: only an exclusive one; without: exclusive or not
     */
    public boolean unsubscribe(String filter) {
        String plain = ExclusiveSubscriptions.plain(filter);
        String held = routes.exclusive().isHeldBy(plain, this) ? plain : filter;
        return remove(held, isStored() && subscriptions.find(held) != null ? writes().expect() : null);
    }

    private boolean remove(String filter, @Nullable Written written) {
        Subscription subscription = subscriptions.remove(filter);
        if (subscription == null) {
            return false;
        }
        left(subscription);
        StoredSessions records = home.stored();
        if (durable && records != null) {
            records.noSubscription(this, subscription.filter().toString(), written);
        }
        return true;
    }

    /** A subscription is no longer in the tree. */
    private void left(Subscription subscription) {
        home.compactLater(routes);
        if (outbound != null) {
            outbound.forgetRetained(subscription);
        }
    }

    /** A copy. */
    public List<Subscription> subscriptions() {
        return subscriptions.all();
    }

    /** Null when it has none of this filter. */
    public @Nullable Subscription subscription(String filter) {
        return subscriptions.find(filter);
    }

    public int subscriptionCount() {
        return subscriptions.size();
    }
}
