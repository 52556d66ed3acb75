package io.maxmq.core.persistence;

import io.maxmq.spi.storage.Table;
import java.util.List;

/** The broker's tables. {@code maxmq-storage/README.md} describes the layout of keys and values. */
public final class Tables {
    /** Records of the broker as a whole. */
    public static final Table BROKER = new Table("broker");

    /** Sessions that outlive their connection. */
    public static final Table SESSION = new Table("session");

    /** Subscriptions of such sessions. */
    public static final Table SUBSCRIPTION = new Table("subscription");

    /** Messages of QoS 1 or 2 in the queues of such sessions. */
    public static final Table QUEUE = new Table("queue");

    /** QoS 2 packet ids that publishers with such sessions have used and not released. */
    public static final Table INBOUND = new Table("inbound");

    /** Wills of connections, whether or not their sessions outlive them. */
    public static final Table WILL = new Table("will");

    /** Retained messages. */
    public static final Table RETAINED = new Table("retained");

    /** Delayed messages. */
    public static final Table DELAYED = new Table("delayed");

    /** Messages of shared subscriptions without an online member. */
    public static final Table GROUP_QUEUE = new Table("group-queue");

    /** Messages that move from the queue of such a session to another member of a shared subscription. */
    public static final Table PASSING = new Table("passing");

    /** Large message bodies, each once for all entries that refer to it. */
    public static final Table PAYLOAD = new Table("payload");

    /** Number of entries that refer to a large body: a counter. */
    public static final Table PAYLOAD_COUNT = new Table("payload-count");

    /** Bans. */
    public static final Table BAN = new Table("ban");

    private static final List<Table> ALL = List.of(
            BROKER,
            SESSION,
            SUBSCRIPTION,
            QUEUE,
            INBOUND,
            WILL,
            RETAINED,
            DELAYED,
            GROUP_QUEUE,
            PASSING,
            PAYLOAD,
            PAYLOAD_COUNT,
            BAN);

    private Tables() {}

    public static List<Table> all() {
        return ALL;
    }
}
