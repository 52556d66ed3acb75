package io.maxmq.core.routing;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An application message that outlives the read that brought it: queued, in flight or retained. Immutable, so that loops
 * share its bytes; only {@link #holders}, the number of places on one loop that hold it, changes, and only on that loop.
 *
 * <pre>
 * body:  | encoded MQTT 5.0 properties to hand on | payload |
 *        0                      propertiesLength           body.length
 * </pre>
 */
public sealed class StoredMessage permits ChangedMessage, RetainedMessage {
    /** Heap that a message takes beside its body: this object, the array's header and an entry in a queue. */
    public static final int OVERHEAD_BYTES = 112;

    /** From here on a collector that divides the heap into regions may give an array twice its size, in whole regions. */
    private static final int LARGE_BYTES = 512 * 1024 - 64;

    private static final int NODE_BYTES = 128;

    /** Longer names count: as bytes, and as the string that somebody may have asked for. */
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

    /** A message as storage has kept it. */
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

    /** The same message to be kept for long: without what its topic remembers for routing. */
    public StoredMessage toRetain() {
        return new StoredMessage(
                topic.withoutMatches(), body, propertiesLength, qos, retain, expiresAtMillis, idHigh, idLow);
    }

    /**
     * The same message to be retained.
     *
     * @param publisherId the UTF-8 client id of its publisher; kept, not copied; null when the application has published it
     */
    public StoredMessage toRetain(byte @Nullable [] publisherId) {
        return publisherId == null ? toRetain() : new RetainedMessage(this, publisherId);
    }

    /** The UTF-8 client id of the publisher of a retained message; null for the application's and for all other messages. */
    public byte @Nullable [] publisherId() {
        return null;
    }

    /** Whether this is a retained message that the client with this UTF-8 client id has published. */
    public boolean isRetainedBy(byte[] clientId) {
        byte[] publisher = publisherId();
        return publisher != null && Arrays.equals(publisher, clientId);
    }

    /** This message, which one recipient gets in the place of that one. */
    public StoredMessage inPlaceOf(StoredMessage published) {
        return new ChangedMessage(this, published);
    }

    /** The message that was published; another than this when an interceptor has changed it for one recipient. */
    public StoredMessage original() {
        return this;
    }

    /** The same message for another loop: shares the bytes, counts its own holders. */
    StoredMessage forAnotherLoop() {
        return new StoredMessage(topic, body, propertiesLength, qos, retain, expiresAtMillis, idHigh, idLow);
    }

    public Topic topic() {
        return topic;
    }

    /** Properties and payload; nobody writes to it. */
    public byte[] body() {
        return body;
    }

    public int propertiesLength() {
        return propertiesLength;
    }

    public int payloadLength() {
        return body.length - propertiesLength;
    }

    /** As published, 0..2. */
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

    /** What the message costs on the heap, at most: other messages may have the same topic. */
    public int bytes() { // hot: per message
        return bytes(body.length, topic.utf8().length);
    }

    /** What a message with a body and a topic name of this size costs. */
    public static int bytes(int length, int name) {
        int wasted = length >= LARGE_BYTES ? length : 0;
        return length + wasted + (name > SHORT_NAME_BYTES ? 2 * name : 0) + OVERHEAD_BYTES;
    }

    /** What it costs to retain it: a topic of its own, with a node for each level, most of them perhaps its own as well. */
    long retainedBytes() {
        return bytes() + 2L * topic.utf8().length + (long) topic.levelCount() * NODE_BYTES;
    }

    /** One more place on this loop holds the message; true for the first, which is the one to charge. */
    public boolean hold() {
        return holders++ == 0;
    }

    /** One place less; true for the last, which is the one to give the charge back. */
    public boolean release() {
        assert holders > 0;
        return --holders == 0;
    }

    /** Whether any place on this loop holds it. */
    public boolean isHeld() {
        return holders > 0;
    }
}
