package io.maxmq.spi.storage;

import io.maxmq.spi.Stable;
import java.util.Set;

/**
 * The features and limits of a store. Fixed while it is open. Immutable.
 *
 * @param durability the level at which batches complete
 * @param features the optional features that it has
 * @param maxBatchBytes the largest {@link Batch#sizeBytes()} that it takes, at least 1 MiB
 * @since 0.1.0
 */
@Stable
public record StoreCapabilities(Durability durability, Set<Feature> features, long maxBatchBytes) {

    /** The least that a store may say for {@code maxBatchBytes}. */
    public static final long MIN_BATCH_BYTES = 1024 * 1024;

    /**
     * @throws IllegalArgumentException when {@code maxBatchBytes} is below 1 MiB
     */
    public StoreCapabilities {
        features = Set.copyOf(features);
        if (maxBatchBytes < MIN_BATCH_BYTES) {
            throw new IllegalArgumentException("maxBatchBytes must be at least 1 MiB: maxBatchBytes=" + maxBatchBytes);
        }
    }

    public boolean has(Feature feature) {
        return features.contains(feature);
    }

    /** A call that needs one which the store does not have fails with {@link StorageException.Kind#UNSUPPORTED}. */
    @Stable
    public enum Feature {
        /** Durable data is available again after {@code close()} and {@code open()}, in another process too. */
        PERSISTENT,
        /** Survives the loss of a machine. */
        REPLICATED,
        /** {@link Scan#backwards()}. */
        REVERSE_SCAN,
        /** {@link KeyValueStore#watch}. */
        WATCH,
        /** {@link KeyValueStore#snapshot()}. */
        SNAPSHOT,
        /** {@link KeyValueStore#restore}. */
        RESTORE
    }
}
