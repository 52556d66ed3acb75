package io.maxmq.benchmarks.store;

import io.maxmq.benchmarks.load.Histogram;
import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Durability;
import io.maxmq.spi.storage.KeyRange;
import io.maxmq.spi.storage.ShardedKey;
import io.maxmq.spi.storage.StorageFigures;
import io.maxmq.spi.storage.Table;
import io.maxmq.storage.RocksDbStorage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/**
 * Writes records of 16 bytes of key and 200 of value in batches, with so many batches on their way, and prints how many are
 * durable per second and how many share one force of the medium. The records are a queue: a range of those written before is
 * deleted now and then, so that the directory stays small.
 */
public final class StoreBenchmark {

    private static final Table TABLE = new Table("queue");
    private static final int VALUE_BYTES = 200;
    private static final int[] BATCH_RECORDS = {1, 10, 100, 1_000};
    private static final int[] OUTSTANDING = {1, 64, 1_000};
    private static final int MAX_RECORDS_ON_THEIR_WAY = 100_000;
    private static final long RECORDS_KEPT = 500_000;

    private final int warmupSeconds;
    private final int seconds;

    private StoreBenchmark(int warmupSeconds, int seconds) {
        this.warmupSeconds = warmupSeconds;
        this.seconds = seconds;
    }

    /**
     * @param args the directory to work in, {@code java.io.tmpdir} without one; seconds of each cell, 3 without
     */
    public static void main(String[] args) throws Exception {
        Path parent = Path.of(args.length > 0 ? args[0] : System.getProperty("java.io.tmpdir"));
        int seconds = args.length > 1 ? Integer.parseInt(args[1]) : 3;
        StoreBenchmark benchmark = new StoreBenchmark(2, seconds);
        System.out.println("| level | records a batch | batches on their way | k records/s | records a force | "
                + "records a write | median of a batch, µs |");
        System.out.println("| --- | --- | --- | --- | --- | --- | --- |");
        for (Durability level : new Durability[] {Durability.FSYNC, Durability.OS}) {
            for (int outstanding : OUTSTANDING) {
                for (int records : BATCH_RECORDS) {
                    if ((long) records * outstanding <= MAX_RECORDS_ON_THEIR_WAY) {
                        Path directory = Files.createTempDirectory(parent, "store-benchmark");
                        try {
                            System.out.println(benchmark.cell(directory, level, records, outstanding));
                        } finally {
                            delete(directory);
                        }
                    }
                }
            }
        }
    }

    private String cell(Path directory, Durability level, int records, int outstanding)
            throws InterruptedException, ExecutionException, TimeoutException {
        try (RocksDbStorage store =
                RocksDbStorage.at(directory.resolve("store")).durability(level)) {
            store.open().toCompletableFuture().get(60, TimeUnit.SECONDS);
            Load load = new Load(store, records, outstanding);
            load.run(warmupSeconds);
            StorageFigures before = store.figures();
            load.forgetLatencies();
            long begin = System.nanoTime();
            load.run(seconds);
            double took = (System.nanoTime() - begin) / 1e9;
            StorageFigures after = store.figures();
            double written = after.mutations() - before.mutations();
            long syncs = after.syncs() - before.syncs();
            return String.format(
                    "| %s | %d | %d | %.1f | %s | %.1f | %d |",
                    level,
                    records,
                    outstanding,
                    written / took / 1_000,
                    syncs == 0 ? "–" : String.format("%.1f", written / syncs),
                    written / (after.groups() - before.groups()),
                    load.medianMicros());
        }
    }

    /** One thread that submits, and waits for room only. */
    private static final class Load {
        private final RocksDbStorage store;
        private final int records;
        private final int outstanding;
        private final Bytes value;
        private final LongAdder failures = new LongAdder();

        /** Guarded by itself: a stage that is complete already calls back on the thread that submits. */
        private final Histogram latencies = new Histogram();

        private long next;
        private long deleted;

        Load(RocksDbStorage store, int records, int outstanding) {
            this.store = store;
            this.records = records;
            this.outstanding = outstanding;
            byte[] bytes = new byte[VALUE_BYTES];
            new Random(1).nextBytes(bytes);
            value = Bytes.wrap(bytes);
        }

        /** Until the time is over and everything is durable. */
        void run(int seconds) throws InterruptedException {
            Semaphore room = new Semaphore(outstanding);
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
            while (System.nanoTime() < end) {
                room.acquire();
                long begin = System.nanoTime();
                store.commit(batch()).whenComplete((result, failure) -> {
                    if (failure != null) {
                        failures.increment();
                    }
                    long nanos = System.nanoTime() - begin;
                    synchronized (latencies) {
                        latencies.record(nanos);
                    }
                    room.release();
                });
            }
            room.acquire(outstanding);
            if (failures.sum() > 0) {
                throw new IllegalStateException(failures.sum() + " batches have failed");
            }
        }

        void forgetLatencies() {
            synchronized (latencies) {
                latencies.clear();
            }
        }

        long medianMicros() {
            synchronized (latencies) {
                return latencies.percentile(50) / 1_000;
            }
        }

        private Batch batch() {
            Batch.Builder batch = Batch.builder(1);
            for (int i = 0; i < records; i++) {
                batch.put(TABLE, key(next++), value);
            }
            if (next - deleted > 2 * RECORDS_KEPT) {
                batch.deleteRange(TABLE, new KeyRange(key(deleted), key(deleted + RECORDS_KEPT)));
                deleted += RECORDS_KEPT;
            }
            return batch.build();
        }

        private static Bytes key(long number) {
            return ShardedKey.encode(1, "tenant", Bytes.ofLong(number));
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> below = Files.walk(directory)) {
            below.sorted(Comparator.reverseOrder()).forEach(path -> {
                try {
                    Files.delete(path);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
