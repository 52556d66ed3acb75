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
 * Outbound side of a session: QoS 1 and 2 messages for its client, and the retained messages of new subscriptions.
 * Messages are sent at once if the window and the socket have room, otherwise queued in order. Created when a session
 * first needs it.
 *
 * <p>Each QoS 1 and 2 message gets a sequence on arrival. A durable session writes the message under that sequence: a
 * QoS 1 message may be sent before it is written, a QoS 2 message only afterwards; the publisher's acknowledgement
 * waits for the write.
 *
 * <p>Each message held here is charged to the loop's memory credit once, regardless of how many sessions of the loop
 * hold it.
 *
 * <p>Runs on the session's event loop. Not thread-safe.
 */
final class Outbound implements InFlight.Resender, DurableQueue.Owner {
    /** Retained messages sent per turn, before other sessions of the loop get their turn. */
    private static final int RETAINED_PER_TURN = 256;

    /** Retained messages that may wait for storage together; written one by one, each would need a separate write. */
    private static final int RETAINED_AHEAD = 64;

    /** Sequence of a message without a packet id. */
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
    /** Null while no queued message can come from a revoked filter. */
    private @Nullable RevokedFilters revoked;

    /** Null if the session is not durable. */
    private final @Nullable DurableQueue durable;

    private final Fullness fullness;
    private boolean isFull;
    private long nextSequence;
    /** Stored messages with lower sequences may have been sent in a previous run. */
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
        // Storage may still contain an earlier message, although it is acknowledged.
        this.sentBefore = nextSequence;
    }

    /** Called when shared subscriptions should start or stop to skip the session. */
    interface Fullness {
        void full(boolean now);
    }

    /** Attaches a connection. The next {@link #pump} sends unacknowledged messages first. */
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

    /** Returns whether the client is offline and nothing waits for it, in memory or in storage. */
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

    /** Returns the bytes of the queued messages that are in memory. */
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
     * Returns the highest sequence that may have been sent; -1 for none. Includes acknowledged messages, since storage
     * may still contain them after a crash.
     */
    long sentUpTo() {
        return Math.max(inFlight.lastSequence(), sentBefore - 1);
    }

    /** Returns the next sequence to assign. */
    long nextSequence() {
        return nextSequence;
    }

    // ---- state recovered from a previous run

    /**
     * Adds the queue that a previous run left in storage.
     *
     * @param sentUpTo the highest sequence that may have been sent
     */
    void restore(long firstSequence, int messages, long bytes, long sentUpTo) {
        assert sink == null;
        sentBefore = sentUpTo + 1;
        queue.addOlder(firstSequence, messages, bytes);
    }

    /** Restores the in-flight messages up to this sequence. */
    void restoreInFlight(long lastReleased, WriteCallback done) {
        assert durable != null && sink == null;
        durable.restore(inFlight, lastReleased, done);
    }

    /**
     * Removes all messages.
     *
     * @param passOn whether other members of shared subscriptions get the messages not taken by this session (§4.8.2)
     * @param groups groups with other members, which get the messages that are in storage only, by filter with share
     *     name
     * @param unread loader of state from a previous run that is not in memory; null if all state is
     * @return the number of lost messages, without stored messages that may be handed over, which are reported later
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
     * Hands over messages of shared subscriptions to other members, after the client has disconnected and its session
     * remains.
     *
     * @param groups groups of the session with other members, by filter with share name
     */
    void passOnShared(Routes routes, Map<String, SharedGroup> groups) {
        new Departure(home, routes, durable).ofClient(inFlight, queue, sentBefore);
        if (durable != null && queue.stored() > 0 && !groups.isEmpty()) {
            durable.passOnStored(groups, queue.firstStored(), nextSequence, sentBefore);
        }
    }

    /** Returns the hand-over to other members; null if there has been none. */
    @Nullable
    Passing passed() {
        return durable == null ? null : durable.passed();
    }

    // ---- messages from the router

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

    /** QoS 2 must be sent only once, so a durable session writes it before it is sent. */
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
            // Dropped as if delivered (MQTT 5.0 §3.1.2.11.4); takes no place in the window.
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
            // Messages that are in storage only are dropped after they are read.
            full = queue.stored() > 0 ? null : fullFor(kept.bytes());
        }
        if (full != null && !queue.isEmpty()) {
            // The queue is not empty, so an acknowledgement or the socket will call pump.
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
            // QoS 0 has no record, so it cannot be queued behind messages that are in storage only.
            home.drops().dropped(key, message, DropReason.QOS0_NOT_WRITABLE);
        } else if (home.memory().hold(kept)) {
            queue.add(DeliveryFlags.qos(flags) == 0 ? NO_SEQUENCE : nextSequence++, kept, flags, subscription);
            message.countAccepted();
            tellQueued(message, flags);
        } else {
            refuse(message, DropReason.MEMORY);
        }
    }

    /** Predicts the outcome of {@link #deliver} for a message of this size. */
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

    /** Returns whether the message exceeds the tenant's storage quota. */
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

    /** False if the in-flight messages use the session's whole share: dropping queued messages would not make room. */
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

    // ---- acknowledgements of the client

    // hot: per message
    void onPubAck(int packetId, ReasonCode reason) {
        acks.onPubAck(packetId, reason);
        pump();
    }

    void onPubRec(int packetId, ReasonCode reason) {
        acks.onPubRec(packetId, reason);
        if (reason.isError()) {
            pump(); // otherwise PUBCOMP frees its place in the window
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

    // ---- sending

    /** Sends as much as possible: unacknowledged messages again, then the queue, then retained messages. */
    // hot: per acknowledgement
    @Override
    public void pump() {
        PacketSink to = sink;
        if (to == null) {
            session.rest();
            return;
        }
        while (to.isWritable() && inFlight.resendNext(window, this)) {
            // One by one, in the original order.
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
            // The Maximum Packet Size of this connection is smaller than before (§3.1.2.11.4).
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

    /** Drops the revoked filters if no queued message can come from them. */
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
        // At QoS 2 the client may remember the packet id of a message from the previous run, and would take another
        // message with that id for a repetition.
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

    /** Sends the retained messages of the cursor, at the client's pace (§3.3.1.3). */
    void addRetained(RetainedCursor cursor, FilterSubscription subscription) {
        retained.add(cursor, subscription);
        pumpRetained();
    }

    /**
     * Revokes a filter of the session: queued messages that only it matched are not sent. False if the queue is empty.
     */
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
            return; // the posted turn continues, regardless of additions and acknowledgements meanwhile
        }
        for (int sent = 0; sent < RETAINED_PER_TURN; sent++) {
            PacketSink to = sink;
            FilterSubscription subscription = retained.subscription();
            if (subscription == null || to == null || !hasRoomForRetained() || !canSend(to, nextSequence)) {
                // Writability, an acknowledgement, storage, or a reconnect calls this method again.
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

    /** Returns whether a retained message may be sent, or queued behind messages that wait only for their writes. */
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
            // Queued, so that it can wait for its authorization, its write, and the messages before it.
            enqueue(routed, flags, subscription);
            sendQueued(to);
        }
    }
}
