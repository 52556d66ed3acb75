package io.maxmq.core.session;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.config.SessionLimits;
import io.maxmq.core.persistence.OwnerKey;
import io.maxmq.core.persistence.SessionRecord;
import io.maxmq.core.persistence.WriteCallback;
import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.core.routing.RoutedMessage;
import io.maxmq.core.routing.Routes;
import io.maxmq.core.routing.SharedGroup;
import io.maxmq.core.routing.Subscriber;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.event.BrokerEvent.SessionEnd;
import io.maxmq.spi.storage.DamagedRecordException;
import io.maxmq.spi.storage.StorageException;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

import static java.nio.charset.StandardCharsets.UTF_8;

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

    private final LoopSessions home;
    /** In UTF-8. */
    private final byte[] clientId;

    private final Routes routes;
    private final @Nullable String owner;
    /** Whether no authenticator vouched for the owner's name. */
    private final boolean claimed;

    // valid for the session
    /** Null for none, a {@link FilterSubscription} that is the only one, or a {@link SubscriptionSet}. */
    private @Nullable Object subscribed;

    /** Null while nothing waits for the client. */
    private @Nullable Outbound outbound;
    /** Null at rest. */
    private @Nullable ActiveState awake;
    /** 0..2^32-1, unsigned. */
    private int expirySeconds;
    /** Of a broker before this one: the highest sequence that it may have sent. */
    private long sentUpTo;

    private boolean durable;
    private boolean ended;
    private boolean confirmed;
    /** Whether storage has more of it than is in memory: what a broker before this one has left. */
    private boolean unread;
    /** Whether the settings have had their say on what it subscribes to; set by {@link SubscriptionChanges}. */
    boolean automaticKnown;

    /** Its number among the sessions of the loop; given by {@link LoopSessions}. */
    int slot;

    /** Its place among the {@link Expiries} of the loop, and what belongs to that: a deadline or a timer; given by them. */
    int expiryPlace = Expiries.NOWHERE;

    long expiresAt;

    // valid for the connection; the rest is with awake
    private @Nullable PacketSink sink;
    private boolean bridge;

    /** Read by other loops when they choose a member of a shared subscription. */
    private volatile boolean online;

    /** The same: it could not take the last one, and is passed over until it has room. */
    private volatile boolean full;

    Session(LoopSessions home, SessionKey key, Routes routes, SessionOwner owner) {
        this.home = home;
        this.clientId = key.clientId().getBytes(UTF_8);
        this.routes = routes;
        this.owner = owner.name();
        this.claimed = owner.claimed();
    }

    public Tenant tenant() {
        return routes.tenant();
    }

    /** Made anew at each call while it is at rest. */
    public String clientId() {
        ActiveState present = awake;
        return present == null ? new String(clientId, UTF_8) : present.key.clientId();
    }

    /** In UTF-8. Not a copy: read only. */
    byte[] clientIdBytes() {
        return clientId;
    }

    /** Made anew at each call while it is at rest. */
    public SessionKey key() {
        ActiveState present = awake;
        return present == null ? new SessionKey(tenant(), clientId()) : present.key;
    }

    private ActiveState awake() {
        ActiveState present = awake;
        if (present == null) {
            present = new ActiveState(new SessionKey(tenant(), clientId()));
            awake = present;
        }
        return present;
    }

    /** The user that made the session and alone may resume it; made anew at each call. */
    public SessionOwner owner() {
        return new SessionOwner(owner, claimed);
    }

    /** The user that the session counts for: its owner, if an authenticator vouched for the name; null for none. */
    public @Nullable String user() {
        return claimed ? null : owner;
    }

    public Routes routes() {
        return routes;
    }

    /** What the keys of its records begin with; made anew at each call while it is at rest. */
    OwnerKey ownerKey() {
        ActiveState present = awake;
        return present == null ? key().ownerKey() : present.ownerKey();
    }

    /** Whether it outlives its connections and there is storage: then what it must not forget is written down. */
    boolean isDurable() {
        return durable;
    }

    LoopSessions home() {
        return home;
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
        return awake == null ? null : awake.client;
    }

    @Nullable
    PacketSink sink() {
        return sink;
    }

    /** What it holds for its client; made anew at each call. */
    public SessionInspection holdings() {
        return new SessionInspection(this);
    }

    /** The way out; null while nothing waits for the client. */
    @Nullable
    Outbound waiting() {
        return outbound;
    }

    /** Whether a will is published when the connection breaks, or waits for its delay. */
    boolean hasWill() {
        return awake != null && awake.will != null;
    }

    /** What it is charged with, its messages apart. */
    long chargedBytes() {
        long bytes = SessionMemory.sessionBytes(nameLength()) + chargedWillBytes();
        if (subscribed instanceof SubscriptionSet all) {
            return bytes + all.chargedBytes();
        }
        return subscribed instanceof FilterSubscription only
                ? bytes + SessionMemory.subscriptionBytes(only.filter().toString())
                : bytes;
    }

    private int nameLength() {
        return clientId.length + (owner == null ? 0 : owner.length());
    }

    /** Charges for itself although it may not be asked: it is there already. */
    void overcharge() {
        home.sessionMemory().overcharge(SessionMemory.sessionBytes(nameLength()));
    }

    /**
     * Charges for itself, which is new, and the will of its connection.
     *
     * @param before the session that ends for it next; null for none
     * @return the charged bytes, for {@link #settle}; -1 when there is no memory
     */
    long reserve(@Nullable SessionWill next, @Nullable Session before) {
        return home.sessionMemory()
                .reserve(
                        SessionMemory.sessionBytes(nameLength()),
                        willBytes(next),
                        before == null ? 0 : before.chargedBytes());
    }

    /** The session before it has ended: charges the rest. */
    void settle(@Nullable SessionWill next, long reservedBytes) {
        long bytes = willBytes(next);
        home.sessionMemory().settle(SessionMemory.sessionBytes(nameLength()) + bytes, reservedBytes);
        noteWillBytes(bytes);
    }

    /**
     * Charges for the will of another connection, beyond that of the present one.
     *
     * @return the charged bytes, for {@link #settleWill}; -1 when there is no memory
     */
    long reserveWill(@Nullable SessionWill next) {
        return home.sessionMemory().reserve(0, willBytes(next), chargedWillBytes());
    }

    /** The connection before has ended, and its will may be gone: charges the rest, or gives back what is too much. */
    void settleWill(@Nullable SessionWill next, long reservedBytes) {
        long bytes = willBytes(next);
        home.sessionMemory().settle(bytes, chargedWillBytes() + reservedBytes);
        noteWillBytes(bytes);
    }

    private static long willBytes(@Nullable SessionWill will) {
        return will == null ? 0 : will.message().bytes();
    }

    private long chargedWillBytes() {
        return awake == null ? 0 : awake.willBytes;
    }

    private void noteWillBytes(long bytes) {
        if (bytes != chargedWillBytes()) {
            awake().willBytes = bytes;
        }
    }

    /** Above all sequences that its messages have. */
    long nextSequence() {
        return outbound == null ? home.firstSequence() : outbound.nextSequence();
    }

    // ---- connection

    /** What it may hold for its client. */
    SessionLimits limits() { // hot: per message
        ActiveState state = awake;
        SessionLimits own = state == null ? null : state.limits;
        return own == null ? home.limits() : own;
    }

    /** Unacknowledged QoS 1 and 2 packets that its client may have sent (§3.2.2.3.3); held against MQTT 3 clients too. */
    public int receiveMaximum() { // hot: per message
        return awake().receiveMaximum;
    }

    /** Attaches a connection. Nothing is sent before {@link #resume}. */
    void attach(PacketSink connection, SessionSetup setup) {
        assert sink == null;
        cancelTimers();
        ActiveState state = awake();
        sink = connection;
        state.client = setup.client();
        state.access = setup.access();
        state.window = setup.window();
        state.receiveMaximum = setup.limits().receiveMaximum().orElse(home.receiveMaximum());
        state.limits = setup.limitsIn(home.limits());
        expirySeconds = (int) setup.expirySeconds();
        durable |= expirySeconds != 0 && home.journal().isDurable();
        SessionWill asked = setup.will();
        state.will = asked == null ? null : new PendingWill(home, this, routes, asked);
        bridge = setup.bridge();
        online = true;
        if (state.inbound != null) {
            state.inbound.attach(connection, setup.client().protocolVersion().isV5());
        }
        if (outbound != null) {
            outbound.attach(connection, setup.client(), setup.access(), setup.window());
        }
    }

    /** Whether it does not outlive that its client comes by another connection now. */
    boolean endsWhenTakenOver(boolean cleanStart) {
        return cleanStart || (sink != null && expirySeconds == 0);
    }

    /**
     * Has what a start has to know of it written; {@link #afterWritten} tells when.
     *
     * @param replaces whether another session of this client has ended for it
     */
    void store(StoredSessions records, boolean replaces) {
        if (durable) {
            records.session(
                    this,
                    record(true, 0),
                    unlessFull(writes().expect(), () -> records.session(this, record(true, 0), null)));
        } else if (home.ended().isLeaving(key())) {
            home.ended().awaitOver(key(), writes().expect());
        } else if (replaces) {
            records.noSession(this, writes().expect());
        }
        PendingWill pending = awake().will;
        if (pending != null) {
            SessionWill next = pending.will();
            records.will(this, next, 0, unlessFull(writes().expect(), () -> {
                if (records.isPending(key(), next)) {
                    records.will(this, next, 0, null);
                }
            }));
        } else {
            records.noWill(key());
        }
    }

    /**
     * Lets the client of a session that was there before come although storage is full, as the client drains its queue and so makes
     * room: its record follows when storage has room.
     *
     * @param again writes the record once more, until storage takes it
     */
    private WriteCallback unlessFull(WriteCallback written, Runnable again) {
        if (!confirmed) {
            return written;
        }
        return failure -> {
            boolean isFull = failure instanceof StorageException refused
                    && refused.kind() == StorageException.Kind.FULL
                    && sink != null;
            if (isFull) {
                again.run();
            }
            written.onWritten(isFull ? null : failure);
        };
    }

    /** Whether its client has been told of it: it was there before the present connection. */
    boolean isConfirmed() {
        return confirmed;
    }

    private SessionRecord record(boolean connected, long awaySinceMillis) {
        return new SessionRecord(
                owner, claimed, expirySeconds(), connected, awaySinceMillis, recordedSentUpTo(), automaticKnown);
    }

    private long recordedSentUpTo() {
        if (unread) {
            return sentUpTo; // nothing has been sent since
        }
        // Of what another outbound side has sent storage may have the last still, although it is acknowledged.
        return outbound != null ? outbound.sentUpTo() : home.firstSequence() - 1;
    }

    AwaitedWrites writes() {
        return awake().writes();
    }

    /** Whether everything that its client is told next is in storage, or needs not be. */
    public boolean isWritten() {
        return awake == null || awake.writes == null || awake.writes.areDone();
    }

    /** Tells when what {@link #isWritten} asks for holds, or cannot; not within the call. */
    public void afterWritten(WriteCallback done) {
        writes().then(done);
    }

    // ---- what a broker before this one has left

    /** @param sentBefore the highest sequence that may have been sent */
    void restore(long expiry, boolean isAutomaticKnown, long sentBefore) {
        expirySeconds = (int) expiry;
        durable = true;
        confirmed = true;
        automaticKnown = isAutomaticKnown;
        sentUpTo = sentBefore;
        unread = true;
    }

    /**
     * The client has been away since then: the session's end may be due.
     *
     * @param records where to note it; null when that was known
     */
    void restoreExpiry(long awaySinceMillis, @Nullable StoredSessions records) {
        if (sink == null && !ended && expirySeconds() != NEVER) {
            if (records != null) {
                records.session(this, record(false, awaySinceMillis), null);
            }
            long left = awaySinceMillis + expirySeconds() * 1000 - home.loop().expiryMillis();
            if (left <= 0) {
                expire();
            } else {
                home.expiries().schedule(this, left * 1_000_000L);
            }
        }
    }

    /** The client has gone, and its will is due then. */
    void restoreWill(SessionWill pending, long dueAtMillis) {
        if (sink != null || ended) {
            return;
        }
        PendingWill restored = new PendingWill(home, this, routes, pending);
        awake().will = restored;
        restored.restore(dueAtMillis);
    }

    /** Whether everything that its client's packets are judged by is in memory. */
    public boolean isLoaded() {
        return !unread;
    }

    /** Has what {@link #isLoaded} asks for read; not within the call. */
    public void load(WriteCallback done) {
        if (unread) {
            restored().load(done);
        } else {
            home.loop().execute(() -> done.onWritten(null));
        }
    }

    private RestoredSession restored() {
        ActiveState state = awake();
        RestoredSession present = state.restored;
        if (present == null) {
            present = new RestoredSession(this, home.journal(), sentUpTo);
            state.restored = present;
        }
        return present;
    }

    /** Everything that storage has of it is taken up. */
    void loaded() {
        unread = false;
        awake().restored = null;
    }

    public boolean isEnded() {
        return ended;
    }

    /** One of its records cannot be read: what it was about is lost, and the rest goes on. */
    void foundDamage(Throwable damage) {
        home.loop().reportFailure(new DamagedRecordException("of session " + clientId() + ": " + damage.getMessage()));
    }

    /** Sends what waits: the unacknowledged again first (§4.4), then the queue. Called after CONNACK has been sent. */
    public void resume() {
        confirmed = true;
        onWritable();
        tellGroups();
    }

    private void full(boolean now) {
        full = now;
        if (!now) {
            tellGroups();
        }
    }

    private void tellGroups() {
        if (subscribed instanceof SubscriptionSet all) {
            all.tellGroups();
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
        expirySeconds = (int) seconds;
    }

    public long expirySeconds() {
        return Integer.toUnsignedLong(expirySeconds);
    }

    /** Forgets the will: the client has said goodbye (§3.1.2.5). */
    public void dropWill() {
        PendingWill dropped = takeWill();
        if (dropped != null) {
            dropped.drop();
        }
    }

    private @Nullable PendingWill takeWill() {
        if (awake == null) {
            return null;
        }
        PendingWill taken = awake.will;
        awake.will = null;
        return taken;
    }

    /** Leaves the will to storage, if there is one: the broker closes, and the next one on that storage publishes it. */
    public void leaveWill() {
        var unused = takeWill();
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
        if (expirySeconds != 0
                && !returning
                && outbound != null
                && subscribed instanceof SubscriptionSet all
                && all.hasShared()) {
            outbound.passOnShared(routes, all.groupsOfOthers());
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
            records.session(this, record(false, home.loop().expiryMillis()), null);
        }
        PendingWill pending = awake().will;
        if (pending != null) {
            pending.startDelay(expirySeconds());
        }
        if (expirySeconds() != NEVER) {
            home.expiries().schedule(this, nanos(expirySeconds()));
        }
        rest();
    }

    /**
     * Lets go of what is empty while the client is away, as most sessions are idle then: what is needed again is made again.
     * To be called when something has been emptied.
     */
    void rest() {
        if (sink != null || ended || (awake != null && awake.restored != null)) {
            return;
        }
        if (outbound != null && outbound.isAtRest()) {
            outbound.endRevoked();
            home.sequencesUsed(outbound.nextSequence());
            outbound = null;
        }
        if (awake != null && awake.rest() && outbound == null) {
            settleWill(null, 0); // which gives back what it was charged with
            awake = null;
        }
        if (subscribed instanceof SubscriptionSet all && all.isOnlyOne()) {
            subscribed = all.only();
        }
    }

    private void release() {
        sink = null;
        online = false;
        ActiveState state = awake;
        if (state != null) {
            state.client = null;
            state.access = null;
            if (state.inbound != null) {
                state.inbound.attach(null, false);
            }
        }
        if (outbound != null) {
            outbound.detach();
        }
    }

    private static long nanos(long seconds) {
        return seconds * 1_000_000_000L;
    }

    /** Its time has come. */
    void expire() {
        home.end(this, SessionEnd.EXPIRED);
    }

    private void cancelTimers() {
        if (awake != null && awake.will != null) {
            awake.will.cancelTimer();
        }
        home.expiries().cancel(this);
    }

    /** Its delay has passed, or there is no reason to wait for that. */
    void willIsDue() {
        PendingWill due = takeWill();
        if (due != null) {
            due.publish();
            rest();
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
        SubscriptionSet all = subscriptionSet();
        Map<String, SharedGroup> groups = passOn && durable ? all.groupsOfOthers() : Map.of();
        home.sessionMemory().releaseSession(chargedBytes() - all.chargedBytes());
        all.clear();
        subscribed = null;
        home.compactLater(routes);
        ActiveState state = awake();
        if (state.inbound != null) {
            state.inbound.clear();
        }
        state.willBytes = 0;
        SessionRecord over =
                durable && !home.isClosing() ? SessionRecord.over(owner, claimed, recordedSentUpTo()) : null;
        RestoredSession left = unread ? restored() : null;
        if (outbound == null && left != null && !groups.isEmpty()) {
            outbound = new Outbound(home, this, this::full); // of what nobody has read
        }
        int lost = outbound == null ? 0 : outbound.clear(routes, passOn, groups, left);
        if (over != null) {
            boolean isEmpty = outbound == null && !unread;
            home.ended().add(this, outbound == null ? null : outbound.passed(), isEmpty, nextSequence(), over);
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
    public boolean onPublish(RoutedMessage message, int qos, int packetId) {
        if (qos == 0) {
            home.publications().route(key(), routes, message, client());
            return true;
        }
        return inbound().onPublish(message, qos, packetId);
    }

    /** Whether this QoS 2 PUBLISH has come before and has not been released: it is not routed again. */
    public boolean isRepeated(int packetId) {
        return awake != null && awake.inbound != null && awake.inbound.isRepeated(packetId);
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
        return awake == null || awake.inbound == null ? 0 : awake.inbound.waitingAcks();
    }

    /** PUBACK, PUBREC, PUBREL or PUBCOMP from the client. */
    // hot: per message
    public void onAck(PacketType type, int packetId, ReasonCode reason) {
        switch (type) {
            case PUBACK -> outbound().onPubAck(packetId, reason);
            case PUBREC -> outbound().onPubRec(packetId, reason);
            case PUBCOMP -> outbound().onPubComp(packetId);
            case PUBREL -> inbound().onPubRel(packetId);
            default -> throw new IllegalArgumentException("not an acknowledgement: type=" + type);
        }
    }

    Inbound inbound() {
        ActiveState state = awake();
        Inbound present = state.inbound;
        if (present == null) {
            present = new Inbound(home, this);
            present.attach(
                    sink, state.client != null && state.client.protocolVersion().isV5());
            state.inbound = present;
        }
        return present;
    }

    Outbound outbound() {
        Outbound present = outbound;
        if (present == null) {
            ActiveState state = awake();
            present = new Outbound(home, this, this::full);
            if (unread) {
                restored().load(failure -> {}); // how much room there is depends on what is there
            }
            if (sink != null && state.client != null && state.access != null) {
                present.attach(sink, state.client, state.access, state.window);
            }
            outbound = present;
        }
        return present;
    }

    // ---- what others publish

    // hot: per message and recipient
    @Override
    public void deliver(RoutedMessage message, FilterSubscription subscribed) {
        assert home.loop().inLoop();
        if (ended) {
            return;
        }
        FilterSubscription subscription = subscribed;
        if (message.publisher() == this && subscription.anyNoLocal()) {
            subscription = subscription.withoutNoLocal();
            if (subscription == null) {
                return;
            }
        }
        if ((durable || subscription.share() != null) && home.hasAlready(this, subscription, message)) {
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
            home.drops().dropped(this, message, DropReason.NOT_QUEUED);
            message.countAccepted();
        } else {
            outbound().deliver(message, flags, subscription);
        }
    }

    private void deliverAtMostOnce(RoutedMessage routed, int flags, FilterSubscription subscription) {
        PacketSink to = sink;
        if (to == null) {
            home.drops().dropped(this, routed, DropReason.QOS0_OFFLINE);
            return;
        }
        if (!to.isWritable()) {
            if (subscription.share() != null) {
                full = true; // until onWritable
            }
            home.drops().dropped(this, routed, DropReason.QOS0_NOT_WRITABLE);
            return;
        }
        RoutedMessage message = home.intercepts() ? home.intercepted(client(), routed) : routed;
        if (message == null) {
            home.drops().dropped(this, routed, DropReason.INTERCEPTED);
            routed.countAccepted();
        } else if (!to.fits(message, flags, subscription)) {
            home.drops().dropped(this, routed, DropReason.TOO_LARGE);
            routed.countAccepted();
        } else {
            to.sendPublish(message, flags, 0, false, subscription);
            ObservedDeliveries observed = home.observed();
            if (observed != null) {
                observed.sent(key(), client(), message, flags, 0, false);
            }
            routed.countAccepted();
        }
    }

    // ---- subscriptions

    /** What changes them: made anew at each call. */
    public SubscriptionChanges subscribing() {
        return new SubscriptionChanges(this);
    }

    /** What storage is to have of it goes there; null when that is nothing. */
    @Nullable
    StoredSessions records() {
        return durable ? home.stored() : null;
    }

    /** The retained messages that a subscription still waits for are not sent. */
    void forgetRetained(FilterSubscription subscription) {
        if (outbound != null) {
            outbound.forgetRetained(subscription);
        }
    }

    /** What waits by a filter that was revoked is not sent; false when nothing waits. */
    boolean keepsBack(TopicFilter filter) {
        return outbound != null && outbound.revoke(filter, this);
    }

    SubscriptionSet subscriptionSet() {
        if (subscribed instanceof SubscriptionSet all) {
            return all;
        }
        SubscriptionSet all = new SubscriptionSet(
                this, routes, home.sessionMemory(), home.limits().maxSubscriptions(), (FilterSubscription) subscribed);
        subscribed = all;
        return all;
    }

    /** A copy. */
    public List<FilterSubscription> subscriptions() {
        if (subscribed instanceof SubscriptionSet all) {
            return all.all();
        }
        return subscribed instanceof FilterSubscription only ? List.of(only) : List.of();
    }

    /**
     * Copies the subscriptions that need authorization.
     *
     * @param isExempt tells of the filter of an automatic subscription, with its share, whether the client needs no right to it
     */
    public List<FilterSubscription> authorizedSubscriptions(Predicate<String> isExempt) {
        return subscribed instanceof SubscriptionSet all ? all.authorized(isExempt) : subscriptions();
    }

    /** Null when it has none of this filter. */
    public @Nullable FilterSubscription subscription(String filter) {
        if (subscribed instanceof SubscriptionSet all) {
            return all.find(filter);
        }
        return subscribed instanceof FilterSubscription only
                        && only.filter().toString().equals(filter)
                ? only
                : null;
    }

    public int subscriptionCount() {
        if (subscribed instanceof SubscriptionSet all) {
            return all.size();
        }
        return subscribed == null ? 0 : 1;
    }

    /** Whether a subscription is for this topic, shared or not. Costs a comparison for each. */
    boolean isSubscribedTo(String topic) {
        return subscribed instanceof SubscriptionSet all
                ? all.matches(topic)
                : subscribed instanceof FilterSubscription only && only.filter().matches(topic);
    }
}
