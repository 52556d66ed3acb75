package io.maxmq.spi;

import java.util.HexFormat;

/**
 * The 128-bit id that the broker gives to every message it accepts. Unique over all brokers of a deployment; ids of one
 * broker grow, also when its clock steps back; the natural order is that of the 16 bytes read as unsigned.
 *
 * <pre>
 *   high: | 0 | 42 bits ms since 2020-01-01T00:00:00Z | 8 bits datacenter | 13 bits machine |
 *   low:  | 22 bits process (an incarnation of the broker) | 42 bits sequence |
 * </pre>
 *
 * Immutable.
 *
 * @param high the first eight bytes; its top bit is 0
 * @param low the last eight bytes
 * @since 0.1.0
 */
@Stable
public record MessageId(long high, long low) implements Comparable<MessageId> {

    /** 2020-01-01T00:00:00Z in milliseconds since 1970. */
    public static final long EPOCH_MILLIS = 1_577_836_800_000L;

    private static final int MILLIS_BITS = 42;
    private static final int DATACENTER_BITS = 8;
    private static final int MACHINE_BITS = 13;
    private static final int PROCESS_BITS = 22;
    private static final int SEQUENCE_BITS = 42;

    /** Checks the top bit. */
    public MessageId {
        if (high < 0) {
            throw new IllegalArgumentException("the top bit of a message id must be 0: high=" + Long.toHexString(high));
        }
    }

    /**
     * Puts the fields together.
     *
     * @param epochMillis milliseconds since 1970, not before 2020
     * @param datacenter 0..255
     * @param machine 0..8191
     * @param process 0..4194303
     * @param sequence 0..2^42-1
     * @throws IllegalArgumentException when a field is out of its range
     */
    public static MessageId of(long epochMillis, int datacenter, int machine, int process, long sequence) {
        long millis = field("epochMillis", epochMillis - EPOCH_MILLIS, MILLIS_BITS);
        long high = (millis << (DATACENTER_BITS + MACHINE_BITS))
                | (field("datacenter", datacenter, DATACENTER_BITS) << MACHINE_BITS)
                | field("machine", machine, MACHINE_BITS);
        long low =
                (field("process", process, PROCESS_BITS) << SEQUENCE_BITS) | field("sequence", sequence, SEQUENCE_BITS);
        return new MessageId(high, low);
    }

    /**
     * Reads what {@link #toString()} wrote.
     *
     * @throws IllegalArgumentException when {@code hex} is not 32 hexadecimal digits
     */
    public static MessageId parse(String hex) {
        if (hex.length() != 32) {
            throw new IllegalArgumentException("a message id has 32 hexadecimal digits: id=" + hex);
        }
        return new MessageId(HexFormat.fromHexDigitsToLong(hex, 0, 16), HexFormat.fromHexDigitsToLong(hex, 16, 32));
    }

    /** When the broker accepted the message, in milliseconds since 1970. */
    public long epochMillis() {
        return (high >>> (DATACENTER_BITS + MACHINE_BITS)) + EPOCH_MILLIS;
    }

    /** 0..255. */
    public int datacenter() {
        return (int) (high >>> MACHINE_BITS) & ((1 << DATACENTER_BITS) - 1);
    }

    /** 0..8191. */
    public int machine() {
        return (int) high & ((1 << MACHINE_BITS) - 1);
    }

    /** The incarnation of the broker, 0..4194303. */
    public int process() {
        return (int) (low >>> SEQUENCE_BITS);
    }

    /** 0..2^42-1. */
    public long sequence() {
        return low & ((1L << SEQUENCE_BITS) - 1);
    }

    @Override
    public int compareTo(MessageId other) {
        int byHigh = Long.compareUnsigned(high, other.high);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
    }

    /** 32 hexadecimal digits; strings sort as the ids do. */
    @Override
    public String toString() {
        HexFormat hex = HexFormat.of();
        return hex.toHexDigits(high) + hex.toHexDigits(low);
    }

    private static long field(String name, long value, int bits) {
        if (value < 0 || value >>> bits != 0) {
            throw new IllegalArgumentException(name + " must fit " + bits + " bits: " + name + "=" + value);
        }
        return value;
    }
}
