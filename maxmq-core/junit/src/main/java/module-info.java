/** A broker for tests. Start at {@link io.maxmq.junit.MaxMQTest}. */
@org.jspecify.annotations.NullMarked
module io.maxmq.junit {
    requires static org.jspecify;
    requires transitive io.maxmq.core;
    requires transitive org.junit.jupiter.api;
    requires io.maxmq.memory;
    requires io.netty.buffer;

    exports io.maxmq.junit;
}
