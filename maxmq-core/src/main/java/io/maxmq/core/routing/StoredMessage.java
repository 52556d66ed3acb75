package io.maxmq.core.routing;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An application message that outlives the read in which it arrived: queued, in flight or retained. Immutable, so that
 * loops share its bytes; only {@link #holders}, the number of references from one loop, changes, and only on that loop.
 * <pre>
 * body:  | encoded MQTT 5.0 properties to forward | payload |
 *        0                     propertiesLength          body.length
 * </pre>
 */
public sealed class StoredMessage permits ChangedMessage, RetainedMessage {
    /** Heap of a message beside its body, in bytes: this object, the array's header and an entry in a queue. */
    public static final int OVERHEAD_BYTES = 112;

    /**
     * From this size on, a garbage collector with heap regions may reserve up to twice the size of an array, in whole
     * regions.
     */
    private static final int LARGE_BYTES = 512 * 1024 - 64;

    private static final int NODE_BYTES = 128;

    /** Longer names are charged: as bytes, and as the string that may be cached. */
    private static final int SHORT_NAME_BYTES = 64;

    private final Topic topic;
    private final byte[] body;
    private final int propertiesLength;
    private final byte qos;
    private final boolean retain;
    private final long expiresAtMillis;
    private final long idHigh;
    private final long idLow;
    private int holders;

    StoredMessage(
            Topic topic,
            byte[] body,
            int propertiesLength,
            int qos,
            boolean retain,
            long expiresAtMillis,
            long idHigh,
            long idLow) {
        this.topic = topic;
        this.body = body;
        this.propertiesLength = propertiesLength;
        this.qos = (byte) qos;
        this.retain = retain;
        this.expiresAtMillis = expiresAtMillis;
        this.idHigh = idHigh;
        this.idLow = idLow;
    }

    /** Creates a message from its stored form. */
    public static StoredMessage restored(
            Topic topic,
            byte[] body,
            int propertiesLength,
            int qos,
            boolean retain,
            long expiresAtMillis,
            long idHigh,
            long idLow) {
        return new StoredMessage(topic, body, propertiesLength, qos, retain, expiresAtMillis, idHigh, idLow);
    }

    /** Returns the same message for long-term storage: its topic drops the cached matches. */
    public StoredMessage toRetain() {
        return new StoredMessage(
                topic.withoutMatches(), body, propertiesLength, qos, retain, expiresAtMillis, idHigh, idLow);
    }

    /**
     * Returns the same message to be retained.
     *
     * @param publisherId the UTF-8 client id of its publisher; kept, not copied; null if published by the application
     */
    public StoredMessage toRetain(byte @Nullable [] publisherId) {
        return publisherId == null ? toRetain() : new RetainedMessage(this, publisherId);
    }

    /**
     * The UTF-8 client id of the publisher of a retained message; null for the application's and for all other
     * messages.
     */
    public byte @Nullable [] publisherId() {
        return null;
    }

    /** True if this is a retained message published by the client with this UTF-8 client id. */
    public boolean isRetainedBy(byte[] clientId) {
        byte[] publisher = publisherId();
        return publisher != null && Arrays.equals(publisher, clientId);
    }

    /** Returns this message as the one that a recipient gets in place of {@code published}. */
    public StoredMessage inPlaceOf(StoredMessage published) {
        return new ChangedMessage(this, published);
    }

    /** The published message; different from this one if an interceptor has changed it for one recipient. */
    public StoredMessage original() {
        return this;
    }

    /** Returns the same message for another loop: shared bytes, separate holder count. */
    StoredMessage forAnotherLoop() {
        return new StoredMessage(topic, body, propertiesLength, qos, retain, expiresAtMillis, idHigh, idLow);
    }

    public Topic topic() {
        return topic;
    }

    /** Properties and payload. Not a copy: read only. */
    public byte[] body() {
        return body;
    }

    public int propertiesLength() {
        return propertiesLength;
    }

    public int payloadLength() {
        return body.length - propertiesLength;
    }

    /** QoS as published, 0..2. */
    public int qos() {
        return qos;
    }

    /** The RETAIN flag as published. */
    public boolean retain() {
        return retain;
    }

    /** Wall time in ms at which the message expires (MQTT 5.0 §3.3.2.3.3); 0 for never. */
    public long expiresAtMillis() {
        return expiresAtMillis;
    }

    public boolean isExpired(long epochMillis) {
        return expiresAtMillis != 0 && epochMillis >= expiresAtMillis;
    }

    /** Upper half of the message id. */
    public long idHigh() {
        return idHigh;
    }

    /** Lower half of the message id. */
    public long idLow() {
        return idLow;
    }

    /** Upper bound of the heap of this message, in bytes; topics may be shared with other messages. */
    public int bytes() { // hot: per message
        return bytes(body.length, topic.utf8().length);
    }

    /** Returns the heap charge of a message with a body and a topic name of these sizes, in bytes. */
    public static int bytes(int length, int name) {
        int wasted = length >= LARGE_BYTES ? length : 0;
        return length + wasted + (name > SHORT_NAME_BYTES ? 2 * name : 0) + OVERHEAD_BYTES;
    }

    /** Heap charge of the message when retained: includes its own topic with a tree node per level. */
    long retainedBytes() {
        return bytes() + 2L * topic.utf8().length + (long) topic.levelCount() * NODE_BYTES;
    }

    /** Adds a reference from this loop. Returns true for the first, which charges the message. */
    public boolean hold() {
        return holders++ == 0;
    }

    /** Removes a reference. Returns true for the last, which releases the charge. */
    public boolean release() {
        assert holders > 0;
        return --holders == 0;
    }

    /** True if this loop has a reference. */
    public boolean isHeld() {
        return holders > 0;
    }
}
