package io.maxmq.core.connection;

import io.maxmq.core.limit.MemoryCredit.Lasting;
import io.maxmq.core.routing.Topic;
import java.util.Arrays;
import org.agrona.collections.Object2IntHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The topic aliases that the broker has set on one connection (MQTT 5.0 §3.3.2.3.4). A topic gets one when it comes again
 * soon; when all are taken, that of a topic that has not come since its turn was last (the clock algorithm), so that many
 * topics that each come seldom do not take the aliases of those that come often.
 *
 * <p>What it remembers is charged to the memory budget; without memory there are no more aliases. Made only for a client
 * that allows aliases; forgotten with its connection. Runs on the connection's loop. Not thread-safe. Hot: per message and
 * recipient.
 */
final class OutboundAliases {
    /** No topic has this alias. */
    static final int NONE = 0;

    /** An alias takes three bytes: nothing is gained. */
    private static final int SHORTEST_TOPIC_BYTES = 4;

    private static final int LONGEST_TOPIC_BYTES = 1024;

    private static final int FIRST_ALIASES = 8;
    private static final int LEAST_SEEN = 64;
    private static final int MOST_SEEN = 1024;

    /** About what an alias takes beside the topic's name. */
    private static final int ALIAS_BYTES = 128;

    private final Connection connection;
    private final int maximum;

    /** Hashes of topics that have come without an alias lately; a newer one takes the place of an older. */
    private int @Nullable [] seen;

    private final Object2IntHashMap<Topic> aliases = new Object2IntHashMap<>(NONE);

    /** By alias, from 1 on. */
    private @Nullable Topic[] topics = new Topic[1];

    /** By alias: the topic has come since its turn was last. */
    private boolean[] used = new boolean[1];

    private int turn;

    /** @param maximum 1..65535: what both the client and the settings allow */
    OutboundAliases(Connection connection, int maximum) {
        this.connection = connection;
        this.maximum = maximum;
    }

    /** The alias that the client knows for the topic, or {@link #NONE}. */
    int known(Topic topic) {
        int alias = aliases.getValue(topic);
        used[alias] = true;
        return alias;
    }

    /** An alias to set for a topic that has none, with the packet that is sent next; or {@link #NONE}. */
    int toSet(Topic topic) {
        int length = topic.utf8().length;
        if (length < SHORTEST_TOPIC_BYTES || length > LONGEST_TOPIC_BYTES || !comesAgain(topic)) {
            return NONE;
        }
        return aliases.size() < maximum ? add(topic) : replace(topic);
    }

    private boolean comesAgain(Topic topic) {
        int[] lately = seen;
        if (lately == null) {
            int size = Math.min(MOST_SEEN, Math.max(LEAST_SEEN, Integer.highestOneBit(maximum) * 4));
            if (!connection.charge(4L * size, Lasting.STATE)) {
                return false;
            }
            lately = new int[size];
            seen = lately;
        }
        int hash = topic.hashCode() | 1; // no place is empty for it
        int place = (topic.hashCode() >>> 1) & (lately.length - 1);
        boolean again = lately[place] == hash;
        lately[place] = hash;
        return again;
    }

    private int add(Topic topic) {
        if (!connection.charge(bytesOf(topic), Lasting.STATE)) {
            return NONE;
        }
        int alias = aliases.size() + 1;
        if (alias >= topics.length) {
            int length = Math.min(maximum + 1, Math.max(FIRST_ALIASES + 1, 2 * topics.length));
            topics = Arrays.copyOf(topics, length);
            used = Arrays.copyOf(used, length);
        }
        set(alias, topic);
        return alias;
    }

    private int replace(Topic topic) {
        turn = turn % maximum + 1;
        Topic before = topics[turn];
        if (used[turn] || before == null) {
            used[turn] = false;
            return NONE;
        }
        long more = bytesOf(topic) - bytesOf(before);
        if (more > 0 && !connection.charge(more, Lasting.STATE)) {
            return NONE;
        }
        if (more < 0) {
            connection.uncharge(-more);
        }
        aliases.removeKey(before);
        set(turn, topic);
        return turn;
    }

    private void set(int alias, Topic topic) {
        Topic kept = topic.withoutMatches();
        topics[alias] = kept;
        used[alias] = false;
        aliases.put(kept, alias);
    }

    private static long bytesOf(Topic topic) {
        return ALIAS_BYTES + topic.utf8().length;
    }
}
