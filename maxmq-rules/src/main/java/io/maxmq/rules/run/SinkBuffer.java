package io.maxmq.rules.run;

import io.maxmq.rules.output.Output;
import io.maxmq.rules.sink.Buffering;
import io.maxmq.rules.sink.Overflow;
import io.maxmq.spi.MemoryAccount;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What waits for a sink, bounded in records and bytes and charged to the broker's memory. What was taken out to be written counts in
 * bytes until it is {@linkplain #forget forgotten} or put back. Guarded by the lock of its {@link SinkRunner}.
 */
final class SinkBuffer {
    /** A record on its way. */
    static final class Entry {
        final Output output;
        int attempts;

        Entry(Output output) {
            this.output = output;
        }
    }

    private final Buffering buffering;
    private final Deque<Entry> waiting = new ArrayDeque<>();

    /** Null before the sink starts: nothing is taken then. */
    private @Nullable MemoryAccount memory;

    private long bytes;
    private long discarded;

    SinkBuffer(Buffering buffering) {
        this.buffering = buffering;
    }

    void chargeTo(MemoryAccount account) {
        memory = account;
    }

    /** Takes a record, or drops what the policy says; false when that is this one. */
    boolean add(Output output) {
        MemoryAccount account = memory;
        int size = output.bytes();
        if (account == null || !account.tryCharge(size)) {
            discard(output);
            return false;
        }
        while (waiting.size() >= buffering.maxRecords()
                || (!waiting.isEmpty() && bytes + size > buffering.maxBytes())) {
            if (buffering.overflow() == Overflow.DROP_NEWEST) {
                account.release(size);
                discard(output);
                return false;
            }
            Entry oldest = waiting.remove();
            forget(oldest);
            discard(oldest.output);
        }
        waiting.add(new Entry(output));
        bytes += size;
        return true;
    }

    /** Counts one that is dropped. */
    void discard(Output output) {
        discarded++;
        output.counters().actionsDiscarded.increment();
    }

    /** Drops all that waits. */
    void discardAll() {
        for (Entry each : waiting) {
            forget(each);
            discard(each.output);
        }
        waiting.clear();
    }

    /** Takes out the oldest for a batch. */
    List<Entry> take() {
        int size = Math.min(waiting.size(), buffering.maxBatchRecords());
        List<Entry> entries = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            entries.add(waiting.remove());
        }
        return entries;
    }

    /** Puts back what was taken out, before what has come later. */
    void putBack(List<Entry> entries) {
        for (int i = entries.size() - 1; i >= 0; i--) {
            waiting.addFirst(entries.get(i));
        }
    }

    /** Gives back what one is charged that was taken out. */
    void forget(Entry entry) {
        int size = entry.output.bytes();
        bytes -= size;
        if (memory != null) {
            memory.release(size);
        }
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Whether a batch is full with what waits. */
    boolean fillsBatch() {
        return waiting.size() >= buffering.maxBatchRecords();
    }

    int records() {
        return waiting.size();
    }

    long bytes() {
        return bytes;
    }

    long discarded() {
        return discarded;
    }
}
