package io.maxmq.spring;

import io.maxmq.MaxMQBuilder;
import io.maxmq.spi.storage.Durability;
import org.jspecify.annotations.Nullable;

/**
 * The properties {@code maxmq.storage.*}.
 *
 * @param directory Directory of the durable storage; needs maxmq-storage. Without it everything is in memory, unless the application has a
 *     bean of type KeyValueStore.
 * @param durability Failure that acknowledged state survives: power loss (fsync), the end of the process (os) or neither (none). The
 *     default is fsync.
 */
record StorageProperties(
        @Nullable String directory, @Nullable Durability durability) {

    void addTo(MaxMQBuilder builder) {
        if (directory != null) {
            OptionalModule.STORAGE.requireFor("maxmq.storage.directory");
            StorageDirectory.addTo(builder, directory, durability == null ? Durability.FSYNC : durability);
        } else if (durability != null) {
            throw new IllegalArgumentException(
                    "maxmq.storage.durability has no effect without maxmq.storage.directory: durability=" + durability);
        }
    }
}
