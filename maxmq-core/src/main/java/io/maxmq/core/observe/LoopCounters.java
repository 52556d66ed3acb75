package io.maxmq.core.observe;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.QoS;
import io.maxmq.spi.DropReason;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Counters of one event loop: plain numbers that only this loop writes, so that counting costs an addition without a
 * fence. Other threads read them with opaque access: a value may lag, but is never torn and never decreases.
 * <pre>
 *   | 16 longs of padding | Counter... | drops by DropReason... | dropped bytes by DropReason... |
 *   | packets received by PacketType... | packets sent by PacketType... | 16 longs of padding |
 * </pre>
 *
 * The padding keeps the numbers of two loops off one cache line and its prefetched neighbour. Methods that change a
 * counter run on the owning loop; all others on any thread.
 */
@SuppressWarnings("EnumOrdinal") // slots are not persistent
public final class LoopCounters {

    private static final VarHandle VALUES = MethodHandles.arrayElementVarHandle(long[].class);

    private static final int PADDING = 16;
    private static final Counter[] COUNTERS = Counter.values();
    private static final DropReason[] REASONS = DropReason.values();
    private static final PacketType[] PACKET_TYPES = PacketType.values();
    private static final int DROPS = PADDING + COUNTERS.length;
    private static final int DROPPED_BYTES = DROPS + REASONS.length;
    private static final int PACKETS_RECEIVED = DROPPED_BYTES + REASONS.length;
    private static final int PACKETS_SENT = PACKETS_RECEIVED + PACKET_TYPES.length;
    private static final int LENGTH = PACKETS_SENT + PACKET_TYPES.length + PADDING;

    private final long[] values = new long[LENGTH];

    /** Creates counters of 0. */
    public LoopCounters() {}

    /** Adds one. */
    public void increment(Counter counter) { // hot: per message
        add(PADDING + counter.ordinal(), 1);
    }

    /** Adds {@code delta}, which is negative only for a level. */
    public void add(Counter counter, long delta) { // hot: per message
        add(PADDING + counter.ordinal(), delta);
    }

    /** Counts PUBLISH packets received. */
    public void received(QoS qos, long count) { // hot: per message
        add(PADDING + Counter.RECEIVED_QOS_0.ordinal() + qos.ordinal(), count);
    }

    /** Counts PUBLISH packets sent. */
    public void sent(QoS qos, long count) { // hot: per message
        add(PADDING + Counter.SENT_QOS_0.ordinal() + qos.ordinal(), count);
    }

    /** Counts a received packet of any type but PUBLISH, which is counted by QoS. */
    public void packetReceived(PacketType type) { // hot: per acknowledgement
        add(PACKETS_RECEIVED + type.ordinal(), 1);
    }

    /** Counts a sent packet of any type but PUBLISH, which is counted by QoS. */
    public void packetSent(PacketType type) { // hot: per acknowledgement
        add(PACKETS_SENT + type.ordinal(), 1);
    }

    /** Counts dropped messages and the bytes of their payloads. */
    public void dropped(DropReason reason, long count, long bytes) { // hot: per drop
        add(DROPS + reason.ordinal(), count);
        add(DROPPED_BYTES + reason.ordinal(), bytes);
    }

    /** Reads a counter, on any thread. */
    public long value(Counter counter) {
        return (long) VALUES.getOpaque(values, PADDING + counter.ordinal());
    }

    /** Returns the number of messages dropped for this reason, on any thread. */
    public long droppedMessages(DropReason reason) {
        return (long) VALUES.getOpaque(values, DROPS + reason.ordinal());
    }

    /** Returns the payload bytes dropped for this reason, on any thread. */
    public long droppedBytes(DropReason reason) {
        return (long) VALUES.getOpaque(values, DROPPED_BYTES + reason.ordinal());
    }

    /** Returns the number of received packets of this type, on any thread. */
    public long packetsReceived(PacketType type) {
        return type == PacketType.PUBLISH
                ? value(Counter.RECEIVED_QOS_0) + value(Counter.RECEIVED_QOS_1) + value(Counter.RECEIVED_QOS_2)
                : (long) VALUES.getOpaque(values, PACKETS_RECEIVED + type.ordinal());
    }

    /** Returns the number of sent packets of this type, on any thread. */
    public long packetsSent(PacketType type) {
        return type == PacketType.PUBLISH
                ? value(Counter.SENT_QOS_0)
                        + value(Counter.SENT_QOS_1)
                        + value(Counter.SENT_QOS_2)
                        + value(Counter.RESENT)
                : (long) VALUES.getOpaque(values, PACKETS_SENT + type.ordinal());
    }

    /** Returns the number of received packets of all types, on any thread. */
    public long packetsReceived() {
        long sum = 0;
        for (PacketType type : PACKET_TYPES) {
            sum += packetsReceived(type);
        }
        return sum;
    }

    /** Returns the number of sent packets of all types, on any thread. */
    public long packetsSent() {
        long sum = 0;
        for (PacketType type : PACKET_TYPES) {
            sum += packetsSent(type);
        }
        return sum;
    }

    /** A plain read is sufficient for the only writer; the opaque write prevents torn reads elsewhere. */
    private void add(int index, long delta) {
        VALUES.setOpaque(values, index, values[index] + delta);
    }
}
