package io.maxmq.core.persistence;

import io.maxmq.spi.storage.Table;
import java.util.List;

/** The tables that a broker keeps. What their keys and values look like is in {@code maxmq-storage/README.md}. */
public final class Tables {
    /** What belongs to the broker as a whole. */
    public static final Table BROKER = new Table("broker");

    /** A session that outlives its connection. */
    public static final Table SESSION = new Table("session");

    /** A subscription of such a session. */
    public static final Table SUBSCRIPTION = new Table("subscription");

    /** A message of QoS 1 or 2 that such a session owes its subscriber. */
    public static final Table QUEUE = new Table("queue");

    /** A QoS 2 packet id that such a session's publisher has used and not released. */
    public static final Table INBOUND = new Table("inbound");

    /** The will of a connection, whether or not its session outlives it. */
    public static final Table WILL = new Table("will");

    /** Retained messages. */
    public static final Table RETAINED = new Table("retained");

    /** Messages that wait for their time. */
    public static final Table DELAYED = new Table("delayed");

    /** A message of a shared subscription of which no member is there. */
    public static final Table GROUP_QUEUE = new Table("group-queue");

    /** A message of the queue of such a session that is on its way to another member of a shared subscription. */
    public static final Table PASSING = new Table("passing");

    /** Large bodies of messages, each once however many entries of other tables are about it. */
    public static final Table PAYLOAD = new Table("payload");

    /** How many entries of other tables are about a large body: a counter. */
    public static final Table PAYLOAD_COUNT = new Table("payload-count");

    /** Who may not connect. */
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
