package io.maxmq.core.routing;

import io.maxmq.codec.wire.PublishProperties;
import io.maxmq.spi.DropReason;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One application message on its way through one loop: a reusable flyweight over the bytes of the read (or of a batch, or
 * of a kept message), valid while {@link Router} routes it. Nothing is allocated until a recipient has to keep the
 * message; then {@link #keep} copies it once for all recipients of the loop.
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

    /** Begins the next message. Body and expiry follow. */
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

    /** Payload in a buffer, at an absolute index; it is not changed and not read after the routing. */
    public void payload(ByteBuffer buffer, int start, int length) {
        payloadBuffer = buffer;
        payloadStart = start;
        payloadLength = length;
    }

    /** Payload in an array. */
    public void payload(byte[] array, int start, int length) {
        payloadBuffer = null;
        payloadArray = array;
        payloadStart = start;
        payloadLength = length;
    }

    /** Encoded MQTT 5.0 properties to hand on: without topic alias, message expiry and the length before them. */
    public void properties(byte[] encoded, int start, int length) {
        properties = encoded;
        propertiesStart = start;
        propertiesLength = length;
    }

    /** Searches the properties for a user property. Allocates nothing. */
    public boolean hasUserProperty(byte[] name) { // hot: per message
        return PublishProperties.hasUserProperty(properties, propertiesStart, propertiesLength, name);
    }

    /** Wall time in ms at which the message expires; 0 for never. */
    public void expiresAtMillis(long epochMillis) {
        expiresAtMillis = epochMillis;
    }

    /** Gives it another topic, before it is routed. */
    public void redirect(Topic to) {
        topic = to;
        copyBeforeKeep();
    }

    /** It is one that has been routed before and comes once more, under this id. */
    public void again(long high, long low) {
        copyBeforeKeep();
        idHigh = high;
        idLow = low;
    }

    /** Has it routed so many seconds from now instead of now; 0 for now. */
    public void delaySeconds(int seconds) {
        delaySeconds = seconds;
    }

    public int delaySeconds() {
        return delaySeconds;
    }

    /**
     * Has the outcome include what other loops do with the message, whatever that costs.
     *
     * @param withReasons whether also why recipients have not got it; that storage has refused it is told always
     */
    public void track(boolean withReasons) {
        tracked = true;
        reasoned = withReasons;
    }

    /** The message leaves another queue, whose record goes when a recipient's is written. */
    public void move() {
        moves = true;
    }

    /** Whether {@link #move} was called: a recipient's record takes the space of another one. */
    public boolean moves() {
        return moves;
    }

    /** Begins with a message kept on this loop. */
    public void begin(StoredMessage message, @Nullable Subscriber publisher) {
        begin(message.topic(), message.qos(), message.retain(), publisher);
        kept = message;
        body(message);
    }

    /** Begins with a message that another loop may have kept; kept anew here only when a recipient asks for it. */
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

    /** Differs for each message that this flyweight has carried; caches of encoded bytes compare it. */
    public long sequence() {
        return sequence;
    }

    public Topic topic() {
        Topic present = topic;
        assert present != null;
        return present;
    }

    /** As published, 0..2. */
    public int qos() {
        return qos;
    }

    public boolean retain() {
        return retain;
    }

    /** Who published it, for No Local (MQTT 5.0 §3.8.3.1); null for the application and for other loops' publishers. */
    public @Nullable Subscriber publisher() {
        return publisher;
    }

    public long expiresAtMillis() {
        return expiresAtMillis;
    }

    public int propertiesLength() {
        return propertiesLength;
    }

    /** Upper half of the id of a message that is kept, or was before; 0 of one that nobody has kept. */
    public long idHigh() {
        StoredMessage message = kept;
        return message == null ? idHigh : message.idHigh();
    }

    /** Lower half of the id; without meaning when the upper half is 0. */
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

    /** The message as an object that may be held beyond the routing; the same one for every recipient of this loop. */
    public StoredMessage keep() {
        StoredMessage message = kept;
        if (message == null) {
            StoredMessage elsewhere = foreign;
            message = elsewhere != null ? elsewhere.forAnotherLoop() : copy();
            kept = message;
        }
        return message;
    }

    /** Has {@link #keep} make a new message although this one is kept: something about it has changed. */
    public void copyBeforeKeep() {
        kept = null;
        foreign = null;
    }

    private StoredMessage copy() {
        byte[] body = new byte[propertiesLength + payloadLength];
        copyProperties(body, 0);
        copyPayload(body, propertiesLength);
        // One that was kept before and has changed since is still the same message.
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

    /** Whether another recipient gets it if this one does not take it: then it is not dropped yet. */
    void attempt(boolean oneOfSeveral) {
        attempt = oneOfSeveral;
    }

    /** See {@link #attempt}. */
    public boolean isAttempt() {
        return attempt;
    }

    /** A recipient exists, whether or not it takes the message. */
    public void countMatched() {
        matched++;
    }

    /** A recipient has sent or queued the message, or may leave it out by its own terms. */
    public void countAccepted() {
        accepted++;
    }

    /** A recipient could not take the message: full, or no memory. */
    public void countRefused() {
        refused++;
    }

    /** A recipient has not got the message. Remembered only when somebody asked to {@link #track} it and why. */
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

    /** Why recipients have not got it; null when nobody asked, or there is nothing to tell. */
    public @Nullable Map<DropReason, Integer> drops() {
        return drops;
    }

    /** The recipient that refused is not the last to be asked: another member of its group is. */
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

    /** What is still to come from elsewhere: other loops, storage. Null when all is known once the routing returns. */
    public @Nullable PendingOutcome outcome() {
        return outcome;
    }

    /** How many things it waits for, or has waited for. */
    int awaited() {
        return awaited;
    }

    /** Adds one thing to wait for. */
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
