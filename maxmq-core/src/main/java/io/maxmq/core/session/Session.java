package io.maxmq.core.session;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.config.Overflow;
import io.maxmq.core.routing.InTransit;
import io.maxmq.core.routing.Outcome;
import io.maxmq.core.routing.Router;
import io.maxmq.core.routing.Routes;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.core.routing.Subscriber;
import io.maxmq.core.routing.Subscription;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.event.BrokerEvent.SessionEnd;
import io.maxmq.spi.event.DropReason;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One session (MQTT 5.0 §4.1): what a client has subscribed to, what waits for it, and what both sides have not yet
 * acknowledged. It outlives connections; at most one is attached at a time.
 *
 * <p>Runs on the event loop that {@link SessionKey#loopIndex} names. Not thread-safe; {@link #isOnline} may be asked from
 * anywhere.
 */
public final class Session implements Subscriber {
    /** A session expiry interval that never ends (§3.1.2.11.2). */
    public static final long NEVER = 0xFFFF_FFFFL;

    /** Retained messages sent in one go, before other sessions of the loop have their turn. */
    private static final int RETAINED_PER_TURN = 256;

    private final Sessions home;
    private final SessionKey key;
    private final Routes routes;
    private final @Nullable String owner;

    // valid for the session
    private @Nullable Map<String, Subscription> subscriptions;
    private @Nullable OutboundQueue queue;
    private @Nullable InFlight inFlight;
    private @Nullable ArrayDeque<RetainedDelivery> retainedDeliveries;
    private final InboundQos2 inboundQos2 = new InboundQos2();
    private long expirySeconds;
    private @Nullable Will will;
    private long expiryTimer;
    private long willTimer;
    private boolean ended;

    // valid for the connection
    private @Nullable PacketSink sink;
    private @Nullable ClientInfo client;
    private @Nullable AckRing acks;
    private int window;
    private boolean bridge;
    private boolean retainedTurnPosted;

    /** Read by other loops when they choose a member of a shared subscription. */
    private volatile boolean online;

    Session(Sessions home, SessionKey key, Routes routes, @Nullable String owner) {
        this.home = home;
        this.key = key;
        this.routes = routes;
        this.owner = owner;
    }

    public SessionKey key() {
        return key;
    }

    /** The user that made the session and alone may resume it; null for none. */
    @Nullable
    String owner() {
        return owner;
    }

    public Routes routes() {
        return routes;
    }

    @Override
    public int loopIndex() {
        return home.loop().index();
    }

    @Override
    public boolean isOnline() {
        return online;
    }

    /** Whether anything is left of it; an ended session takes no more messages. */
    boolean hasEnded() {
        return ended;
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
        return queue == null ? 0 : queue.size();
    }

    public int inFlightMessages() {
        return inFlight == null ? 0 : inFlight.outstanding();
    }

    // ---- connection

    /** Attaches a connection: what is unacknowledged is sent again first, then the queue. */
    void attach(PacketSink connection, SessionSetup setup) {
        assert sink == null;
        cancelTimers();
        sink = connection;
        client = setup.client();
        acks = null;
        window = Math.min(setup.window(), home.limits().maxInFlight());
        expirySeconds = setup.expirySeconds();
        will = setup.will();
        bridge = setup.bridge();
        online = true;
        if (inFlight != null) {
            inFlight.restart();
        }
    }

    /** Sends what waits; called after CONNACK has been sent. */
    public void resume() {
        pump();
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
        will = null;
    }

    /**
     * The connection has ended. Publishes the will when it is due, and ends the session when it does not outlive its
     * connection. No effect for a connection that is not, or no longer, attached.
     */
    public void detach(PacketSink connection) {
        if (sink != connection) {
            return;
        }
        sink = null;
        client = null;
        acks = null;
        online = false;
        if (expirySeconds == 0) {
            home.end(this, SessionEnd.EXPIRED);
            return;
        }
        if (will != null) {
            long delaySeconds = Math.min(will.delaySeconds(), expirySeconds);
            if (delaySeconds == 0) {
                publishWill();
            } else {
                willTimer = home.loop().schedule(seconds(delaySeconds), this::willDue);
            }
        }
        if (expirySeconds != NEVER) {
            expiryTimer = home.loop().schedule(seconds(expirySeconds), this::expire);
        }
    }

    private static long seconds(long seconds) {
        return seconds * 1_000_000_000L;
    }

    private void willDue() {
        willTimer = 0;
        publishWill();
    }

    private void expire() {
        expiryTimer = 0;
        home.end(this, SessionEnd.EXPIRED);
    }

    private void cancelTimers() {
        if (willTimer != 0) {
            home.loop().cancel(willTimer);
            willTimer = 0;
        }
        if (expiryTimer != 0) {
            home.loop().cancel(expiryTimer);
            expiryTimer = 0;
        }
    }

    private void publishWill() {
        Will due = will;
        will = null;
        if (due != null) {
            home.publishWill(due, routes);
        }
    }

    /** Ends the session: a will that is pending is due (§3.1.2.5), everything else goes. Returns how many messages went. */
    int end() {
        ended = true;
        online = false;
        sink = null;
        acks = null;
        cancelTimers();
        publishWill();
        Collection<Subscription> left = subscriptions == null ? List.of() : List.copyOf(subscriptions.values());
        subscriptions = null;
        for (Subscription subscription : left) {
            routes.tree().remove(subscription);
        }
        retainedDeliveries = null;
        int dropped = queuedMessages() + inFlightMessages();
        if (queue != null) {
            queue.clear(this::release);
        }
        if (inFlight != null) {
            inFlight.clear(this::release);
        }
        inboundQos2.clear();
        return dropped;
    }

    // ---- what the client publishes

    /**
     * Routes a PUBLISH and owes its acknowledgement.
     *
     * @return false when the client has sent more than its receive maximum allows (§4.9); nothing was routed
     */
    public boolean onPublish(InTransit message, int packetId) {
        int qos = message.qos();
        if (qos == 0) {
            route(message);
            return true;
        }
        if (unacknowledgedInbound() >= home.receiveMaximum() && !inboundQos2.contains(packetId)) {
            return false;
        }
        PacketType answer = qos == 1 ? PacketType.PUBACK : PacketType.PUBREC;
        if (qos == 2 && !inboundQos2.add(packetId)) {
            // The same message again (§4.3.3): acknowledged again, not routed again.
            acks().add(answer, packetId, ReasonCode.SUCCESS);
            return true;
        }
        if (!route(message)) {
            acknowledge(answer, packetId, ReasonCode.QUOTA_EXCEEDED);
            return true;
        }
        Outcome outcome = message.outcome();
        if (outcome == null || outcome.isComplete()) {
            acknowledge(answer, packetId, reasonOf(message.matched(), message.accepted(), message.refused()));
        } else {
            outcome.addKnown(message);
            long place = acks().addWaiting(answer, packetId);
            AckRing ring = acks();
            outcome.onComplete(() -> {
                ReasonCode reason = reasonOf(outcome.matched(), outcome.accepted(), outcome.refused());
                forgetRefused(answer, packetId, reason);
                ring.complete(place, reason);
            });
        }
        return true;
    }

    /** Answers a PUBLISH that the broker does not take, in its place among the other acknowledgements. */
    public void refusePublish(int qos, int packetId, ReasonCode reason) {
        if (qos > 0) {
            acks().add(qos == 1 ? PacketType.PUBACK : PacketType.PUBREC, packetId, reason);
        }
    }

    /** How many acknowledgements wait for recipients; reading pauses when it grows too long. */
    public int waitingAcks() {
        return acks == null ? 0 : acks.size();
    }

    private int unacknowledgedInbound() {
        return inboundQos2.size() + waitingAcks();
    }

    /** False when its retained copy was refused, and so the whole message. */
    private boolean route(InTransit message) {
        Router router = home.router();
        if (message.retain() && router.retain(message, routes) == Router.Retained.REFUSED) {
            home.drops().dropped(key, message, DropReason.RETAINED_LIMIT);
            return false;
        }
        router.publish(message, routes);
        return true;
    }

    private static ReasonCode reasonOf(int matched, int accepted, int refused) {
        if (matched == 0) {
            return ReasonCode.NO_MATCHING_SUBSCRIBERS;
        }
        return accepted == 0 && refused > 0 ? ReasonCode.QUOTA_EXCEEDED : ReasonCode.SUCCESS;
    }

    private void acknowledge(PacketType answer, int packetId, ReasonCode reason) {
        forgetRefused(answer, packetId, reason);
        acks().add(answer, packetId, reason);
    }

    private void forgetRefused(PacketType answer, int packetId, ReasonCode reason) {
        if (answer == PacketType.PUBREC && reason.isError()) {
            inboundQos2.remove(packetId);
        }
    }

    private AckRing acks() {
        AckRing ring = acks;
        if (ring == null) {
            ring = new AckRing(this::sendAck);
            acks = ring;
        }
        return ring;
    }

    private void sendAck(PacketType type, int packetId, ReasonCode reason) {
        PacketSink to = sink;
        if (to != null) {
            to.sendAck(type, packetId, reason);
        }
    }

    // ---- what the client acknowledges

    /** PUBACK, PUBREC, PUBREL or PUBCOMP from the client. */
    public void onAck(PacketType type, int packetId, ReasonCode reason) {
        switch (type) {
            case PUBACK -> {
                onTaken(inFlight == null ? null : inFlight.remove(packetId, 1));
                pump();
            }
            case PUBREC -> onPubRec(packetId, reason);
            case PUBCOMP -> {
                if (inFlight != null && inFlight.complete(packetId)) {
                    pump();
                }
            }
            case PUBREL -> {
                boolean known = inboundQos2.remove(packetId);
                sendAck(
                        PacketType.PUBCOMP,
                        packetId,
                        known ? ReasonCode.SUCCESS : ReasonCode.PACKET_IDENTIFIER_NOT_FOUND);
            }
            default -> throw new IllegalArgumentException("not an acknowledgement: type=" + type);
        }
    }

    private void onPubRec(int packetId, ReasonCode reason) {
        InFlight sent = inFlight;
        if (reason.isError()) {
            onTaken(sent == null ? null : sent.remove(packetId, 2));
            pump();
            return;
        }
        StoredMessage taken = sent == null ? null : sent.release(packetId);
        onTaken(taken);
        boolean known = taken != null || (sent != null && sent.isReleased(packetId));
        sendAck(PacketType.PUBREL, packetId, known ? ReasonCode.SUCCESS : ReasonCode.PACKET_IDENTIFIER_NOT_FOUND);
    }

    private void onTaken(@Nullable StoredMessage message) {
        if (message != null) {
            release(message);
        }
    }

    // ---- what others publish

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
        message.countMatched();
        int qos = Math.min(message.qos(), subscription.maxQos());
        int flags = DeliveryFlags.of(qos, message.retain() && (subscription.retainAsPublished() || bridge));
        if (qos == 0) {
            deliverAtMostOnce(message, flags, subscription);
        } else {
            deliverKept(message, flags, subscription);
        }
    }

    private void deliverAtMostOnce(InTransit message, int flags, Subscription subscription) {
        PacketSink to = sink;
        if (to == null) {
            home.drops().dropped(key, message, DropReason.QOS0_OFFLINE);
        } else if (!to.isWritable()) {
            home.drops().dropped(key, message, DropReason.QOS0_NOT_WRITABLE);
        } else if (!to.fits(message, flags, subscription)) {
            home.drops().dropped(key, message, DropReason.TOO_LARGE);
        } else {
            to.sendPublish(message, flags, 0, false, subscription);
            message.countAccepted();
        }
    }

    private void deliverKept(InTransit message, int flags, Subscription subscription) {
        PacketSink to = sink;
        if (to == null || !canSendNow(to)) {
            enqueue(message, flags, subscription);
            return;
        }
        if (!to.fits(message, flags, subscription)) {
            // Dropped as if delivered (§3.1.2.11.4); it takes no place in the window.
            home.drops().dropped(key, message, DropReason.TOO_LARGE);
            message.countAccepted();
            return;
        }
        StoredMessage kept = message.keep();
        if (!hold(kept)) {
            home.drops().dropped(key, message, DropReason.MEMORY);
            message.countRefused();
            return;
        }
        int packetId = inFlight().add(kept, flags, subscription);
        to.sendPublish(message, flags, packetId, false, subscription);
        message.countAccepted();
    }

    private boolean canSendNow(PacketSink to) {
        return (queue == null || queue.isEmpty())
                && inFlight().hasRoom(window, home.limits().maxQueuedBytes())
                && to.isWritable();
    }

    private void enqueue(InTransit message, int flags, Subscription subscription) {
        OutboundQueue waiting = queue();
        StoredMessage kept = message.keep();
        DropReason full = fullFor(waiting, kept);
        if (full != null) {
            if (home.limits().overflow() == Overflow.DROP_OLDEST && dropOldestFor(waiting, kept)) {
                full = null;
            } else {
                overflow(message, full);
                return;
            }
        }
        if (!hold(kept)) {
            home.drops().dropped(key, message, DropReason.MEMORY);
            message.countRefused();
            return;
        }
        waiting.add(kept, flags, subscription);
        message.countAccepted();
    }

    private @Nullable DropReason fullFor(OutboundQueue waiting, StoredMessage message) {
        if (waiting.size() >= home.limits().maxQueuedMessages()) {
            return DropReason.QUEUE_FULL_MESSAGES;
        }
        return waiting.bytes() + message.bytes() > home.limits().maxQueuedBytes() ? DropReason.QUEUE_FULL_BYTES : null;
    }

    private boolean dropOldestFor(OutboundQueue waiting, StoredMessage message) {
        while (!waiting.isEmpty()) {
            DropReason full = fullFor(waiting, message);
            if (full == null) {
                return true;
            }
            StoredMessage oldest = waiting.firstMessage();
            waiting.removeFirst();
            home.drops().dropped(key, oldest, full);
            release(oldest);
        }
        return fullFor(waiting, message) == null;
    }

    private void overflow(InTransit message, DropReason full) {
        home.drops().dropped(key, message, full);
        if (home.limits().overflow() == Overflow.REJECT_PUBLISHER) {
            message.countRefused();
        } else if (home.limits().overflow() == Overflow.DISCONNECT) {
            PacketSink to = sink;
            if (to != null) {
                to.disconnect(ReasonCode.QUOTA_EXCEEDED, "queue full: " + full);
            }
        }
    }

    // ---- sending what waits

    /** The connection can be written to again. */
    public void onWritable() {
        pump();
    }

    // hot: per acknowledgement
    private void pump() {
        PacketSink to = sink;
        if (to == null) {
            return;
        }
        InFlight sent = inFlight;
        if (sent != null) {
            while (to.isWritable() && sent.resendNext(window, resender())) {
                // One after the other, in the original order.
            }
        }
        OutboundQueue waiting = queue;
        if (waiting != null) {
            while (!waiting.isEmpty() && canSendNext(to)) {
                sendFirst(waiting, to);
            }
        }
        if (retainedDeliveries != null) {
            pumpRetained();
        }
    }

    private boolean canSendNext(PacketSink to) {
        return inFlight().hasRoom(window, home.limits().maxQueuedBytes()) && to.isWritable();
    }

    private void sendFirst(OutboundQueue waiting, PacketSink to) {
        StoredMessage message = waiting.firstMessage();
        Subscription subscription = waiting.firstSubscription();
        int flags = waiting.firstFlags();
        waiting.removeFirst();
        if (message.isExpired(home.loop().epochMillis())) {
            home.drops().dropped(key, message, DropReason.EXPIRED);
            release(message);
            return;
        }
        InTransit again = home.again(message);
        if (!to.fits(again, flags, subscription)) {
            home.drops().dropped(key, message, DropReason.TOO_LARGE);
            release(message);
            return;
        }
        int packetId = inFlight().add(message, flags, subscription);
        to.sendPublish(again, flags, packetId, false, subscription);
    }

    private InFlight.Resender resender() {
        return new InFlight.Resender() {
            @Override
            public void resendPublish(StoredMessage message, int flags, int packetId, Subscription subscription) {
                PacketSink to = sink;
                if (to != null) {
                    to.sendPublish(home.again(message), flags, packetId, true, subscription);
                }
            }

            @Override
            public void resendPubRel(int packetId) {
                sendAck(PacketType.PUBREL, packetId, ReasonCode.SUCCESS);
            }
        };
    }

    private boolean hold(StoredMessage message) {
        if (message.hold() && !home.loop().credit().tryCharge(message.bytes())) {
            message.release();
            return false;
        }
        return true;
    }

    private void release(StoredMessage message) {
        if (message.release()) {
            home.loop().credit().release(message.bytes());
        }
    }

    private OutboundQueue queue() {
        OutboundQueue present = queue;
        if (present == null) {
            present = new OutboundQueue();
            queue = present;
        }
        return present;
    }

    private InFlight inFlight() {
        InFlight present = inFlight;
        if (present == null) {
            present = new InFlight();
            inFlight = present;
        }
        return present;
    }

    // ---- subscriptions

    /** What a subscription asks for beside its filter (§3.8.3.1). */
    public record Options(int maxQos, boolean noLocal, boolean retainAsPublished, int subscriptionId) {}

    /** What came of subscribing. */
    public enum Subscribed {
        NEW,
        REPLACED,
        /** The session has as many as it may. */
        QUOTA_EXCEEDED
    }

    /** Adds or replaces a subscription; messages that come while it is replaced are not lost (§3.8.4). */
    public Subscribed subscribe(TopicFilter filter, Options options) {
        Map<String, Subscription> all = subscriptions;
        if (all == null) {
            all = new HashMap<>(4);
            subscriptions = all;
        }
        String text = filter.toString();
        Subscription before = all.get(text);
        if (before == null && all.size() >= home.limits().maxSubscriptions()) {
            return Subscribed.QUOTA_EXCEEDED;
        }
        Subscription subscription = new Subscription(
                this,
                filter,
                options.maxQos(),
                options.noLocal(),
                options.retainAsPublished(),
                options.subscriptionId());
        all.put(text, subscription);
        routes.tree().add(subscription);
        if (before == null) {
            return Subscribed.NEW;
        }
        routes.tree().remove(before);
        forgetRetainedDeliveries(before);
        return Subscribed.REPLACED;
    }

    /** Has the retained messages that match sent to a subscription just made (§3.3.1.3). */
    public void sendRetained(TopicFilter filter) {
        Subscription subscription = subscriptions == null ? null : subscriptions.get(filter.toString());
        if (subscription == null) {
            return;
        }
        ArrayDeque<RetainedDelivery> deliveries = retainedDeliveries;
        if (deliveries == null) {
            deliveries = new ArrayDeque<>(2);
            retainedDeliveries = deliveries;
        }
        deliveries.add(new RetainedDelivery(routes.retained().cursor(filter), subscription));
        pumpRetained();
    }

    /** Removes a subscription; false when there was none. What is queued or in flight still goes out (§3.10.4). */
    public boolean unsubscribe(String filter) {
        Subscription subscription = subscriptions == null ? null : subscriptions.remove(filter);
        if (subscription == null) {
            return false;
        }
        routes.tree().remove(subscription);
        forgetRetainedDeliveries(subscription);
        return true;
    }

    public int subscriptionCount() {
        return subscriptions == null ? 0 : subscriptions.size();
    }

    private void forgetRetainedDeliveries(Subscription subscription) {
        if (retainedDeliveries != null) {
            retainedDeliveries.removeIf(delivery -> delivery.subscription() == subscription);
        }
    }

    /** Goes on with retained messages as long as the client takes them, some at a time. */
    private void pumpRetained() {
        for (int sent = 0; sent < RETAINED_PER_TURN; sent++) {
            PacketSink to = sink;
            ArrayDeque<RetainedDelivery> deliveries = retainedDeliveries;
            RetainedDelivery delivery = deliveries == null ? null : deliveries.peek();
            if (deliveries == null || delivery == null) {
                retainedDeliveries = null;
                return;
            }
            if (to == null || !to.isWritable() || (queue != null && !queue.isEmpty()) || !canSendNext(to)) {
                // Writability, or an acknowledgement, or a reconnect, comes back here.
                return;
            }
            StoredMessage message = delivery.cursor().next();
            if (message == null) {
                deliveries.poll();
            } else if (!message.isExpired(home.loop().epochMillis())) {
                sendRetained(to, message, delivery.subscription());
            }
        }
        if (!retainedTurnPosted) {
            retainedTurnPosted = true;
            home.loop().execute(() -> {
                retainedTurnPosted = false;
                pump();
            });
        }
    }

    private void sendRetained(PacketSink to, StoredMessage message, Subscription subscription) {
        InTransit retained = home.retained(message);
        int qos = Math.min(message.qos(), subscription.maxQos());
        int flags = DeliveryFlags.of(qos, true);
        if (!to.fits(retained, flags, subscription)) {
            home.drops().dropped(key, message, DropReason.TOO_LARGE);
        } else if (qos == 0) {
            to.sendPublish(retained, flags, 0, false, subscription);
        } else {
            StoredMessage kept = retained.keep();
            if (hold(kept)) {
                to.sendPublish(retained, flags, inFlight().add(kept, flags, subscription), false, subscription);
            } else {
                home.drops().dropped(key, message, DropReason.MEMORY);
            }
        }
    }
}
