/** Storage on the heap of the JVM. Start at {@link io.maxmq.memory.MemoryStorage}. */
@org.jspecify.annotations.NullMarked
module io.maxmq.memory {
    requires static org.jspecify;
    requires transitive io.maxmq.core;

    exports io.maxmq.memory;
}
