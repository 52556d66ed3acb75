package io.maxmq.codec.wire;

import io.maxmq.codec.MalformedPacketException;
import io.maxmq.codec.PacketType;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Packet;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What the hot paths promise: garbage per read, none per packet. */
class AllocationTest {
    private static final int PACKETS = 10_000;

    /** Reads everything that it may without a copy. */
    private static final class CountingHandler implements PacketHandler {
        int packets;
        long sum;

        @Override
        public boolean onPublish(PublishView publish) throws MalformedPacketException {
            publish.checkTopic();
            sum += publish.topicHash() + publish.forwardPropertiesLength() + publish.payloadLength();
            packets++;
            return true;
        }

        @Override
        public boolean onAck(PacketType type, int packetId, ReasonCode reason) {
            sum += packetId;
            packets++;
            return true;
        }

        @Override
        public boolean onPacket(Packet packet) {
            throw new AssertionError(packet);
        }
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void allocatesNothingPerPublishOrAcknowledgement(ProtocolVersion version) throws Exception {
        byte[] publish = version.isV5()
                ? Bytes.of(
                        "32 25 00 03 'a/b' 00 07 1C 02 00 00 00 01 03 00 04 'text' 23 00 01 26 00 03 'key' 00 05 'value' 'p'")
                : Bytes.of("32 08 00 03 'a/b' 00 07 'p'");
        byte[] ack = version.isV5() ? Bytes.of("50 07 00 07 00 03 1F 00 00") : Bytes.of("50 02 00 07");
        ByteBuf in = Unpooled.directBuffer();
        for (int i = 0; i < PACKETS / 2; i++) {
            in.writeBytes(publish).writeBytes(ack);
        }
        PacketDecoder decoder = new Packets(new Random(0), version, true).decoder();
        CountingHandler handler = new CountingHandler();

        long least = Long.MAX_VALUE; // the first reads load classes
        for (int i = 0; i < 10; i++) {
            in.readerIndex(0);
            handler.packets = 0;
            long before = allocatedBytes();
            decoder.decode(in, handler);
            least = Math.min(least, allocatedBytes() - before);
            assertThat(handler.packets).isEqualTo(PACKETS);
        }

        assertThat(least).isLessThan(PACKETS); // far less than an object per packet: the view, and what measuring takes
        in.release();
    }

    /** By reflection, since this module reads neither java.management nor jdk.management. */
    private static long allocatedBytes() throws ReflectiveOperationException {
        Object threads = Class.forName("java.lang.management.ManagementFactory")
                .getMethod("getThreadMXBean")
                .invoke(null);
        return (long) Class.forName("com.sun.management.ThreadMXBean")
                .getMethod("getCurrentThreadAllocatedBytes")
                .invoke(threads);
    }
}
