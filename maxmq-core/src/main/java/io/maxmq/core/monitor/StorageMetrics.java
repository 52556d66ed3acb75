package io.maxmq.core.monitor;

import io.maxmq.core.observe.Metrics;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.StorageFigures;
import java.util.Map;
import java.util.function.ToLongFunction;

/** The figures of the storage as metrics; -1 for unknown ones. */
public final class StorageMetrics {
    private final Metrics metrics;
    private final KeyValueStore store;

    private StorageMetrics(Metrics metrics, KeyValueStore store) {
        this.metrics = metrics;
        this.store = store;
    }

    public static void register(Metrics metrics, KeyValueStore store) {
        StorageMetrics of = new StorageMetrics(metrics, store);
        of.gauge("maxmq.storage.disk.bytes", "All files of the storage", StorageFigures::diskBytes);
        of.gauge("maxmq.storage.memory.bytes", "What the storage keeps in memory", StorageFigures::memoryBytes);
        of.gauge(
                "maxmq.storage.compaction.debt.bytes",
                "What the storage has yet to rewrite",
                StorageFigures::compactionDebtBytes);
        of.gauge(
                "maxmq.storage.pending.bytes",
                "Batches that the storage has taken and not completed",
                StorageFigures::pendingBytes);
        of.counter("maxmq.storage.batches", "Batches that the storage has applied", StorageFigures::batches);
        of.counter("maxmq.storage.mutations", "Changes within those batches", StorageFigures::mutations);
        of.counter("maxmq.storage.groups", "Writes to the log, each of one batch or many", StorageFigures::groups);
        of.counter("maxmq.storage.syncs", "Times that the log was forced to the medium", StorageFigures::syncs);
        of.counter(
                "maxmq.storage.refused",
                "Batches that the storage has refused for lack of space or by its quota",
                StorageFigures::refusedBatches);
        of.gauge(
                "maxmq.storage.short",
                "1 while the storage is short of space and refuses new data, else 0",
                figures -> figures.isShortOfSpace() ? 1 : 0);
    }

    private void gauge(String name, String description, ToLongFunction<StorageFigures> figure) {
        metrics.gauge(name, description, Map.of(), () -> figure.applyAsLong(store.figures()));
    }

    private void counter(String name, String description, ToLongFunction<StorageFigures> figure) {
        metrics.counter(name, description, Map.of(), () -> figure.applyAsLong(store.figures()));
    }
}
