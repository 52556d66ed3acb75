package io.maxmq.memory;

import io.maxmq.spi.storage.Cursor;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.EntryPage;
import io.maxmq.spi.storage.Partitions;
import io.maxmq.spi.storage.Scan;
import io.maxmq.spi.storage.Snapshot;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import io.maxmq.spi.storage.Table;
import io.maxmq.spi.storage.support.SerialLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Reads a snapshot of any store, page by page, into the trees of a store with these partitions. Used once; runs on the
 * executor.
 */
final class MemoryRestore {

    private final Partitions partitions;
    private final Snapshot snapshot;
    private final List<Map<Table, EntryTree>> trees = new ArrayList<>();
    private final Queue<Scan> scans = new ArrayDeque<>();
    private final CompletableFuture<Content> result = new CompletableFuture<>();
    private final SerialLoop loop;

    private long highestVersion;
    private @Nullable Reading reading; // null between two scans
    private @Nullable CompletableFuture<EntryPage> page; // null without a request

    private record Reading(Table table, Cursor cursor) {}

    /**
     * The content of the snapshot.
     *
     * @param trees by partition, then by table
     * @param highestVersion of any entry or partition
     */
    record Content(List<Map<Table, EntryTree>> trees, long highestVersion) {
        long bytes() {
            return trees.stream()
                    .flatMap(tables -> tables.values().stream())
                    .mapToLong(EntryTree::bytes)
                    .sum();
        }
    }

    MemoryRestore(Partitions partitions, Snapshot snapshot, Executor executor) {
        this.partitions = partitions;
        this.snapshot = snapshot;
        for (int i = 0; i < partitions.count(); i++) {
            trees.add(new HashMap<>());
        }
        for (int partition = 0; partition < snapshot.partitions().count(); partition++) {
            highestVersion = Math.max(highestVersion, snapshot.version(partition));
            for (Table table : snapshot.tables()) {
                scans.add(Scan.of(table, partition));
            }
        }
        loop = new SerialLoop(
                executor,
                this::step,
                e -> fail(new StorageException(Kind.CLOSED, "the store's executor takes no more", e)));
    }

    CompletionStage<Content> start() {
        loop.wake();
        return result;
    }

    /** Takes the page that has come, or asks for the next one, which wakes the loop again when it comes. */
    private boolean step() {
        CompletableFuture<EntryPage> asked = page;
        if (result.isDone() || (asked != null && !asked.isDone())) {
            return false;
        }
        try {
            if (asked != null) {
                page = null;
                take(asked.join());
            } else if (reading != null) {
                CompletionStage<EntryPage> next = reading.cursor().next();
                page = next.toCompletableFuture();
                next.whenComplete((p, failure) -> loop.wake());
            } else {
                beginNextScan();
            }
            return true;
        } catch (CompletionException e) {
            fail(e.getCause() == null ? e : e.getCause());
        } catch (RuntimeException e) { // the snapshot may be anybody's
            fail(e);
        }
        return false;
    }

    private void beginNextScan() {
        Scan scan = scans.poll();
        if (scan == null) {
            result.complete(new Content(trees, highestVersion));
        } else {
            reading = new Reading(scan.table(), snapshot.scan(scan));
        }
    }

    private void take(EntryPage taken) {
        Table table = Objects.requireNonNull(reading, "a page without its scan").table();
        for (Entry entry : taken.entries()) {
            highestVersion = Math.max(highestVersion, entry.version());
            Entry kept = new Entry(entry.key().compact(), entry.value().compact(), entry.version());
            Map<Table, EntryTree> tables = trees.get(partitions.ofKey(kept.key()));
            tables.put(table, tables.getOrDefault(table, EntryTree.EMPTY).put(kept));
        }
        if (taken.last()) {
            closeCursor();
        }
    }

    private void fail(Throwable cause) {
        closeCursor();
        result.completeExceptionally(cause);
    }

    private void closeCursor() {
        if (reading != null) {
            reading.cursor().close();
            reading = null;
        }
    }
}
