package io.maxmq.rules.run;

import io.maxmq.rules.output.Output;
import io.maxmq.rules.sink.Buffering;
import io.maxmq.rules.sink.SinkOverflow;
import io.maxmq.spi.MemoryAccount;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Records that wait for a sink, bounded in records and bytes and charged to the broker's memory. Records that were taken out to be
 * written count in bytes until they are {@linkplain #forget forgotten} or put back.
 *
 * <p>Records with the same key form a line. A line has at most one batch under way, so that its records keep their order, while batches
 * of other lines are under way at the same time. Every operation takes constant time for each record that it moves. Guarded by the lock of
 * its {@link SinkRunner}.
 */
final class SinkBuffer {
    /** A record, in the list of all that wait (older and newer) and in the one of its line (next). */
    static final class Entry {
        final Output output;
        private final Line line;
        int attempts;
        private @Nullable Entry older;
        private @Nullable Entry newer;
        private @Nullable Entry next;

        private Entry(Output output, Line line) {
            this.output = output;
            this.line = line;
        }
    }

    private static final class Line {
        final String key;

        @Nullable
        Entry first;

        @Nullable
        Entry last;

        int size;
        boolean isBusy;

        Line(String key) {
            this.key = key;
        }
    }

    private final Buffering buffering;
    private final boolean isKeyed;
    private final Consumer<Output> discarding;

    /** Lines with records that wait or are under way. */
    private final Map<String, Line> lines = new HashMap<>();

    /** Lines with waiting records and no record under way, in the order in which they are served. */
    private final Set<Line> ready = new LinkedHashSet<>();

    private @Nullable Entry oldest;
    private @Nullable Entry newest;
    private int records;
    private int readyRecords;

    /** Null before the sink starts: nothing is taken then. */
    private @Nullable MemoryAccount memory;

    private long bytes;
    private long discarded;

    /**
     * An empty buffer.
     *
     * @param isKeyed whether records of each client form a line of their own; else all form one
     * @param discarding learns of each record that is dropped
     */
    SinkBuffer(Buffering buffering, boolean isKeyed, Consumer<Output> discarding) {
        this.buffering = buffering;
        this.isKeyed = isKeyed;
        this.discarding = discarding;
    }

    void chargeTo(MemoryAccount account) {
        memory = account;
    }

    /** Takes a record, or drops one by the overflow policy; false when it drops this one. */
    boolean add(Output output) {
        MemoryAccount account = memory;
        int size = output.bytes();
        if (account == null || !account.tryCharge(size)) {
            discard(output);
            return false;
        }
        while (records >= buffering.maxRecords() || (oldest != null && bytes + size > buffering.maxBytes())) {
            Entry first = oldest;
            if (buffering.overflow() == SinkOverflow.DROP_NEWEST || first == null) {
                account.release(size);
                discard(output);
                return false;
            }
            drop(first);
        }
        Line line = lines.computeIfAbsent(isKeyed ? output.clientId() : "", Line::new);
        Entry entry = new Entry(output, line);
        append(entry);
        if (!line.isBusy) {
            readyRecords++;
            ready.add(line);
        }
        bytes += size;
        return true;
    }

    /** Counts a record that is dropped. */
    void discard(Output output) {
        discarded++;
        output.counters().actionsDiscarded.increment();
        discarding.accept(output);
    }

    /** Drops all records that wait. */
    void discardAll() {
        for (Entry each = oldest; each != null; each = oldest) {
            drop(each);
        }
    }

    /** Drops the oldest record, which is the first of its line. */
    private void drop(Entry entry) {
        Line line = entry.line;
        unlinkFirst(line);
        if (!line.isBusy) {
            readyRecords--;
            if (line.size == 0) {
                ready.remove(line);
                lines.remove(line.key);
            }
        }
        forget(entry);
        discard(entry.output);
    }

    /** Takes out the oldest records of the lines that are served next, up to so many. Their lines are busy until {@link #release}. */
    List<Entry> take(int most) {
        List<Entry> entries = new ArrayList<>(Math.min(readyRecords, most));
        Iterator<Line> next = ready.iterator();
        while (entries.size() < most && next.hasNext()) {
            Line line = next.next();
            next.remove();
            line.isBusy = true;
            readyRecords -= line.size;
            while (line.size > 0 && entries.size() < most) {
                entries.add(unlinkFirst(line));
            }
        }
        return entries;
    }

    /** Puts records back that were taken out together, before the others of their lines, in the order given. */
    void putBack(List<Entry> entries) {
        for (int i = entries.size() - 1; i >= 0; i--) {
            prepend(entries.get(i));
        }
    }

    /** Serves the lines of these records again, which were taken out together. Each is written, given up or put back. */
    void release(List<Entry> entries) {
        for (Entry each : entries) {
            Line line = each.line;
            if (!line.isBusy) {
                continue; // by a record before
            }
            line.isBusy = false;
            if (line.size == 0) {
                lines.remove(line.key);
            } else {
                ready.add(line);
                readyRecords += line.size;
            }
        }
    }

    /** Gives back the charge of a record that was taken out. */
    void forget(Entry entry) {
        int size = entry.output.bytes();
        bytes -= size;
        if (memory != null) {
            memory.release(size);
        }
    }

    private void append(Entry entry) {
        Line line = entry.line;
        Entry before = line.last;
        if (before == null) {
            line.first = entry;
        } else {
            before.next = entry;
        }
        line.last = entry;
        line.size++;
        entry.older = newest;
        if (newest == null) {
            oldest = entry;
        } else {
            newest.newer = entry;
        }
        newest = entry;
        records++;
    }

    private void prepend(Entry entry) {
        Line line = entry.line;
        entry.next = line.first;
        line.first = entry;
        if (line.last == null) {
            line.last = entry;
        }
        line.size++;
        entry.newer = oldest;
        if (oldest == null) {
            newest = entry;
        } else {
            oldest.older = entry;
        }
        oldest = entry;
        records++;
    }

    private static Entry first(Line line) {
        Entry first = line.first;
        if (first == null) {
            throw new IllegalStateException("the line is empty");
        }
        return first;
    }

    private Entry unlinkFirst(Line line) {
        Entry entry = first(line);
        line.first = entry.next;
        if (line.first == null) {
            line.last = null;
        }
        line.size--;
        if (entry.older == null) {
            oldest = entry.newer;
        } else {
            entry.older.newer = entry.newer;
        }
        if (entry.newer == null) {
            newest = entry.older;
        } else {
            entry.newer.older = entry.older;
        }
        entry.older = null;
        entry.newer = null;
        entry.next = null;
        records--;
        return entry;
    }

    /** Returns whether no record waits. */
    boolean isEmpty() {
        return records == 0;
    }

    /** Returns whether some line has a waiting record and no record under way. */
    boolean hasReady() {
        return readyRecords > 0;
    }

    /** Returns whether the ready records fill a batch. */
    boolean fillsBatch() {
        return readyRecords >= buffering.maxBatchRecords();
    }

    int records() {
        return records;
    }

    long bytes() {
        return bytes;
    }

    long discarded() {
        return discarded;
    }
}
