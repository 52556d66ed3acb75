package io.maxmq.spi.storage.tck;

import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.CommitResult;
import io.maxmq.spi.storage.CommitResult.Committed;
import io.maxmq.spi.storage.CommitResult.Conflict;
import io.maxmq.spi.storage.Consistency;
import io.maxmq.spi.storage.Cursor;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.EntryPage;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.Scan;
import io.maxmq.spi.storage.ShardedKey;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/** A store in the words of tests: waits for what is asynchronous, at most {@value #DEADLINE_SECONDS} seconds. */
final class StoreDriver {

    static final Table ANIMALS = new Table("animals");
    static final Table PLANTS = new Table("plants");

    private static final long DEADLINE_SECONDS = 30;

    /** More than any test has: a scan that does not get on must fail a test, not hang it. */
    private static final int MAX_PAGES = 10_000;

    final KeyValueStore store;

    StoreDriver(KeyValueStore store) {
        this.store = store;
    }

    static Bytes key(int shard, String name) {
        return ShardedKey.encode(shard, "tenant", Bytes.utf8(name));
    }

    static Bytes value(String text) {
        return Bytes.utf8(text);
    }

    static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("stage failed", e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("stage did not complete within " + DEADLINE_SECONDS + " s", e);
        }
    }

    /** What the stage fails with, which must be a {@link StorageException} and not wrapped. */
    static StorageException awaitFailure(CompletionStage<?> stage) {
        Throwable failure = catchThrowable(() -> stage.toCompletableFuture().get(DEADLINE_SECONDS, TimeUnit.SECONDS));
        assertThat(failure).isInstanceOf(ExecutionException.class).cause().isInstanceOf(StorageException.class);
        return (StorageException) failure.getCause();
    }

    /** Commits and gives the version. */
    long commit(Batch.Builder batch) {
        CommitResult result = await(store.commit(batch.build()));
        assertThat(result).isInstanceOf(Committed.class);
        return ((Committed) result).version();
    }

    List<Long> counters(Batch.Builder batch) {
        CommitResult result = await(store.commit(batch.build()));
        assertThat(result).isInstanceOf(Committed.class);
        return ((Committed) result).counters();
    }

    Conflict conflict(Batch.Builder batch) {
        CommitResult result = await(store.commit(batch.build()));
        assertThat(result).isInstanceOf(Conflict.class);
        return (Conflict) result;
    }

    long put(Table table, Bytes key, String value) {
        return commit(Batch.builder(ShardedKey.shardOf(key)).put(table, key, value(value)));
    }

    long delete(Table table, Bytes key) {
        return commit(Batch.builder(ShardedKey.shardOf(key)).delete(table, key));
    }

    Optional<Entry> get(Table table, Bytes key) {
        return await(store.get(table, key, Consistency.LINEARIZABLE));
    }

    /** The value as text, or null when there is no entry. */
    String text(Table table, Bytes key) {
        return get(table, key).map(entry -> entry.value().toUtf8()).orElse(null);
    }

    int partitionOf(int shard) {
        return store.partitions().ofShard(shard);
    }

    /** A scan of the partition that holds this shard. */
    Scan scanOf(Table table, int shard) {
        return Scan.of(table, partitionOf(shard));
    }

    static List<EntryPage> pages(Cursor cursor) {
        List<EntryPage> pages = new ArrayList<>();
        do {
            assertThat(pages).as("pages of a scan that ends").hasSizeLessThan(MAX_PAGES);
            pages.add(await(cursor.next()));
        } while (!pages.get(pages.size() - 1).last());
        cursor.close();
        return pages;
    }

    static List<Entry> entries(Cursor cursor) {
        return pages(cursor).stream().flatMap(page -> page.entries().stream()).toList();
    }

    List<Entry> entries(Scan scan) {
        return entries(store.scan(scan));
    }

    List<Bytes> keys(Scan scan) {
        return entries(scan).stream().map(Entry::key).toList();
    }

    /** All entries of all partitions. */
    List<Entry> everything(Table table) {
        List<Entry> all = new ArrayList<>();
        for (int partition = 0; partition < store.partitions().count(); partition++) {
            all.addAll(entries(Scan.of(table, partition)));
        }
        return all;
    }
}
