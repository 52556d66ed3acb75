package io.maxmq.rules.state;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.function.KeyValues;
import io.maxmq.rules.json.JsonWriter;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.storage.Cursor;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.EntryPage;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.Scan;
import io.maxmq.spi.storage.ShardedKey;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * The state of the rules of all tenants. Evaluation works in memory and never waits; with storage, the start reads the
 * state, and changes are written in the background. Thread-safe.
 */
public final class RuleState {
    private static final long PAGE_SECONDS = 60;
    private static final int MAX_JSON_BYTES = 1024 * 1024;

    private final Map<Tenant, MemoryKeyValues> tenants = new ConcurrentHashMap<>();

    /** Null without a storage. Volatile: set at the start, read by every change. */
    private volatile @Nullable StateWriter writer;

    /** Returns the state of a tenant's rules. */
    public KeyValues of(Tenant tenant) {
        return values(tenant);
    }

    private MemoryKeyValues values(Tenant tenant) {
        return tenants.computeIfAbsent(tenant, each -> new MemoryKeyValues(key -> changed(each, key)));
    }

    private void changed(Tenant tenant, String key) {
        StateWriter present = writer;
        if (present != null) {
            present.changed(new StateKey(tenant, key));
        }
    }

    /**
     * Reads what the storage has, and writes there from now on. Once, before rules run; blocks meanwhile.
     *
     * @throws io.maxmq.spi.storage.StorageException when it can't be read
     * @throws IllegalStateException when a record is damaged, or of a later version
     */
    public void open(KeyValueStore store, String threadPrefix, Logger log) {
        long without = 0;
        for (int partition = 0; partition < store.partitions().count(); partition++) {
            without += load(store, partition);
        }
        if (without > 0) {
            log.warn("more keys are stored than rules may have, and some are left out: keys={}", without);
        }
        StateWriter fresh = new StateWriter(store, this::value, threadPrefix + "-rules-state", log);
        writer = fresh;
        fresh.start();
    }

    /** Returns the number of keys that had no room. */
    private long load(KeyValueStore store, int partition) {
        long without = 0;
        try (Cursor cursor = store.scan(Scan.of(StateRecords.TABLE, partition))) {
            boolean isLast = false;
            while (!isLast) {
                EntryPage page = await(cursor.next());
                for (Entry each : page.entries()) {
                    without += load(each) ? 0 : 1;
                }
                isLast = page.last();
            }
        }
        return without;
    }

    private boolean load(Entry entry) {
        try {
            ShardedKey key = ShardedKey.parse(entry.key());
            Object value = StateRecords.decode(entry.value());
            int bytes = JsonWriter.text(value, MAX_JSON_BYTES).bytes().length; // as at the put
            return values(new Tenant(key.tenant())).load(key.suffix().toUtf8(), value, bytes);
        } catch (IllegalArgumentException | EvaluationException e) {
            throw new IllegalStateException(
                    "what rules remember can't be read: table=" + StateRecords.TABLE + ", key=" + entry.key(), e);
        }
    }

    private static EntryPage await(CompletionStage<EntryPage> stage) {
        try {
            return stage.toCompletableFuture().get(PAGE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException("what rules remember can't be read", e);
        } catch (TimeoutException e) {
            throw new IllegalStateException("the storage gave no page within " + PAGE_SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while reading what rules remember", e);
        }
    }

    private @Nullable Object value(StateKey key) {
        return values(key.tenant()).get(key.key());
    }

    /** Keys that wait to be written. */
    public int waiting() {
        StateWriter present = writer;
        return present == null ? 0 : present.waiting();
    }

    /** Writes that the storage has refused, each attempt. */
    public long failed() {
        StateWriter present = writer;
        return present == null ? 0 : present.failed();
    }

    /** Changes that the storage will not get. */
    public long lost() {
        StateWriter present = writer;
        return present == null ? 0 : present.lost();
    }

    /** Writes what waits, or gives up at this time. Blocks meanwhile. */
    public void close(long untilNanos) {
        StateWriter present = writer;
        if (present != null) {
            present.close(untilNanos);
        }
    }
}
