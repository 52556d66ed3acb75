package io.maxmq.memory;

import io.maxmq.memory.MemoryKeyValueStore.Settings;
import io.maxmq.spi.Preview;
import io.maxmq.spi.storage.KeyValueStore;

/**
 * Memory of this JVM that brokers, one after another, have for their storage: a restart within the JVM loses nothing, the JVM's
 * end loses everything. For tests of what a program does when its broker restarts, and for extensions that want a storage.
 *
 * <pre>{@code
 * MemoryStorage memory = MemoryStorage.create();
 * MaxMQ.builder().storage(memory.store()).allowAnonymous().start().close();
 * MaxMQ.builder().storage(memory.store()).allowAnonymous().start(); // sessions and retained messages are there
 * }</pre>
 *
 * <p>It is outside of the broker's memory budget: what queues and retained messages take here, their own limits bound. It has a
 * thread while a broker uses it, and is freed as any object is. Thread-safe.
 *
 * @since 0.1.0
 */
@Preview
public final class MemoryStorage {
    private final KeptMemory memory;

    private MemoryStorage(KeptMemory memory) {
        this.memory = memory;
    }

    /** Empty, without a bound but the heap. */
    public static MemoryStorage create() {
        return new MemoryStorage(new KeptMemory(Settings.DEFAULTS));
    }

    /**
     * Empty, with a bound: what does not fit is refused as on a full disk.
     *
     * @param maxBytes the most bytes of keys and values, 0 or more; each entry takes some 150 bytes of heap beyond them
     * @throws IllegalArgumentException when it is negative
     */
    public static MemoryStorage create(long maxBytes) {
        return new MemoryStorage(new KeptMemory(Settings.DEFAULTS.withMaxBytes(maxBytes)));
    }

    /**
     * A store with what the last one had when it was closed: for one broker. Of any number one can be open at a time; another
     * fails to open as long.
     */
    public KeyValueStore store() {
        return memory.newStore();
    }
}
