package io.maxmq.core.routing;

import io.maxmq.codec.wire.PublishProperties;
import io.maxmq.spi.DropReason;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One application message during routing on one loop: a reusable flyweight over the bytes of a read, of a batch, or of
 * a stored message, valid while {@link Router} routes it. Allocates nothing until a recipient has to store the message;
 * {@link #keep} then copies it once for all recipients of the loop.
 *
 * <p>Runs on its loop. Not thread-safe. Hot: per message.
 */
public final class RoutedMessage {
    private static final byte[] NO_BYTES = new byte[0];

    private final MessageIds ids;

    private long sequence;
    private @Nullable Topic topic;
    private int qos;
    private boolean retain;
    private int delaySeconds;
    private long expiresAtMillis;
    private long idHigh;
    private long idLow;
    private @Nullable Subscriber publisher;

    private byte[] properties = NO_BYTES;
    private int propertiesStart;
    private int propertiesLength;
    private @Nullable ByteBuffer payloadBuffer;
    private byte[] payloadArray = NO_BYTES;
    private int payloadStart;
    private int payloadLength;

    private @Nullable StoredMessage kept;
    private @Nullable StoredMessage foreign;

    private int matched;
    private int accepted;
    private int refused;
    private boolean tracked;
    private boolean moves;
    private boolean reasoned;
    private @Nullable Map<DropReason, Integer> drops;
    private @Nullable PendingOutcome outcome;
    private int awaited;
    private boolean attempt;

    public RoutedMessage(MessageIds ids) {
        this.ids = ids;
    }

    /** Starts the next message. Set body and expiry afterwards. */
    public void begin(Topic topic, int qos, boolean retain, @Nullable Subscriber publisher) {
        sequence++;
        this.topic = topic;
        this.qos = qos;
        this.retain = retain;
        this.publisher = publisher;
        delaySeconds = 0;
        expiresAtMillis = 0;
        idHigh = 0;
        propertiesLength = 0;
        kept = null;
        foreign = null;
        matched = 0;
        accepted = 0;
        refused = 0;
        tracked = false;
        moves = false;
        reasoned = false;
        drops = null;
        outcome = null;
        awaited = 0;
    }

    /**
     * Sets the payload to a range of a buffer, by absolute index. The buffer is not changed, and not read after
     * routing.
     */
    public void payload(ByteBuffer buffer, int start, int length) {
        payloadBuffer = buffer;
        payloadStart = start;
        payloadLength = length;
    }

    /** Sets the payload to a range of an array. */
    public void payload(byte[] array, int start, int length) {
        payloadBuffer = null;
        payloadArray = array;
        payloadStart = start;
        payloadLength = length;
    }

    /** Sets the encoded MQTT 5.0 properties to forward: without topic alias, message expiry and length prefix. */
    public void properties(byte[] encoded, int start, int length) {
        properties = encoded;
        propertiesStart = start;
        propertiesLength = length;
    }

    /** Returns whether the properties contain a user property of this name. Allocates nothing. */
    public boolean hasUserProperty(byte[] name) { // hot: per message
        return PublishProperties.hasUserProperty(properties, propertiesStart, propertiesLength, name);
    }

    /** Sets the wall time in ms at which the message expires; 0 for never. */
    public void expiresAtMillis(long epochMillis) {
        expiresAtMillis = epochMillis;
    }

    /** Changes the topic, before routing. */
    public void redirect(Topic to) {
        topic = to;
        copyBeforeKeep();
    }

    /** Marks the message as routed again and sets its previous id. */
    public void again(long high, long low) {
        copyBeforeKeep();
        idHigh = high;
        idLow = low;
    }

    /** Delays the routing by this number of seconds; 0 for no delay. */
    public void delaySeconds(int seconds) {
        delaySeconds = seconds;
    }

    public int delaySeconds() {
        return delaySeconds;
    }

    /**
     * Includes the results of other loops in the outcome, at the cost of an answer from each.
     *
     * @param withReasons true to collect the drop reasons as well; a refusal by storage is always reported
     */
    public void track(boolean withReasons) {
        tracked = true;
        reasoned = withReasons;
    }

    /**
     * Marks the message as moved from another queue: its old record is deleted when the recipient's record is written.
     */
    public void move() {
        moves = true;
    }

    /** True after {@link #move}: the recipient's record replaces the old one and needs no additional space. */
    public boolean moves() {
        return moves;
    }

    /** Starts with a message stored on this loop. */
    public void begin(StoredMessage message, @Nullable Subscriber publisher) {
        begin(message.topic(), message.qos(), message.retain(), publisher);
        kept = message;
        body(message);
    }

    /**
     * Starts with a message that another loop may have stored. Creates this loop's own object only if a recipient
     * stores the message.
     */
    public void beginForeign(StoredMessage message) {
        begin(message.topic(), message.qos(), message.retain(), null);
        foreign = message;
        body(message);
    }

    private void body(StoredMessage message) {
        idHigh = message.idHigh();
        idLow = message.idLow();
        expiresAtMillis = message.expiresAtMillis();
        properties(message.body(), 0, message.propertiesLength());
        payload(message.body(), message.propertiesLength(), message.payloadLength());
    }

    /** Sequence number, different for each message of this flyweight. Key for caches of encoded bytes. */
    public long sequence() {
        return sequence;
    }

    public Topic topic() {
        Topic present = topic;
        assert present != null;
        return present;
    }

    /** QoS as published, 0..2. */
    public int qos() {
        return qos;
    }

    public boolean retain() {
        return retain;
    }

    /** The publisher, for No Local (MQTT 5.0 §3.8.3.1); null for the application and for publishers of other loops. */
    public @Nullable Subscriber publisher() {
        return publisher;
    }

    public long expiresAtMillis() {
        return expiresAtMillis;
    }

    public int propertiesLength() {
        return propertiesLength;
    }

    /** Upper half of the id of a message that is or was stored; otherwise 0. */
    public long idHigh() {
        StoredMessage message = kept;
        return message == null ? idHigh : message.idHigh();
    }

    /** Lower half of the id; undefined while the upper half is 0. */
    public long idLow() {
        StoredMessage message = kept;
        return message == null ? idLow : message.idLow();
    }

    public int payloadLength() {
        return payloadLength;
    }

    public void copyProperties(byte[] target, int at) {
        System.arraycopy(properties, propertiesStart, target, at, propertiesLength);
    }

    public void copyPayload(byte[] target, int at) {
        ByteBuffer buffer = payloadBuffer;
        if (buffer == null) {
            System.arraycopy(payloadArray, payloadStart, target, at, payloadLength);
        } else {
            buffer.get(payloadStart, target, at, payloadLength);
        }
    }

    /**
     * Returns the message as an object that remains valid after routing; the same one for every recipient of this loop.
     */
    public StoredMessage keep() {
        StoredMessage message = kept;
        if (message == null) {
            StoredMessage elsewhere = foreign;
            message = elsewhere != null ? elsewhere.forAnotherLoop() : copy();
            kept = message;
        }
        return message;
    }

    /** Discards the stored copy after a change, so that {@link #keep} creates a new one. */
    public void copyBeforeKeep() {
        kept = null;
        foreign = null;
    }

    private StoredMessage copy() {
        byte[] body = new byte[propertiesLength + payloadLength];
        copyProperties(body, 0);
        copyPayload(body, propertiesLength);
        // A stored message that has changed since keeps its id.
        boolean isNew = idHigh == 0;
        return new StoredMessage(
                topic(),
                body,
                propertiesLength,
                qos,
                retain,
                expiresAtMillis,
                isNew ? ids.nextHigh() : idHigh,
                isNew ? ids.nextLow() : idLow);
    }

    /** Sets whether another recipient follows if this one does not take the message; a refusal is then not a drop. */
    void attempt(boolean oneOfSeveral) {
        attempt = oneOfSeveral;
    }

    /** See {@link #attempt}. */
    public boolean isAttempt() {
        return attempt;
    }

    /** Counts a recipient, whether or not it takes the message. */
    public void countMatched() {
        matched++;
    }

    /** Counts a recipient that sent or queued the message, or skipped it as its options require. */
    public void countAccepted() {
        accepted++;
    }

    /** Counts a recipient that could not take the message: full, or out of memory. */
    public void countRefused() {
        refused++;
    }

    /** Records the reason of a drop. Without effect unless {@link #track} was called and the reason is wanted. */
    public void countDropped(DropReason reason) {
        if (!tracked || !(reasoned || reason == DropReason.STORAGE)) {
            return;
        }
        Map<DropReason, Integer> counts = drops;
        if (counts == null) {
            counts = new EnumMap<>(DropReason.class);
            drops = counts;
        }
        counts.merge(reason, 1, Integer::sum);
    }

    /** Number of drops by reason; null if not collected or empty. */
    public @Nullable Map<DropReason, Integer> drops() {
        return drops;
    }

    /** Removes the last recipient from the counts because another member of its group follows. */
    void forgetRecipient(boolean refusedToo) {
        matched--;
        if (refusedToo) {
            refused--;
        }
    }

    public int matched() {
        return matched;
    }

    public int accepted() {
        return accepted;
    }

    public int refused() {
        return refused;
    }

    boolean isTracked() {
        return tracked;
    }

    /**
     * The pending part of the outcome: other loops, storage. Null if the outcome is complete when the routing returns.
     */
    public @Nullable PendingOutcome outcome() {
        return outcome;
    }

    /** Number of answers awaited so far, including those received. */
    int awaited() {
        return awaited;
    }

    /** Adds one awaited answer. */
    public PendingOutcome await() {
        PendingOutcome waiting = outcome;
        if (waiting == null) {
            waiting = new PendingOutcome(reasoned);
            outcome = waiting;
        }
        waiting.await();
        awaited++;
        return waiting;
    }
}
