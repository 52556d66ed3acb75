package io.maxmq.rules.state;

import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.ShardedKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Brings what changed to the storage, on a thread of its own, in rounds one after another. It is told keys, and reads a key's value
 * when its round comes: so one write of a key is under way at a time, the last value wins, and a key that changes often is written once
 * a round. What the storage refuses is tried again. Thread-safe.
 */
final class StateWriter {
    /** Keys that may wait. More than one tenant can have, and twice: those removed wait too. */
    private static final int MAX_WAITING = 200_000;

    private static final int ROUND_KEYS = 1_000;
    /** With one record more it is within what every storage takes as one batch. */
    private static final long ROUND_BYTES = 256 * 1024;
    /** 64 KiB of JSON are some 300 KiB of record at most, were there not maps of undefined. */
    private static final int MAX_RECORD_BYTES = 512 * 1024;

    /** Between rounds, so that one busy key does not keep the storage busy. */
    private static final long ROUND_MILLIS = 10;

    private static final long FIRST_RETRY_MILLIS = 100;
    private static final long LAST_RETRY_MILLIS = 10_000;
    private static final long LOG_NANOS = TimeUnit.MINUTES.toNanos(1);

    private record Write(CompletionStage<?> stage, List<StateKey> keys) {}

    private final KeyValueStore store;
    private final Function<StateKey, @Nullable Object> values;
    private final Logger log;
    private final Thread thread;
    private final LongAdder failed = new LongAdder();
    private final LongAdder lost = new LongAdder();

    // Guarded by waiting.
    private final Set<StateKey> waiting = new LinkedHashSet<>();
    private int underWay;
    private boolean ending;

    // Of the thread.
    private long retryMillis;
    private boolean hasLogged;
    private long loggedNanos;

    /** @param values what a key holds now; null for nothing */
    StateWriter(KeyValueStore store, Function<StateKey, @Nullable Object> values, String threadName, Logger log) {
        this.store = store;
        this.values = values;
        this.log = log;
        this.thread = new Thread(this::run, threadName);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Schedules the write of a key. Never waits for the storage. */
    void changed(StateKey key) {
        synchronized (waiting) {
            if (waiting.size() >= MAX_WAITING && !waiting.contains(key)) {
                lost.increment();
                return;
            }
            if (waiting.add(key) && waiting.size() == 1) {
                waiting.notifyAll();
            }
        }
    }

    /** Keys that wait, or whose write is under way. */
    int waiting() {
        synchronized (waiting) {
            return waiting.size() + underWay;
        }
    }

    /** Writes of one key that the storage has refused, each attempt. */
    long failed() {
        return failed.sum();
    }

    /** Changes that are not written, since too many waited, or they can't be. */
    long lost() {
        return lost.sum();
    }

    /** Writes what waits and ends the thread, or gives up at this time. */
    void close(long untilNanos) {
        synchronized (waiting) {
            ending = true;
            waiting.notifyAll();
        }
        try {
            thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(untilNanos - System.nanoTime())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            thread.interrupt();
            log.warn(
                    "the storage has not taken all that rules remember: what changed last is lost, keys={}", waiting());
        }
    }

    private void run() {
        try {
            for (List<StateKey> round = take(); !round.isEmpty(); round = take()) {
                if (write(round)) {
                    retryMillis = 0;
                    pause(ROUND_MILLIS);
                } else {
                    retryMillis = Math.min(Math.max(FIRST_RETRY_MILLIS, 2 * retryMillis), LAST_RETRY_MILLIS);
                    pause(retryMillis);
                }
            }
        } catch (InterruptedException e) {
            // The end: close has said what is lost.
        }
    }

    /** Returns the keys of a round; empty when all are written and the writer is closed. */
    private List<StateKey> take() throws InterruptedException {
        synchronized (waiting) {
            underWay = 0;
            while (waiting.isEmpty() && !ending) {
                waiting.wait();
            }
            List<StateKey> round = new ArrayList<>();
            Iterator<StateKey> keys = waiting.iterator();
            while (keys.hasNext() && round.size() < ROUND_KEYS) {
                round.add(keys.next());
                keys.remove();
            }
            underWay = round.size();
            return round;
        }
    }

    /** Ends early when the engine does; once that ends, pauses are short, but a storage that fails is not hurried. */
    private void pause(long millis) throws InterruptedException {
        synchronized (waiting) {
            underWay = 0;
            boolean wasEnding = ending;
            long left = wasEnding ? Math.min(millis, FIRST_RETRY_MILLIS) : millis;
            long untilNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(left);
            while (left > 0 && ending == wasEnding) {
                waiting.wait(left);
                left = TimeUnit.NANOSECONDS.toMillis(untilNanos - System.nanoTime());
            }
        }
    }

    /** False when some of it failed, and waits again. */
    private boolean write(List<StateKey> round) throws InterruptedException {
        Map<Integer, Batch.Builder> batches = new HashMap<>();
        Map<Integer, List<StateKey>> keys = new HashMap<>();
        long bytes = 0;
        for (StateKey each : round) {
            if (bytes > ROUND_BYTES) {
                changed(each);
                continue;
            }
            bytes += add(each, batches, keys);
        }
        List<Write> writes = new ArrayList<>();
        boolean allWritten = true;
        for (Map.Entry<Integer, Batch.Builder> each : batches.entrySet()) {
            List<StateKey> of = keys.getOrDefault(each.getKey(), List.of());
            try {
                writes.add(new Write(store.commit(each.getValue().build()), of));
            } catch (RuntimeException e) {
                refused(of, e);
                allWritten = false;
            }
        }
        for (Write each : writes) {
            allWritten &= await(each);
        }
        return allWritten;
    }

    private long add(StateKey state, Map<Integer, Batch.Builder> batches, Map<Integer, List<StateKey>> keys) {
        Object value = values.apply(state);
        Bytes key = StateRecords.key(state.tenant().name(), state.key());
        Bytes encoded; // null to remove it
        try {
            encoded = value == null ? null : StateRecords.encode(value);
            if (encoded != null && encoded.length() > MAX_RECORD_BYTES) {
                throw new IllegalArgumentException("value is too large: bytes=" + encoded.length());
            }
        } catch (IllegalArgumentException e) {
            lost.increment();
            log(List.of(state), e);
            return 0;
        }
        int shard = ShardedKey.shardOf(key);
        Batch.Builder batch = batches.computeIfAbsent(shard, Batch::builder);
        if (encoded == null) {
            batch.delete(StateRecords.TABLE, key);
        } else {
            batch.put(StateRecords.TABLE, key, encoded);
        }
        keys.computeIfAbsent(shard, each -> new ArrayList<>()).add(state);
        return key.length() + (encoded == null ? 0L : encoded.length());
    }

    private boolean await(Write write) throws InterruptedException { // not bounded: the next round must not overtake it
        try {
            write.stage().toCompletableFuture().get();
            return true;
        } catch (ExecutionException e) {
            refused(write.keys(), e.getCause() == null ? e : e.getCause());
            return false;
        }
    }

    private void refused(List<StateKey> keys, Throwable cause) {
        failed.add(keys.size());
        keys.forEach(this::changed);
        log(keys, cause);
    }

    /** The first, and then one a minute. */
    private void log(List<StateKey> keys, Throwable cause) {
        long nanos = System.nanoTime();
        if (hasLogged && nanos - loggedNanos < LOG_NANOS) {
            return;
        }
        hasLogged = true;
        loggedNanos = nanos;
        log.warn(
                "what rules remember could not be written, and is in memory only: tenant={}, keys={}, failed={}",
                keys.get(0).tenant(),
                keys.size(),
                failed(),
                cause);
    }
}
