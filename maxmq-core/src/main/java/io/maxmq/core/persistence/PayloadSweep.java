package io.maxmq.core.persistence;

import io.maxmq.core.loop.Loop;
import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Cursor;
import io.maxmq.spi.storage.DamagedRecordException;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.EntryPage;
import io.maxmq.spi.storage.KeyRange;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.Scan;
import io.maxmq.spi.storage.ShardedKey;
import io.maxmq.spi.storage.Table;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.agrona.collections.LongHashSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Finds large bodies that no record is about, or fewer records than are counted, and corrects the count: a crash leaves such, and
 * records that could not be read when they were removed. Runs a minute after the start and then every hour, or after ten minutes
 * when a loop knows of something.
 *
 * <p>How it can count while the broker runs: each loop notes from now on which bodies it counts for, and has everything written
 * that it has begun before. Then counts and records are read, in any order. A body that no loop has noted until all is read had
 * neither its count nor its records changed meanwhile, so that what was read belongs together; the others are left for the next
 * time. The correction is made only if the count is still what was read. As long as a loop has a change that the store has not
 * taken, and when a record cannot be read, nothing is corrected.
 *
 * <p>A body without any count is removed: both are written together, and the count goes first.
 *
 * <p>What it remembers is charged. Runs on the first loop, a page at a time. {@link #start} on any thread.
 */
public final class PayloadSweep {
    private static final long FIRST_NANOS = 60_000_000_000L;
    private static final long PAUSE_NANOS = 3_600_000_000_000L;

    /** The pause when a loop knows that something is left. */
    private static final long SHORT_PAUSE_NANOS = 600_000_000_000L;

    /** Counts that are compared at a time; for each lot all records are read once. */
    private static final int COUNTS_PER_LOT = 100_000;

    /** As many whatever memory there is. */
    private static final int FEWEST_COUNTS_PER_LOT = 1_000;

    /** What one takes of memory, about. */
    private static final int COUNT_BYTES = 256;

    /** Of those, how many are compared in one turn of the loop. */
    private static final int COUNTS_PER_TURN = 2000;

    private static final int ENTRIES_PER_PAGE = 500;
    private static final int BYTES_PER_PAGE = 1 << 20;

    private final KeyValueStore store;
    private final List<LoopRecords> loops;
    private final Loop loop;
    private final Logger log;
    private long corrected;

    /** @param loops what each loop keeps, in the order of the loops */
    public PayloadSweep(KeyValueStore store, List<LoopRecords> loops, Logger log) {
        this.store = store;
        this.loops = loops;
        this.loop = loops.get(0).store().loop();
        this.log = log;
    }

    /** Has it run from now on, every now and then. */
    public void start() {
        loop.execute(() -> loop.schedule(FIRST_NANOS, () -> run(true)));
    }

    private void run(boolean withBodies) {
        corrected = 0;
        new Lot(0, null).begin(() -> {
            if (withBodies) {
                new BodiesWithoutCount().begin(this::end);
            } else {
                end();
            }
        });
    }

    private void end() {
        if (corrected > 0) {
            log.info("corrected the count of {} large bodies, or removed them", corrected);
        }
        long endNanos = loop.refreshTime();
        loop.schedule(SHORT_PAUSE_NANOS, () -> runIfDue(endNanos));
    }

    private void runIfDue(long endNanos) {
        boolean leavesBodies = false;
        for (LoopRecords each : loops) {
            leavesBodies |= each.store().takeLeftBodies();
        }
        if (leavesBodies || loop.refreshTime() - endNanos >= PAUSE_NANOS) {
            run(leavesBodies);
        } else {
            loop.schedule(SHORT_PAUSE_NANOS, () -> runIfDue(endNanos));
        }
    }

    private void correct(Batch batch) {
        corrected++;
        var unused = store.commit(batch); // else the next time
    }

    /** Does something on each loop, and then on the first one. */
    private void onEachLoop(Consumer<LoopRecords> action, Runnable then) {
        int[] left = {loops.size()};
        for (LoopRecords each : loops) {
            each.store().loop().execute(() -> {
                action.accept(each);
                loop.execute(() -> {
                    if (--left[0] == 0) {
                        then.run();
                    }
                });
            });
        }
    }

    /** Some counts, in the order of their keys, and all records. */
    private final class Lot {
        private final int partition;
        private final @Nullable Bytes after;
        private final Map<Bytes, Counted> counts = new HashMap<>();
        private @Nullable Bytes last;
        private boolean isPartitionDone;
        private volatile boolean isHopeless;

        /** @param after the last key of the lot before; null for none */
        Lot(int partition, @Nullable Bytes after) {
            this.partition = partition;
            this.after = after;
        }

        private final class Counted {
            private final Bytes value;
            private long records;

            Counted(Bytes value) {
                this.value = value;
            }
        }

        void begin(Runnable done) {
            int[] left = {loops.size()};
            for (LoopRecords each : loops) {
                each.store().loop().execute(() -> {
                    LongHashSet pending = new LongHashSet();
                    each.removals().addPending(pending);
                    each.payloads().note(pending);
                    each.store().afterWritten(() -> {
                        if (!each.store().hasTakenAll()) {
                            isHopeless = true;
                        }
                        loop.execute(() -> {
                            if (--left[0] == 0) {
                                readCounts(done);
                            }
                        });
                    });
                });
            }
        }

        private void readCounts(Runnable done) {
            KeyRange range = after == null ? KeyRange.ALL : new KeyRange(after.next(), null);
            new Walk(Tables.PAYLOAD_COUNT, partition, range, this::count, complete -> {
                        isPartitionDone = complete;
                        if (counts.isEmpty()) {
                            evaluated(done);
                        } else {
                            readRecords(done);
                        }
                    })
                    .next();
        }

        private boolean count(Entry entry) {
            counts.put(entry.key(), new Counted(entry.value()));
            last = entry.key();
            if (!loop.credit().tryCharge(COUNT_BYTES)) {
                loop.credit().overdraw(COUNT_BYTES);
                return counts.size() < FEWEST_COUNTS_PER_LOT;
            }
            return counts.size() < COUNTS_PER_LOT;
        }

        private void readRecords(Runnable done) {
            walkAll(
                    Tables.QUEUE,
                    this::queued,
                    () -> walkAll(
                            Tables.GROUP_QUEUE,
                            entry -> refer(GroupQueueRecord.read(entry)),
                            () -> walkAll(
                                    Tables.INBOUND,
                                    entry -> refer(InboundRecord.read(entry).message()),
                                    () -> evaluate(done))));
        }

        private void queued(Entry entry) {
            refer(QueueRecord.read(entry).message());
        }

        private void refer(@Nullable MessageRecord message) {
            Counted counted = message == null || !message.isApart()
                    ? null
                    : counts.get(Payloads.key(message.idHigh(), message.idLow()));
            if (counted != null) {
                counted.records++;
            }
        }

        private void walkAll(Table table, Consumer<Entry> each, Runnable then) {
            walkFrom(0, table, each, then);
        }

        private void walkFrom(int at, Table table, Consumer<Entry> each, Runnable then) {
            if (at == store.partitions().count() || isHopeless) {
                then.run();
                return;
            }
            new Walk(
                            table,
                            at,
                            KeyRange.ALL,
                            entry -> {
                                try {
                                    each.accept(entry);
                                } catch (DamagedRecordException damaged) {
                                    isHopeless = true; // it may be about any of them
                                }
                                return !isHopeless;
                            },
                            complete -> {
                                if (!complete) {
                                    isHopeless = true;
                                }
                                walkFrom(at + 1, table, each, then);
                            })
                    .next();
        }

        private void evaluate(Runnable done) {
            Set<Long> noted = new HashSet<>();
            onEachLoop(
                    each -> {
                        LongHashSet changed = each.payloads().noted();
                        boolean hasTakenAll = each.store().hasTakenAll();
                        loop.execute(() -> {
                            changed.forEach(noted::add);
                            if (!hasTakenAll) {
                                isHopeless = true;
                            }
                        });
                    },
                    () -> {
                        if (isHopeless) {
                            evaluated(done);
                        } else {
                            evaluateSome(counts.entrySet().iterator(), noted, done);
                        }
                    });
        }

        /** A correction is made only if the count is still what was read, so this may take its time. */
        private void evaluateSome(Iterator<Map.Entry<Bytes, Counted>> left, Set<Long> noted, Runnable done) {
            for (int i = 0; i < COUNTS_PER_TURN && left.hasNext(); i++) {
                Map.Entry<Bytes, Counted> each = left.next();
                if (!noted.contains(Payloads.idLow(each.getKey()))) {
                    evaluate(each.getKey(), each.getValue());
                }
            }
            if (left.hasNext()) {
                loop.executeNextTurn(() -> evaluateSome(left, noted, done));
            } else {
                evaluated(done);
            }
        }

        private void evaluate(Bytes key, Counted counted) {
            long tooMany = counted.value.longAt(0) - counted.records;
            if (tooMany == 0) {
                return;
            }
            Batch.Builder batch = Batch.builder(ShardedKey.shardOf(key))
                    .requireEqual(Tables.PAYLOAD_COUNT, key, counted.value)
                    .add(Tables.PAYLOAD_COUNT, key, -tooMany);
            if (counted.records == 0) {
                batch.delete(Tables.PAYLOAD, key);
            } else if (tooMany < 0) {
                log.error("a large body was counted {} times too few: key={}", -tooMany, key);
            }
            correct(batch.build());
        }

        private void evaluated(Runnable done) {
            loop.credit().release((long) COUNT_BYTES * counts.size());
            counts.clear();
            if (!isPartitionDone && last != null && !isHopeless) {
                new Lot(partition, last).begin(done);
            } else if (partition + 1 < store.partitions().count() && !isHopeless) {
                new Lot(partition + 1, null).begin(done);
            } else {
                onEachLoop(each -> each.payloads().noted(), done);
            }
        }
    }

    private final class BodiesWithoutCount {
        void begin(Runnable done) {
            walk(0, done);
        }

        private void walk(int partition, Runnable done) {
            if (partition == store.partitions().count()) {
                done.run();
                return;
            }
            List<Bytes> page = new ArrayList<>();
            new Walk(
                            Tables.PAYLOAD,
                            partition,
                            KeyRange.ALL,
                            entry -> {
                                page.add(entry.key());
                                if (page.size() >= ENTRIES_PER_PAGE) {
                                    compare(partition, List.copyOf(page));
                                    page.clear();
                                }
                                return true;
                            },
                            complete -> {
                                compare(partition, List.copyOf(page));
                                walk(partition + 1, done);
                            })
                    .next();
        }

        private void compare(int partition, List<Bytes> keys) {
            if (keys.isEmpty()) {
                return;
            }
            Set<Bytes> counted = new HashSet<>();
            KeyRange range = new KeyRange(keys.get(0), keys.get(keys.size() - 1).next());
            new Walk(Tables.PAYLOAD_COUNT, partition, range, entry -> counted.add(entry.key()), complete -> {
                        for (Bytes key : complete ? keys : List.<Bytes>of()) {
                            if (!counted.contains(key)) {
                                correct(Batch.builder(ShardedKey.shardOf(key))
                                        .requireAbsent(Tables.PAYLOAD_COUNT, key)
                                        .delete(Tables.PAYLOAD, key)
                                        .build());
                            }
                        }
                    })
                    .next();
        }
    }

    /** Sees each entry of a range, until that is enough. */
    private interface Seer {
        boolean see(Entry entry);
    }

    private final class Walk {
        private final Cursor cursor;
        private final Seer seer;
        private final Consumer<Boolean> end;

        /** @param end told whether all have been seen */
        Walk(Table table, int partition, KeyRange range, Seer seer, Consumer<Boolean> end) {
            this.cursor = store.scan(Scan.of(table, partition).within(range).pages(ENTRIES_PER_PAGE, BYTES_PER_PAGE));
            this.seer = seer;
            this.end = end;
        }

        void next() {
            cursor.next()
                    .whenComplete((page, failure) ->
                            loop.execute(() -> loop.executeNextTurn(() -> see(failure == null ? page : null))));
        }

        private void see(@Nullable EntryPage page) {
            List<Entry> entries = page == null ? new ArrayList<>() : page.entries();
            for (Entry entry : entries) {
                if (!seer.see(entry)) {
                    cursor.close();
                    end.accept(false);
                    return;
                }
            }
            if (page == null || page.last()) {
                cursor.close();
                end.accept(page != null);
            } else {
                next();
            }
        }
    }
}
