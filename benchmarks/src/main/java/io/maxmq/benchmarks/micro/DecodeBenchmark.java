package io.maxmq.benchmarks.micro;

import io.maxmq.codec.MalformedPacketException;
import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Packet;
import io.maxmq.codec.wire.AckFrame;
import io.maxmq.codec.wire.DecodeLimits;
import io.maxmq.codec.wire.PacketDecoder;
import io.maxmq.codec.wire.PacketHandler;
import io.maxmq.codec.wire.PublishFrame;
import io.maxmq.codec.wire.PublishView;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import static java.nio.charset.StandardCharsets.US_ASCII;

/** One read full of packets, from a direct buffer into a handler; the time is per packet. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class DecodeBenchmark {
    private static final int PACKETS = 500;
    private static final byte[] TOPIC = "bench/t/0".getBytes(US_ASCII);
    private static final int PAYLOAD_BYTES = 64;

    /** The level that CONNECT announces: 4 for MQTT 3.1.1, 5 for 5.0. */
    @Param({"4", "5"})
    int version;

    private final Sum sum = new Sum();
    private PacketDecoder decoder = PacketDecoder.forServer(DecodeLimits.DEFAULT);
    private ByteBuf publishQos0 = Unpooled.EMPTY_BUFFER;
    private ByteBuf publishQos1 = Unpooled.EMPTY_BUFFER;
    private ByteBuf acks = Unpooled.EMPTY_BUFFER;

    @Setup
    public void connect() throws MalformedPacketException {
        publishQos0 = publishes(0);
        publishQos1 = publishes(1);
        acks = Unpooled.directBuffer(4 * PACKETS);
        for (int i = 0; i < PACKETS; i++) {
            AckFrame.write(acks, PacketType.PUBACK, i + 1);
        }
        decoder = PacketDecoder.forServer(DecodeLimits.DEFAULT);
        decoder.decode(connectPacket(), sum);
    }

    @TearDown
    public void release() {
        decoder.release();
        publishQos0.release();
        publishQos1.release();
        acks.release();
    }

    @Benchmark
    @OperationsPerInvocation(PACKETS)
    public long publishQos0() throws MalformedPacketException {
        return decode(publishQos0);
    }

    @Benchmark
    @OperationsPerInvocation(PACKETS)
    public long publishQos1() throws MalformedPacketException {
        return decode(publishQos1);
    }

    @Benchmark
    @OperationsPerInvocation(PACKETS)
    public long acks() throws MalformedPacketException {
        return decode(acks);
    }

    private long decode(ByteBuf read) throws MalformedPacketException {
        read.readerIndex(0);
        if (!decoder.decode(read, sum)) {
            throw new IllegalStateException("decoder stopped");
        }
        return sum.value;
    }

    private ByteBuf connectPacket() {
        boolean v5 = version == 5;
        ByteBuf packet = Unpooled.buffer();
        packet.writeByte(0x10).writeByte(v5 ? 14 : 13);
        packet.writeShort(4).writeCharSequence("MQTT", US_ASCII);
        packet.writeByte(version).writeByte(2).writeShort(60);
        if (v5) {
            packet.writeByte(0);
        }
        packet.writeShort(1).writeByte('a');
        return packet;
    }

    private ByteBuf publishes(int qos) {
        boolean v5 = version == 5;
        int remaining = PublishFrame.remainingLength(v5, TOPIC.length, qos > 0, 0, PAYLOAD_BYTES);
        byte[] packet = new byte[2 + remaining];
        ByteBuf batch = Unpooled.directBuffer(packet.length * PACKETS);
        for (int i = 0; i < PACKETS; i++) {
            int next =
                    PublishFrame.writeHead(packet, 0, PublishFrame.flags(false, qos, false), remaining, TOPIC, i + 1);
            if (v5) {
                PublishFrame.writePropertiesLength(packet, next, 0);
            }
            batch.writeBytes(packet);
        }
        return batch;
    }

    /** Looks at what a broker would look at. */
    private static final class Sum implements PacketHandler {
        long value;

        @Override
        public boolean onPublish(PublishView publish) {
            value += publish.topicHash() + publish.payloadLength() + publish.packetId();
            return true;
        }

        @Override
        public boolean onAck(PacketType type, int packetId, ReasonCode reason) {
            value += packetId;
            return true;
        }

        @Override
        public boolean onPacket(Packet packet) {
            return true;
        }
    }
}
