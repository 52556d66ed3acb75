package io.maxmq.core.session;

import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.config.Overflow;
import io.maxmq.core.access.ClientAccess;
import io.maxmq.core.persistence.WriteCallback;
import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.core.routing.RetainedCursor;
import io.maxmq.core.routing.RoutedMessage;
import io.maxmq.core.routing.Routes;
import io.maxmq.core.routing.SharedGroup;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.auth.Authorization;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a session owes its client at QoS 1 and 2, and the retained messages of new subscriptions: sent at once when the
 * window and the socket have room, else queued, in order. Made when a session first needs it.
 *
 * <p>Each message of QoS 1 and 2 gets a sequence when it joins. A durable session has it written under that sequence: at
 * QoS 1 it may be sent before it is written, at QoS 2 not, and its publisher's acknowledgement waits.
 *
 * <p>Each message held here is charged to the loop's memory credit once, however many sessions of the loop hold it.
 *
 * <p>Runs on the session's event loop. Not thread-safe.
 */
final class Outbound implements InFlight.Resender, DurableQueue.Owner {
    /** Retained messages sent in one go, before other sessions of the loop have their turn. */
    private static final int RETAINED_PER_TURN = 256;

    /** Retained messages that may wait for storage together: one after the other each would take a write of its own. */
    private static final int RETAINED_AHEAD = 64;

    /** The sequence of what has no packet id. */
    private static final long NO_SEQUENCE = -1;

    private final LoopSessions home;
    private final Session session;
    private final SessionKey key;

    // valid for the session
    private final OutboundQueue queue;
    private final InFlight inFlight;
    private final OutboundAcks acks;
    private final RetainedDeliveries retained = new RetainedDeliveries();
    private final ReceiveGate gate = new ReceiveGate(this::pump);
    /** Null when there are none whose messages wait. */
    private @Nullable RevokedFilters revoked;

    /** Null in a session that is not durable. */
    private final @Nullable DurableQueue durable;

    private final Fullness fullness;
    private boolean isFull;
    private long nextSequence;
    /** Messages before this one that storage has kept may have been sent by a broker before. */
    private long sentBefore;

    // valid for the connection
    private @Nullable PacketSink sink;
    private @Nullable ClientInfo client;
    private int window;
    private boolean turnPosted;

    Outbound(LoopSessions home, Session session, Fullness fullness) {
        this.home = home;
        this.session = session;
        this.key = session.key();
        this.fullness = fullness;
        this.queue = new OutboundQueue(home.loop().counters());
        this.inFlight = new InFlight(home.loop().counters());
        this.durable = session.isDurable() ? new DurableQueue(this, home, session, queue) : null;
        this.acks = new OutboundAcks(home, key, inFlight, durable == null ? null : durable.records(), this::pump);
        this.nextSequence = home.firstSequence();
        // Storage may have one before that still, although it is acknowledged.
        this.sentBefore = nextSequence;
    }

    /** Told when messages of shared subscriptions had better go to others, and when no longer. */
    interface Fullness {
        void full(boolean now);
    }

    /** A connection is there; what is unacknowledged goes to it first, with the next {@link #pump}. */
    void attach(PacketSink connection, ClientInfo as, ClientAccess access, int receiveMaximum) {
        sink = connection;
        client = as;
        acks.attach(connection, as);
        gate.attach(access);
        window = Math.min(receiveMaximum, session.limits().maxInFlight());
        inFlight.restart();
        if (durable != null) {
            durable.onConnection();
        }
    }

    void detach() {
        sink = null;
        client = null;
        acks.attach(null, null);
        gate.attach(null);
        if (durable != null) {
            durable.onConnection();
        }
    }

    /** Whether the client is not there and nothing waits for it, in memory or in storage. */
    boolean isAtRest() {
        return sink == null
                && queue.isEmpty()
                && inFlight.isAtRest()
                && retained.isEmpty()
                && (durable == null || durable.isAtRest());
    }

    @Override
    public boolean isConnected() {
        return sink != null;
    }

    int queued() {
        return queue.size();
    }

    int inFlight() {
        return inFlight.outstanding();
    }

    long queuedBytes() {
        return queue.bytes();
    }

    long inFlightBytes() {
        return inFlight.bytes();
    }

    /** Of the queued messages, what those in memory take. */
    long queuedBytesInMemory() {
        return queue.bytesInMemory();
    }

    HeldMessages held() {
        return new HeldMessages(queue, inFlight);
    }

    @Nullable
    StoredMessage oldestQueued() {
        return queue.inMemory() == 0 ? null : queue.firstMessage();
    }

    /**
     * The highest sequence that may have been sent; -1 for none. Also of what is acknowledged: after a crash storage may still
     * have it.
     */
    long sentUpTo() {
        return Math.max(inFlight.lastSequence(), sentBefore - 1);
    }

    /** Above all sequences that it has given to messages. */
    long nextSequence() {
        return nextSequence;
    }

    // ---- what a broker before this one has left

    /**
     * Takes up what storage has kept of a session of a broker before this one.
     *
     * @param sentUpTo the highest sequence that may have been sent
     */
    void restore(long firstSequence, int messages, long bytes, long sentUpTo) {
        assert sink == null;
        sentBefore = sentUpTo + 1;
        queue.addOlder(firstSequence, messages, bytes);
    }

    /** Has everything up to this sequence in flight again. */
    void restoreInFlight(long lastReleased, WriteCallback done) {
        assert durable != null && sink == null;
        durable.restore(inFlight, lastReleased, done);
    }

    /**
     * Forgets everything.
     *
     * @param passOn whether other members of shared subscriptions get what this one has not taken (§4.8.2)
     * @param groups those that have other members and get what is in storage only, by the filter with its share
     * @param unread null when everything that a broker before this one has left is known here
     * @return how many messages nobody gets; of what is in storage only and may be passed on, that is told later
     */
    int clear(Routes routes, boolean passOn, Map<String, SharedGroup> groups, @Nullable RestoredSession unread) {
        boolean leaves = !groups.isEmpty() && (unread != null || queue.stored() > 0);
        long first = unread == null ? queue.firstStored() : 0;
        long sent = unread == null ? sentBefore : unread.sentUpTo() + 1;
        int lost = (leaves ? -queue.stored() : 0)
                + new Departure(home, routes, durable).ofSession(inFlight, queue, passOn, sentBefore);
        retained.clear();
        if (durable != null) {
            durable.end(leaves);
            if (leaves) {
                durable.passOnStored(groups, first, nextSequence, sent);
            }
        }
        return lost;
    }

    /**
     * The client has gone and its session stays: what others may have of shared subscriptions goes to them.
     *
     * @param groups those of the session that have other members, by the filter with its share
     */
    void passOnShared(Routes routes, Map<String, SharedGroup> groups) {
        new Departure(home, routes, durable).ofClient(inFlight, queue, sentBefore);
        if (durable != null && queue.stored() > 0 && !groups.isEmpty()) {
            durable.passOnStored(groups, queue.firstStored(), nextSequence, sentBefore);
        }
    }

    /** What is on its way to other members; null when there has been nothing of that kind. */
    @Nullable
    Passing passed() {
        return durable == null ? null : durable.passed();
    }

    // ---- what comes from the router

    // hot: per message
    void deliver(RoutedMessage message, int flags, FilterSubscription subscription) {
        PacketSink to = sink;
        if (to == null || !queue.isEmpty() || isWrittenFirst(flags) || !canSend(to, nextSequence)) {
            enqueue(message, flags, subscription);
            return;
        }
        Authorization may = gate.mayReceive(message.topic());
        if (may == null) {
            enqueue(message, flags, subscription);
        } else if (may instanceof Authorization.Allowed) {
            sendNow(to, message, flags, subscription);
        } else {
            home.drops().dropped(key, message, DropReason.NOT_AUTHORIZED);
            message.countAccepted();
        }
    }

    /** QoS 2 is sent once: not before storage remembers it. */
    private boolean isWrittenFirst(int flags) {
        return durable != null && DeliveryFlags.qos(flags) == 2;
    }

    private boolean canSend(PacketSink to, long sequence) {
        long maxBytes =
                Math.min(session.limits().maxQueuedBytes(), home.memory().shareBytes());
        return inFlight.hasRoom(window, maxBytes, sequence) && to.isWritable();
    }

    private void sendNow(PacketSink to, RoutedMessage routed, int flags, FilterSubscription subscription) {
        RoutedMessage message = home.intercepted(client, routed);
        if (message == null) {
            home.drops().dropped(key, routed, DropReason.INTERCEPTED);
            routed.countAccepted();
        } else if (!to.fits(message, flags, subscription)) {
            // Dropped as if delivered (MQTT 5.0 §3.1.2.11.4); it takes no place in the window.
            home.drops().dropped(key, routed, DropReason.TOO_LARGE);
            routed.countAccepted();
        } else if (DeliveryFlags.qos(flags) == 0) {
            send(to, message, flags, 0, false, subscription);
            routed.countAccepted();
        } else {
            StoredMessage kept =
                    message == routed ? message.keep() : message.keep().inPlaceOf(routed.keep());
            if (!home.memory().hold(kept)) {
                refuse(routed, DropReason.MEMORY);
                return;
            }
            long sequence = nextSequence++;
            send(to, message, flags, inFlight.add(sequence, kept, flags, subscription), false, subscription);
            if (durable == null) {
                routed.countAccepted();
            } else {
                durable.records().append(sequence, routed.keep(), flags, subscription, true, routed);
            }
        }
    }

    private void send(
            PacketSink to,
            RoutedMessage message,
            int flags,
            int packetId,
            boolean dup,
            FilterSubscription subscription) {
        to.sendPublish(message, flags, packetId, dup, subscription);
        ObservedDeliveries observed = home.observed();
        if (observed != null) {
            observed.sent(key, client, message, flags, packetId, dup);
        }
    }

    private void tellQueued(RoutedMessage message, int flags) {
        ObservedDeliveries observed = home.observed();
        if (observed != null) {
            observed.queued(key, client, message, flags);
        }
    }

    private void enqueue(RoutedMessage message, int flags, FilterSubscription subscription) {
        StoredMessage kept = message.keep();
        if (!message.moves() && isBeyondQuota(kept.bytes(), flags)) {
            refuse(message, DropReason.STORAGE);
            return;
        }
        DropReason full = fullFor(kept.bytes());
        if (full != null && session.limits().overflow() == Overflow.DROP_OLDEST && canMakeRoomFor(kept)) {
            dropOldestFor(kept, full);
            // What only storage has is dropped when it has been read.
            full = queue.stored() > 0 ? null : fullFor(kept.bytes());
        }
        if (full != null && !queue.isEmpty()) {
            // Something waits, so an acknowledgement or the socket will call pump.
            isFull = true;
            fullness.full(true);
        }
        if (full == DropReason.MEMORY) {
            refuse(message, full);
        } else if (full != null) {
            overflow(message, full);
        } else {
            add(message, kept, flags, subscription);
        }
    }

    private void add(RoutedMessage message, StoredMessage kept, int flags, FilterSubscription subscription) {
        if (durable != null && DeliveryFlags.qos(flags) > 0) {
            durable.add(nextSequence++, kept, flags, subscription, message);
            tellQueued(message, flags);
        } else if (queue.stored() > 0) {
            // QoS 0 has no record, and there is no place for it behind those that have.
            home.drops().dropped(key, message, DropReason.QOS0_NOT_WRITABLE);
        } else if (home.memory().hold(kept)) {
            queue.add(DeliveryFlags.qos(flags) == 0 ? NO_SEQUENCE : nextSequence++, kept, flags, subscription);
            message.countAccepted();
            tellQueued(message, flags);
        } else {
            refuse(message, DropReason.MEMORY);
        }
    }

    /** What {@link #deliver} would do with a message of so many bytes. */
    DeliveryForecast forecast(int qos, int bytes) {
        PacketSink to = sink;
        boolean writtenFirst = durable != null && qos == 2;
        if (to != null && queue.isEmpty() && (writtenFirst || canSend(to, nextSequence))) {
            return DeliveryForecast.SENT;
        }
        DropReason full = fullFor(bytes);
        if (full == null) {
            return DeliveryForecast.QUEUED;
        }
        if (full == DropReason.MEMORY) {
            return DeliveryForecast.NO_MEMORY;
        }
        boolean makesRoom = session.limits().overflow() == Overflow.DROP_OLDEST && !queue.isEmpty();
        return makesRoom ? DeliveryForecast.QUEUED_FOR_OLDEST : DeliveryForecast.QUEUE_FULL;
    }

    /** Whether the tenant may store no more. */
    private boolean isBeyondQuota(int messageBytes, int flags) {
        return durable != null
                && DeliveryFlags.qos(flags) > 0
                && session.routes().stored().isFullFor(messageBytes);
    }

    private @Nullable DropReason fullFor(int messageBytes) {
        if (durable != null) {
            return durable.fullFor(messageBytes);
        }
        if (queue.size() >= session.limits().maxQueuedMessages()) {
            return DropReason.QUEUE_FULL_MESSAGES;
        }
        long bytes = queue.bytes() + messageBytes;
        if (bytes > session.limits().maxQueuedBytes()) {
            return DropReason.QUEUE_FULL_BYTES;
        }
        boolean first = queue.isEmpty() && inFlight.outstanding() == 0;
        return bytes + inFlight.bytes() > home.memory().shareBytes() && !first ? DropReason.MEMORY : null;
    }

    /** Not when what is in flight takes all that this session may have: then the queue would be emptied for nothing. */
    private boolean canMakeRoomFor(StoredMessage message) {
        return durable != null
                || inFlight.bytes() + message.bytes() <= home.memory().shareBytes();
    }

    private int maxQueued() {
        return durable == null
                ? session.limits().maxQueuedMessages()
                : session.limits().maxStoredMessages();
    }

    private void dropOldestFor(StoredMessage message, DropReason full) {
        while (queue.inMemory() > 0 && fullFor(message.bytes()) != null) {
            StoredMessage oldest = queue.firstMessage();
            long sequence = queue.firstSequence();
            queue.removeFirst();
            dropQueued(oldest, sequence, full);
        }
    }

    private void overflow(RoutedMessage message, DropReason full) {
        if (session.limits().overflow() == Overflow.REJECT_PUBLISHER) {
            refuse(message, full);
            return;
        }
        home.drops().dropped(key, message, full);
        PacketSink to = sink;
        if (to != null && session.limits().overflow() == Overflow.DISCONNECT) {
            to.disconnect(ReasonCode.QUOTA_EXCEEDED, "queue full: " + full);
        }
    }

    private void refuse(RoutedMessage message, DropReason reason) {
        home.drops().dropped(key, message, reason);
        message.countRefused();
    }

    // ---- what the client acknowledges

    // hot: per message
    void onPubAck(int packetId, ReasonCode reason) {
        acks.onPubAck(packetId, reason);
        pump();
    }

    void onPubRec(int packetId, ReasonCode reason) {
        acks.onPubRec(packetId, reason);
        if (reason.isError()) {
            pump(); // else its place in the window is free with PUBCOMP
        }
    }

    void onPubComp(int packetId) {
        acks.onPubComp(packetId);
        pump();
    }

    @Override
    public void sendPubRel(long sequence) {
        acks.onReleased(sequence);
    }

    // ---- sending what waits

    /** Sends what can be sent: the unacknowledged again, then the queue, then retained messages. */
    // hot: per acknowledgement
    @Override
    public void pump() {
        PacketSink to = sink;
        if (to == null) {
            session.rest();
            return;
        }
        while (to.isWritable() && inFlight.resendNext(window, this)) {
            // One after the other, in the original order.
        }
        sendQueued(to);
        if (durable != null) {
            durable.goOn();
        }
        if (isFull && queue.size() <= maxQueued() / 2) {
            isFull = false;
            fullness.full(false);
        }
        if (!retained.isEmpty()) {
            pumpRetained();
        }
    }

    @Override
    public void resendPublish(StoredMessage message, int flags, int packetId, FilterSubscription subscription) {
        PacketSink to = sink;
        if (to == null) {
            return;
        }
        RoutedMessage again = home.again(message);
        if (to.fits(again, flags, subscription)) {
            send(to, again, flags, packetId, true, subscription);
        } else {
            // This connection takes smaller packets than the one before (§3.1.2.11.4).
            home.drops().dropped(key, message, DropReason.TOO_LARGE);
            var unused = acks.take(packetId, DeliveryFlags.qos(flags));
        }
    }

    @Override
    public void resendPubRel(int packetId) {
        acks.resendPubRel(packetId);
    }

    private void sendQueued(PacketSink to) {
        while (queue.inMemory() > 0
                && !gate.isAsking()
                && (durable == null || durable.maySendFirst())
                && canSend(to, queue.firstSequence())) {
            Authorization may = isRevoked(queue.firstSequence(), queue.firstMessage())
                    ? Authorization.denied()
                    : gate.mayReceive(queue.firstMessage().topic());
            if (may instanceof Authorization.Allowed) {
                sendFirst(to);
            } else if (may != null) {
                StoredMessage refused = queue.firstMessage();
                long sequence = queue.firstSequence();
                queue.removeFirst();
                dropQueued(refused, sequence, DropReason.NOT_AUTHORIZED);
            }
        }
        endRevoked();
    }

    private boolean isRevoked(long sequence, StoredMessage message) {
        return revoked != null && revoked.brought(sequence, message.topic());
    }

    /** Forgets the revoked filters when nothing waits that they may have brought. */
    void endRevoked() {
        RevokedFilters filters = revoked;
        if (filters != null && filters.areDone(queue)) {
            revoked = null;
            filters.end();
        }
    }

    private void sendFirst(PacketSink to) {
        StoredMessage message = queue.firstMessage();
        FilterSubscription subscription = queue.firstSubscription();
        int flags = queue.firstFlags();
        long sequence = queue.firstSequence();
        queue.removeFirst();
        // At QoS 2 the client may hold the packet id of what it got before: it would take another message for the same
        // one.
        boolean mayBeHeld = sequence < sentBefore && DeliveryFlags.qos(flags) == 2;
        if (!mayBeHeld && message.isExpired(home.loop().expiryMillis())) {
            dropQueued(message, sequence, DropReason.EXPIRED);
            return;
        }
        RoutedMessage routed = home.again(message);
        RoutedMessage changed = home.intercepted(client, routed);
        if (changed == null) {
            dropQueued(message, sequence, DropReason.INTERCEPTED);
        } else if (!to.fits(changed, flags, subscription)) {
            dropQueued(message, sequence, DropReason.TOO_LARGE);
        } else if (sequence == NO_SEQUENCE) {
            home.memory().release(message);
            send(to, changed, flags, 0, false, subscription);
        } else {
            StoredMessage kept = changed == routed ? message : changed.keep().inPlaceOf(message);
            if (kept != message && !home.memory().hold(kept)) {
                dropQueued(message, sequence, DropReason.MEMORY);
                return;
            }
            if (kept != message) {
                home.memory().release(message);
            }
            int packetId = inFlight.add(sequence, kept, flags, subscription);
            send(to, changed, flags, packetId, sequence < sentBefore, subscription);
        }
    }

    private void dropQueued(StoredMessage message, long sequence, DropReason reason) {
        home.drops().dropped(key, message, reason);
        home.memory().release(message);
        if (durable != null && sequence != NO_SEQUENCE) {
            durable.records().done(sequence, message);
        }
    }

    // ---- retained messages

    /** Has the retained messages of the cursor sent, as fast as the client takes them (§3.3.1.3). */
    void addRetained(RetainedCursor cursor, FilterSubscription subscription) {
        retained.add(cursor, subscription);
        pumpRetained();
    }

    /** The session has subscribed to this and may no longer: what waits by it is not sent. False when nothing waits. */
    boolean revoke(TopicFilter filter, Session session) {
        if (queue.isEmpty()) {
            return false;
        }
        RevokedFilters filters = revoked;
        if (filters == null) {
            filters = new RevokedFilters(session);
            revoked = filters;
        }
        filters.add(filter, nextSequence);
        return true;
    }

    void forgetRetained(FilterSubscription subscription) {
        retained.forget(subscription);
    }

    private void pumpRetained() {
        if (turnPosted) {
            return; // it goes on there, however often something is added or acknowledged meanwhile
        }
        for (int sent = 0; sent < RETAINED_PER_TURN; sent++) {
            PacketSink to = sink;
            FilterSubscription subscription = retained.subscription();
            if (subscription == null || to == null || !hasRoomForRetained() || !canSend(to, nextSequence)) {
                // Writability, an acknowledgement, storage, or a reconnect comes back here.
                return;
            }
            StoredMessage message = retained.next();
            if (message != null && wants(subscription, message)) {
                sendRetained(to, message, subscription);
            }
        }
        turnPosted = true;
        home.loop().executeNextTurn(() -> {
            turnPosted = false;
            pump();
        });
    }

    private boolean wants(FilterSubscription subscription, StoredMessage retained) {
        boolean isOwn = subscription.noLocal() && retained.isRetainedBy(session.clientIdBytes());
        return !isOwn && !retained.isExpired(home.loop().expiryMillis());
    }

    /** Behind others only when all that these wait for is to be written. */
    private boolean hasRoomForRetained() {
        return queue.isEmpty()
                || (durable != null
                        && gate.isOpen()
                        && durable.hasRoomAhead(RETAINED_AHEAD)
                        && !durable.maySendFirst());
    }

    private void sendRetained(PacketSink to, StoredMessage message, FilterSubscription subscription) {
        RoutedMessage routed = home.retained(message);
        int flags = DeliveryFlags.of(Math.min(message.qos(), subscription.maxQos()), true);
        if (queue.isEmpty() && gate.isOpen() && !isWrittenFirst(flags)) {
            sendNow(to, routed, flags, subscription);
        } else {
            // By the queue: there it can wait for its permission, to be written, and for those in front.
            enqueue(routed, flags, subscription);
            sendQueued(to);
        }
    }
}
