package io.maxmq.core.connection;

import io.maxmq.codec.wire.PublishFrame;
import io.maxmq.core.loop.Deferred;
import io.maxmq.core.loop.Loop;
import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.core.routing.RoutedMessage;
import io.maxmq.core.session.DeliveryFlags;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Writes PUBLISH packets (MQTT 5.0 §3.3), encoding a message once per protocol version and kind of QoS, however many
 * recipients it has on this loop: for each, only the first byte, the packet id and the topic alias are set anew. Recipients
 * with subscription identifiers, or for whom an alias is set, get a frame of their own.
 *
 * <p>A payload of 32 KiB or more is copied once, into a buffer that all recipients' sockets share, and is sent from there.
 *
 * <p>One per loop. Runs on the loop. Not thread-safe. Hot: per message and recipient.
 */
final class PublishFrames implements Deferred {
    private static final int SHARE_FROM_BYTES = 32 * 1024;
    private static final int FIRST_FRAME_BYTES = 512;
    private static final int MAX_IDLE_FRAME_BYTES = 256 * 1024;
    private static final int PUBLISH = 0x30;

    /** The encoded message, valid for one message of one flyweight. */
    static final class Frame {
        final boolean v5;
        final boolean hasPacketId;
        byte[] bytes = new byte[FIRST_FRAME_BYTES];
        int length;
        int packetIdAt;
        int aliasAt;

        @Nullable
        RoutedMessage source;

        long sequence;

        Frame(boolean v5, boolean hasPacketId) {
            this.v5 = v5;
            this.hasPacketId = hasPacketId;
        }
    }

    private final Loop loop;
    private final ByteBufAllocator allocator;
    private final Frame[] frames = {
        new Frame(false, false), new Frame(false, true), new Frame(true, false), new Frame(true, true)
    };
    /** An alias stands for the topic. */
    private final Frame[] aliased = {new Frame(true, false), new Frame(true, true)};

    private final Frame individual5 = new Frame(true, true);
    private final Frame individual5AtMostOnce = new Frame(true, false);

    private @Nullable ByteBuf sharedPayload;
    private @Nullable RoutedMessage sharedSource;
    private long sharedSequence;
    private boolean deferred;

    PublishFrames(Loop loop, ByteBufAllocator allocator) {
        this.loop = loop;
        this.allocator = allocator;
    }

    /** Returns the packet's whole length for one recipient, in bytes. */
    static int length(RoutedMessage message, boolean v5, int flags, FilterSubscription subscription) {
        return PublishFrame.length(
                v5,
                message.topic().utf8().length,
                DeliveryFlags.qos(flags) > 0,
                v5 ? propertiesLength(message, subscription.subscriptionIds(), false) : 0,
                message.payloadLength());
    }

    /** Returns the same with a topic alias, which is set with the topic and then stands in its place. */
    static int aliasedLength(RoutedMessage message, int flags, FilterSubscription subscription, boolean withTopic) {
        return PublishFrame.length(
                true,
                withTopic ? message.topic().utf8().length : 0,
                DeliveryFlags.qos(flags) > 0,
                propertiesLength(message, subscription.subscriptionIds(), true),
                message.payloadLength());
    }

    /** Returns the first byte of the packet for one recipient. */
    static int firstByte(int flags, boolean dup) { // hot: per message and recipient
        return PUBLISH | PublishFrame.flags(dup, DeliveryFlags.qos(flags), DeliveryFlags.retain(flags));
    }

    private static int propertiesLength(RoutedMessage message, int[] subscriptionIds, boolean withAlias) {
        int length = message.propertiesLength();
        if (withAlias) {
            length += PublishFrame.TOPIC_ALIAS_BYTES;
        }
        if (message.expiresAtMillis() != 0) {
            length += PublishFrame.MESSAGE_EXPIRY_BYTES;
        }
        for (int id : subscriptionIds) {
            length += PublishFrame.subscriptionIdBytes(id);
        }
        return length;
    }

    /** Returns the encoded message for one recipient; {@link #write} follows at once. */
    Frame frame(RoutedMessage message, boolean v5, int flags, FilterSubscription subscription) {
        assert loop.inLoop();
        int qos = DeliveryFlags.qos(flags);
        int[] ids = v5 ? subscription.subscriptionIds() : NO_IDS;
        Frame frame;
        if (ids.length == 0) {
            frame = frames[(v5 ? 2 : 0) + (qos > 0 ? 1 : 0)];
            if (frame.source != message || frame.sequence != message.sequence()) {
                encode(frame, message, ids, true, false);
            }
        } else {
            frame = qos > 0 ? individual5 : individual5AtMostOnce;
            encode(frame, message, ids, true, false);
        }
        return frame;
    }

    /**
     * Returns the same for a recipient of MQTT 5.0 with a topic alias (§3.3.2.3.4).
     *
     * @param withTopic sets the alias; false when the recipient knows it
     */
    Frame aliasedFrame(
            RoutedMessage message, int flags, FilterSubscription subscription, int alias, boolean withTopic) {
        assert loop.inLoop();
        int qos = DeliveryFlags.qos(flags);
        int[] ids = subscription.subscriptionIds();
        Frame frame;
        if (withTopic || ids.length > 0) {
            frame = qos > 0 ? individual5 : individual5AtMostOnce;
            encode(frame, message, ids, withTopic, true);
        } else {
            frame = aliased[qos > 0 ? 1 : 0];
            if (frame.source != message || frame.sequence != message.sequence()) {
                encode(frame, message, ids, false, true);
            }
        }
        PublishFrame.writeTopicAlias(frame.bytes, frame.aliasAt, alias);
        return frame;
    }

    /**
     * Writes the packet for one recipient.
     *
     * @param firstByte see {@link #firstByte}
     * @param packetId without effect at QoS 0
     */
    void write(ByteSink to, Frame frame, RoutedMessage message, int firstByte, int packetId) {
        assert loop.inLoop();
        byte[] bytes = frame.bytes;
        bytes[0] = (byte) firstByte;
        if (frame.hasPacketId) {
            bytes[frame.packetIdAt] = (byte) (packetId >>> 8);
            bytes[frame.packetIdAt + 1] = (byte) packetId;
        }
        to.write(bytes, 0, frame.length);
        if (message.payloadLength() >= SHARE_FROM_BYTES) {
            to.writeShared(sharedPayload(message).retainedDuplicate());
        }
    }

    private static final int[] NO_IDS = new int[0];
    private static final byte[] NO_TOPIC = new byte[0];

    private void encode(
            Frame frame, RoutedMessage message, int[] subscriptionIds, boolean withTopic, boolean withAlias) {
        byte[] topic = withTopic ? message.topic().utf8() : NO_TOPIC;
        int properties = frame.v5 ? propertiesLength(message, subscriptionIds, withAlias) : 0;
        int payload = message.payloadLength();
        boolean shared = payload >= SHARE_FROM_BYTES;
        int length = PublishFrame.length(frame.v5, topic.length, frame.hasPacketId, properties, payload);
        int remaining = PublishFrame.remainingLength(frame.v5, topic.length, frame.hasPacketId, properties, payload);
        reserve(frame, shared ? length - payload : length);

        byte[] bytes = frame.bytes;
        // The id and the flags are set for each recipient; the QoS tells only whether there is room for an id.
        int at = PublishFrame.writeHead(
                bytes, 0, PublishFrame.flags(false, frame.hasPacketId ? 1 : 0, false), remaining, topic, 1);
        frame.packetIdAt = at - 2;
        if (frame.v5) {
            at = PublishFrame.writePropertiesLength(bytes, at, properties);
            if (withAlias) {
                frame.aliasAt = at;
                at += PublishFrame.TOPIC_ALIAS_BYTES;
            }
            if (message.expiresAtMillis() != 0) {
                at = PublishFrame.writeMessageExpiry(bytes, at, secondsLeft(message));
            }
            message.copyProperties(bytes, at);
            at += message.propertiesLength();
            for (int id : subscriptionIds) {
                at = PublishFrame.writeSubscriptionId(bytes, at, id);
            }
        }
        if (!shared) {
            message.copyPayload(bytes, at);
            at += payload;
        }
        frame.length = at;
        frame.source = message;
        frame.sequence = message.sequence();
    }

    /** What is left of the message expiry interval (§3.3.2.3.3): at least a second, or it would not be sent at all. */
    private long secondsLeft(RoutedMessage message) {
        long millis = message.expiresAtMillis() - loop.expiryMillis();
        return Math.max(1, (millis + 999) / 1000);
    }

    private static void reserve(Frame frame, int length) {
        if (frame.bytes.length < length || frame.bytes.length > MAX_IDLE_FRAME_BYTES) {
            frame.bytes = new byte[Math.max(FIRST_FRAME_BYTES, Integer.highestOneBit(Math.max(1, length - 1)) << 1)];
        }
    }

    private ByteBuf sharedPayload(RoutedMessage message) {
        ByteBuf present = sharedPayload;
        if (present != null && sharedSource == message && sharedSequence == message.sequence()) {
            return present;
        }
        releasePayload();
        if (!deferred) {
            deferred = true;
            loop.defer(this);
        }
        loop.reserveOutput(message.payloadLength());
        byte[] bytes = new byte[message.payloadLength()];
        message.copyPayload(bytes, 0);
        ByteBuf payload = allocator.directBuffer(bytes.length, bytes.length).writeBytes(bytes);
        sharedPayload = payload;
        sharedSource = message;
        sharedSequence = message.sequence();
        return payload;
    }

    @Override
    public void flushEarly() {
        releasePayload();
    }

    @Override
    public void runDeferred() {
        deferred = false;
        releasePayload();
    }

    private void releasePayload() {
        ByteBuf payload = sharedPayload;
        if (payload != null) {
            sharedPayload = null;
            sharedSource = null;
            payload.release();
        }
    }
}
