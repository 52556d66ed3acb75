/** MQTT on the wire: packets of 3.1, 3.1.1 and 5.0, topics, reason codes. Start at {@link io.maxmq.codec.wire.PacketDecoder}. */
@SuppressWarnings("module") // the friends below are built after this module
@org.jspecify.annotations.NullMarked
module io.maxmq.codec {
    requires static org.jspecify;
    requires io.netty.buffer;

    exports io.maxmq.codec;
    exports io.maxmq.codec.packet;
    exports io.maxmq.codec.topic;
    exports io.maxmq.codec.wire to
            io.maxmq.core,
            io.maxmq.benchmarks,
            io.maxmq.junit;
}
