package io.maxmq.benchmarks.load;

import java.util.HashSet;
import java.util.Set;

/**
 * Checks the messages of one subscriber: of each stream every sequence number once, in order, beginning with 0. A
 * number that is skipped and comes later was out of order, one that never comes was lost, one that comes twice is a
 * duplicate. Not thread-safe.
 */
final class SequenceCheck {
    /** Skipped numbers that are remembered one by one; beyond, a late message counts as a duplicate. */
    private static final int MAX_TRACKED = 1_000_000;

    private final int[] next;
    private final Set<Long> skipped = new HashSet<>();
    private long untracked;
    private long duplicates;
    private long outOfOrder;

    SequenceCheck(int streams) {
        next = new int[streams];
    }

    /**
     * Takes a message that has arrived.
     *
     * @return for how many messages of the stream the fate is known since: 1 if this was the expected one, more if some
     *     before it were skipped, 0 if it came late
     */
    int accept(int stream, int sequence) { // hot: per message
        if (next[stream] == sequence) {
            next[stream] = sequence + 1;
            return 1;
        }
        return acceptUnexpected(stream, sequence);
    }

    private int acceptUnexpected(int stream, int sequence) {
        if (sequence < next[stream]) {
            if (skipped.remove(key(stream, sequence))) {
                outOfOrder++;
            } else {
                duplicates++;
            }
            return 0;
        }
        int advance = sequence + 1 - next[stream];
        for (int missing = next[stream]; missing < sequence; missing++) {
            if (skipped.size() < MAX_TRACKED) {
                skipped.add(key(stream, missing));
            } else {
                untracked++;
            }
        }
        next[stream] = sequence + 1;
        return advance;
    }

    private static long key(int stream, int sequence) {
        return (long) stream << 32 | sequence;
    }

    /** Messages of the stream that did not come, when numbers 0 to {@code sent} - 1 were sent. */
    long missingAtTail(int stream, int sent) {
        return sent - next[stream];
    }

    /** Numbers that were skipped and have not come so far. */
    long lost() {
        return skipped.size() + untracked;
    }

    long duplicates() {
        return duplicates;
    }

    long outOfOrder() {
        return outOfOrder;
    }
}
