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
 * One session (MQTT 5.0 §4.1): owner, subscriptions and will. A session outlives connections; at most one is attached
 * at a time. {@link Inbound} and {@link Outbound} hold the unacknowledged messages of each direction.
 *
 * <p>Runs on the event loop given by {@link SessionKey#loopIndex}. Not thread-safe, except {@link #isOnline}, which may
 * be called from any thread.
 */
public final class Session implements Subscriber {
    /** Session Expiry Interval of a session that never expires (§3.1.2.11.2). */
    public static final long NEVER = 0xFFFF_FFFFL;

    private final LoopSessions home;
    /** In UTF-8. */
    private final byte[] clientId;

    private final Routes routes;
    private final @Nullable String owner;
    /** Whether no authenticator verified the owner's name. */
    private final boolean claimed;

    // valid for the session
    /** Null, the only {@link FilterSubscription}, or a {@link SubscriptionSet}. */
    private @Nullable Object subscribed;

    /** Null while nothing waits for the client. */
    private @Nullable Outbound outbound;
    /** Null while the session is idle. */
    private @Nullable ActiveState awake;
    /** 0..2^32-1, unsigned. */
    private int expirySeconds;
    /** The highest sequence that a previous run may have sent. */
    private long sentUpTo;

    private boolean durable;
    private boolean ended;
    private boolean confirmed;
    /** Whether state recovered from a previous run is in storage only. */
    private boolean unread;
    /** Whether the settings' automatic subscriptions are applied; set by {@link SubscriptionChanges}. */
    boolean automaticKnown;

    /** Slot number in {@link SessionSlots}; set by {@link LoopSessions}. */
    int slot;

    /** Position in the loop's {@link Expiries}, and the deadline or timer of that position; set by {@link Expiries}. */
    int expiryPlace = Expiries.NOWHERE;

    long expiresAt;

    // valid for the connection; further fields are in awake
    private @Nullable PacketSink sink;
    private boolean bridge;

    /** Read by other loops that choose a member of a shared subscription. */
    private volatile boolean online;

    /**
     * Whether the last shared message did not fit, so that the session is skipped until it has room; also read by other
     * loops.
     */
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

    /** Returns the client id; allocates at each call while the session is idle. */
    public String clientId() {
        ActiveState present = awake;
        return present == null ? new String(clientId, UTF_8) : present.key.clientId();
    }

    /** Returns the client id in UTF-8, not copied: read only. */
    byte[] clientIdBytes() {
        return clientId;
    }

    /** Returns tenant and client id; allocates at each call while the session is idle. */
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

    /** Returns the user that created the session and alone may resume it; allocates at each call. */
    public SessionOwner owner() {
        return new SessionOwner(owner, claimed);
    }

    /**
     * Returns the user whose session quota includes this session: its owner if an authenticator verified the name, else
     * null.
     */
    public @Nullable String user() {
        return claimed ? null : owner;
    }

    public Routes routes() {
        return routes;
    }

    /** Returns the prefix of the keys of the session's records; allocates at each call while the session is idle. */
    OwnerKey ownerKey() {
        ActiveState present = awake;
        return present == null ? key().ownerKey() : present.ownerKey();
    }

    /** Returns whether the session outlives its connections and is written to storage. */
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

    /** Returns the client; null while it is offline. */
    public @Nullable ClientInfo client() {
        return awake == null ? null : awake.client;
    }

    @Nullable
    PacketSink sink() {
        return sink;
    }

    /** Returns a read-only view of the session's messages and memory; allocates at each call. */
    public SessionInspection holdings() {
        return new SessionInspection(this);
    }

    /** Returns the outbound side; null while nothing waits for the client. */
    @Nullable
    Outbound waiting() {
        return outbound;
    }

    /** Returns whether the session has a will: of the current connection, or waiting for its delay. */
    boolean hasWill() {
        return awake != null && awake.will != null;
    }

    /** Returns the bytes charged for the session, without its messages. */
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

    /** Charges an existing session, even beyond the budget. */
    void overcharge() {
        home.sessionMemory().overcharge(SessionMemory.sessionBytes(nameLength()));
    }

    /**
     * Charges a new session and the will of its connection.
     *
     * @param before the replaced session, which ends next; null for none
     * @return the charged bytes, for {@link #settle}; -1 if memory is insufficient
     */
    long reserve(@Nullable SessionWill next, @Nullable Session before) {
        return home.sessionMemory()
                .reserve(
                        SessionMemory.sessionBytes(nameLength()),
                        willBytes(next),
                        before == null ? 0 : before.chargedBytes());
    }

    /** Charges the rest after the replaced session has ended. */
    void settle(@Nullable SessionWill next, long reservedBytes) {
        long bytes = willBytes(next);
        home.sessionMemory().settle(SessionMemory.sessionBytes(nameLength()) + bytes, reservedBytes);
        noteWillBytes(bytes);
    }

    /**
     * Charges the will of a new connection, as far as it exceeds the present will.
     *
     * @return the charged bytes, for {@link #settleWill}; -1 if memory is insufficient
     */
    long reserveWill(@Nullable SessionWill next) {
        return home.sessionMemory().reserve(0, willBytes(next), chargedWillBytes());
    }

    /** Charges or releases the difference after the previous connection has ended, whose will may be gone. */
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

    /** Returns a sequence above those of all its messages. */
    long nextSequence() {
        return outbound == null ? home.firstSequence() : outbound.nextSequence();
    }

    // ---- connection

    /** Returns the limits of this session. */
    SessionLimits limits() { // hot: per message
        ActiveState state = awake;
        SessionLimits own = state == null ? null : state.limits;
        return own == null ? home.limits() : own;
    }

    /**
     * Returns the number of unacknowledged QoS 1 and 2 packets that the client may have sent (§3.2.2.3.3); also
     * enforced for MQTT 3 clients.
     */
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

    /** Returns whether the session ends when its client connects again now. */
    boolean endsWhenTakenOver(boolean cleanStart) {
        return cleanStart || (sink != null && expirySeconds == 0);
    }

    /**
     * Writes the records that a start needs; {@link #afterWritten} reports the result.
     *
     * @param replaces whether another session of this client has ended for this one
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
     * Accepts the client of an existing session although storage is full, since the client drains its queue and so
     * frees space. Its record is written when storage has room.
     *
     * @param again writes the record again, repeatedly until storage accepts it
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

    /** Returns whether the client knows the session, from this connection's CONNACK or an earlier one. */
    boolean isConfirmed() {
        return confirmed;
    }

    private SessionRecord record(boolean connected, long awaySinceMillis) {
        return new SessionRecord(
                owner, claimed, expirySeconds(), connected, awaySinceMillis, recordedSentUpTo(), automaticKnown);
    }

    private long recordedSentUpTo() {
        if (unread) {
            return sentUpTo; // nothing has been sent since the start
        }
        // Storage may still contain the last message that an earlier outbound side sent, although it is acknowledged.
        return outbound != null ? outbound.sentUpTo() : home.firstSequence() - 1;
    }

    AwaitedWrites writes() {
        return awake().writes();
    }

    /** Returns whether all state promised by the client's next reply is in storage, or needs no storage. */
    public boolean isWritten() {
        return awake == null || awake.writes == null || awake.writes.areDone();
    }

    /**
     * Calls {@code done} when the outstanding writes are complete, with the first failure among them; never within this
     * call. Requires that {@link #isWritten} is false.
     */
    public void afterWritten(WriteCallback done) {
        writes().then(done);
    }

    // ---- state recovered from a previous run

    /**
     * Marks the session as restored; its messages stay in storage until needed.
     *
     * @param sentBefore the highest sequence that may have been sent
     */
    void restore(long expiry, boolean isAutomaticKnown, long sentBefore) {
        expirySeconds = (int) expiry;
        durable = true;
        confirmed = true;
        automaticKnown = isAutomaticKnown;
        sentUpTo = sentBefore;
        unread = true;
    }

    /**
     * Schedules the session's expiry, which may be overdue.
     *
     * @param awaySinceMillis wall time since which the client is offline
     * @param records where to write that time; null if storage contains it
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

    /** Restores the will of an offline client, due at this wall time. */
    void restoreWill(SessionWill pending, long dueAtMillis) {
        if (sink != null || ended) {
            return;
        }
        PendingWill restored = new PendingWill(home, this, routes, pending);
        awake().will = restored;
        restored.restore(dueAtMillis);
    }

    /** Returns whether all state needed to handle the client's packets is in memory. */
    public boolean isLoaded() {
        return !unread;
    }

    /** Loads the state of {@link #isLoaded}; never calls {@code done} within this call. */
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

    /** Notes that all state is loaded from storage. */
    void loaded() {
        unread = false;
        awake().restored = null;
    }

    public boolean isEnded() {
        return ended;
    }

    /** Reports a damaged record. Its content is lost; the session continues. */
    void foundDamage(Throwable damage) {
        home.loop().reportFailure(new DamagedRecordException("of session " + clientId() + ": " + damage.getMessage()));
    }

    /** Sends unacknowledged messages again (§4.4), then the queue. Called after CONNACK was sent. */
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

    /** Continues sending when the connection is writable again. */
    public void onWritable() {
        if (full) {
            full(false);
        }
        if (outbound != null) {
            outbound.pump();
        }
    }

    /**
     * Sets the time that the session outlives its connection; a DISCONNECT may change it (§3.14.2.2.2).
     *
     * @param seconds 0..2^32-1; {@link #NEVER} for ever
     */
    public void expirySeconds(long seconds) {
        expirySeconds = (int) seconds;
    }

    public long expirySeconds() {
        return Integer.toUnsignedLong(expirySeconds);
    }

    /** Drops the will after a normal DISCONNECT (§3.1.2.5). */
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

    /** Leaves the will in storage when the broker closes; the next start publishes it. */
    public void leaveWill() {
        var unused = takeWill();
    }

    /**
     * Detaches a connection that has ended. Publishes the will when it is due, and ends the session if it does not
     * outlive its connection. No effect if another connection is attached, or none.
     */
    public void detach(PacketSink connection) {
        detach(connection, false);
    }

    /**
     * Detaches the connection after storage refused the session's records: a new session ends, an existing one remains.
     */
    public void leaveUnwritten(PacketSink connection) {
        if (sink == connection) {
            dropWill();
            if (!confirmed) {
                expirySeconds = 0;
            }
            detach(connection);
        }
    }

    /** @param returning whether the client has reconnected on another connection */
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
     * Drops empty parts while the client is offline, since most offline sessions are idle; they are created again on
     * demand. Callers call this after they have emptied a part.
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
            settleWill(null, 0); // releases the will's memory
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

    /** Ends the session after its expiry interval. */
    void expire() {
        home.end(this, SessionEnd.EXPIRED);
    }

    private void cancelTimers() {
        if (awake != null && awake.will != null) {
            awake.will.cancelTimer();
        }
        home.expiries().cancel(this);
    }

    /** Publishes the will, after its delay or at the session's end. */
    void willIsDue() {
        PendingWill due = takeWill();
        if (due != null) {
            due.publish();
            rest();
        }
    }

    /**
     * Ends the session: publishes a pending will (§3.1.2.5) and removes everything else.
     *
     * @param passOn whether other members of shared subscriptions get the messages not taken by this session (§4.8.2)
     * @return the number of lost messages
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
            outbound = new Outbound(home, this, this::full); // hands over the messages that are in storage only
        }
        int lost = outbound == null ? 0 : outbound.clear(routes, passOn, groups, left);
        if (over != null) {
            boolean isEmpty = outbound == null && !unread;
            home.ended().add(this, outbound == null ? null : outbound.passed(), isEmpty, nextSequence(), over);
        }
        return lost;
    }

    // ---- packets from the client

    /**
     * Routes a PUBLISH and acknowledges it when due.
     *
     * @param qos QoS of the PUBLISH; an interceptor may have changed the QoS of the message
     * @return false, without routing, if the client exceeds its receive maximum (§4.9)
     */
    // hot: per message
    public boolean onPublish(RoutedMessage message, int qos, int packetId) {
        if (qos == 0) {
            home.publications().route(key(), routes, message, client());
            return true;
        }
        return inbound().onPublish(message, qos, packetId);
    }

    /** Returns whether this QoS 2 PUBLISH is an unreleased repetition, which is not routed again. */
    public boolean isRepeated(int packetId) {
        return awake != null && awake.inbound != null && awake.inbound.isRepeated(packetId);
    }

    /** Acknowledges a rejected PUBLISH with an error code, in PUBLISH order. */
    public void refusePublish(int qos, int packetId, ReasonCode reason) {
        refusePublish(qos, packetId, reason, null);
    }

    /** Acknowledges a rejected PUBLISH with an error code and a human-readable detail. */
    public void refusePublish(int qos, int packetId, ReasonCode reason, @Nullable String detail) {
        if (qos > 0) {
            inbound().refuse(qos, packetId, reason, detail);
        }
    }

    /**
     * Returns the number of acknowledgements that wait for recipients; the connection pauses reading if there are too
     * many.
     */
    public int waitingAcks() {
        return awake == null || awake.inbound == null ? 0 : awake.inbound.waitingAcks();
    }

    /** Handles PUBACK, PUBREC, PUBREL or PUBCOMP from the client. */
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
                restored().load(failure -> {}); // the room in the queue depends on the messages in storage
            }
            if (sink != null && state.client != null && state.access != null) {
                present.attach(sink, state.client, state.access, state.window);
            }
            outbound = present;
        }
        return present;
    }

    // ---- messages to the client

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

    /** Returns the operations on this session's subscriptions; allocates at each call. */
    public SubscriptionChanges subscribing() {
        return new SubscriptionChanges(this);
    }

    /** Returns the writer of the session's records; null if the session is not durable. */
    @Nullable
    StoredSessions records() {
        return durable ? home.stored() : null;
    }

    /** Drops the pending retained messages of a subscription. */
    void forgetRetained(FilterSubscription subscription) {
        if (outbound != null) {
            outbound.forgetRetained(subscription);
        }
    }

    /** Holds back queued messages of a revoked filter; false if none is queued. */
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

    /** Returns a copy of the subscriptions. */
    public List<FilterSubscription> subscriptions() {
        if (subscribed instanceof SubscriptionSet all) {
            return all.all();
        }
        return subscribed instanceof FilterSubscription only ? List.of(only) : List.of();
    }

    /**
     * Returns a copy of the subscriptions that need authorization.
     *
     * @param isExempt tests the filter, with share name, of an automatic subscription: true if it needs no
     *     authorization
     */
    public List<FilterSubscription> authorizedSubscriptions(Predicate<String> isExempt) {
        return subscribed instanceof SubscriptionSet all ? all.authorized(isExempt) : subscriptions();
    }

    /** Returns the subscription with this filter; null if absent. */
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

    /** Returns whether a subscription, shared or not, matches this topic. Costs a comparison for each. */
    boolean isSubscribedTo(String topic) {
        return subscribed instanceof SubscriptionSet all
                ? all.matches(topic)
                : subscribed instanceof FilterSubscription only && only.filter().matches(topic);
    }
}
