package io.maxmq.core.session;

/** Delivery options of one message to one subscriber, in one byte: QoS in bits 0 and 1, RETAIN in bit 2. */
public final class DeliveryFlags {
    private static final int RETAIN = 4;

    private DeliveryFlags() {}

    static int of(int qos, boolean retain) {
        return qos | (retain ? RETAIN : 0);
    }

    public static int qos(int flags) {
        return flags & 3;
    }

    public static boolean retain(int flags) {
        return (flags & RETAIN) != 0;
    }
}
