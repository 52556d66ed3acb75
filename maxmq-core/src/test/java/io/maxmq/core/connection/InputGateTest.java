package io.maxmq.core.connection;

import io.maxmq.codec.MalformedPacketException;
import io.maxmq.codec.PacketType;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Packet;
import io.maxmq.codec.packet.PingReq;
import io.maxmq.codec.wire.DecodeLimits;
import io.maxmq.codec.wire.PacketDecoder;
import io.maxmq.codec.wire.PacketEncoder;
import io.maxmq.codec.wire.PublishView;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class InputGateTest {
    private static final ProtocolVersion V = ProtocolVersion.MQTT_3_1_1;

    private final List<Packet> packets = new ArrayList<>();
    private final List<Long> kept = new ArrayList<>();
    private final RecordedSink transport = new RecordedSink(V);
    private final PacketDecoder decoder =
            PacketDecoder.forServer(new DecodeLimits(1 << 20, 1 << 20, 100, 1 << 16, 1000, 23));
    private final InputGate gate = new InputGate(new Owner(), transport, decoder);

    /** What the owner does with a packet. */
    private Runnable onPacket = () -> {};

    private boolean closed;
    private int malformed;
    private int failures;

    private final class Owner implements InputGate.Owner {
        @Override
        public boolean onPublish(PublishView publish) {
            throw new AssertionError();
        }

        @Override
        public boolean onAck(PacketType type, int packetId, ReasonCode reason) {
            throw new AssertionError();
        }

        @Override
        public boolean onPacket(Packet packet) {
            packets.add(packet);
            onPacket.run();
            return !gate.isHeld() && !closed;
        }

        @Override
        public boolean isClosed() {
            return closed;
        }

        @Override
        public void onMalformed(MalformedPacketException e) {
            malformed++;
            closed = true;
        }

        @Override
        public void onFailure(Throwable t) {
            failures++;
            closed = true;
        }

        @Override
        public void onBatchEnd() {}

        @Override
        public void onKept(long bytes) {
            kept.add(bytes);
        }

        @Override
        public void onPaused() {}

        @Override
        public void onResumed() {}
    }

    @BeforeEach
    void connect() {
        gate.onBytes(encoded(OneLoop.connect(V, "client")));
        packets.clear();
    }

    private static ByteBuf encoded(Packet... packets) {
        ByteBuf bytes = Unpooled.buffer();
        for (Packet each : packets) {
            PacketEncoder.encode(each, V, bytes);
        }
        return bytes;
    }

    private static ByteBuf pings(int count) {
        ByteBuf bytes = Unpooled.buffer();
        for (int i = 0; i < count; i++) {
            PacketEncoder.encode(PingReq.INSTANCE, V, bytes);
        }
        return bytes;
    }

    @Test
    void handlesPacketsAtOnceWithoutAHold() {
        ByteBuf bytes = pings(3);
        gate.onBytes(bytes);

        assertThat(packets).hasSize(3);
        assertThat(transport.paused).isFalse();
        assertThat(bytes.refCnt()).isZero();
    }

    @Test
    void keepsThePacketsBehindAHoldUntilItsRelease() {
        onPacket = () -> gate.hold(InputGate.PLUGIN);
        gate.onBytes(pings(2));
        gate.onBytes(pings(1));

        assertThat(packets).hasSize(1);
        assertThat(transport.paused).isTrue();
        assertThat(kept.get(kept.size() - 1)).isPositive();

        onPacket = () -> {};
        gate.release(InputGate.PLUGIN);

        assertThat(packets).hasSize(3);
        assertThat(transport.paused).isFalse();
        assertThat(kept.get(kept.size() - 1)).isZero();
    }

    @Test
    void goesOnAfterTheLastOfTwoHolds() {
        gate.hold(InputGate.PLUGIN);
        gate.hold(InputGate.RATE);
        gate.onBytes(pings(1));

        gate.release(InputGate.PLUGIN);
        assertThat(packets).isEmpty();

        gate.release(InputGate.RATE);
        assertThat(packets).hasSize(1);
    }

    @Test
    void holdsAgainInTheMiddleOfTheKeptPackets() {
        gate.hold(InputGate.PLUGIN);
        gate.onBytes(pings(2));
        gate.onBytes(pings(2));
        onPacket = () -> gate.hold(InputGate.PLUGIN);

        for (int handled = 1; handled <= 4; handled++) {
            gate.release(InputGate.PLUGIN);
            assertThat(packets).hasSize(handled);
        }
    }

    @Test
    void pausesReadingOnlyAfterAMove() {
        onPacket = () -> gate.hold(InputGate.CONNECT | InputGate.MOVE);
        gate.onBytes(pings(1));
        assertThat(transport.paused).isFalse();

        gate.release(InputGate.MOVE);
        assertThat(transport.paused).isTrue();
    }

    @Test
    void ignoresBytesAfterTheEnd() {
        closed = true;
        ByteBuf bytes = pings(1);
        gate.onBytes(bytes);

        assertThat(packets).isEmpty();
        assertThat(bytes.refCnt()).isZero();
    }

    @Test
    void releasesKeptBytesWhenItCloses() {
        gate.hold(InputGate.PLUGIN);
        ByteBuf bytes = pings(200);
        gate.onBytes(bytes);
        assertThat(bytes.refCnt()).isOne();

        gate.close();
        assertThat(bytes.refCnt()).isZero();
    }

    @Test
    void reportsTheFailureOfAPacket() {
        onPacket = () -> {
            throw new IllegalStateException("planted");
        };
        gate.onBytes(pings(1));

        assertThat(failures).isOne();
        assertThat(malformed).isZero();
    }

    @Test
    void reportsMalformedBytes() {
        gate.onBytes(Unpooled.wrappedBuffer(new byte[] {0, 0}));

        assertThat(malformed).isOne();
        assertThat(failures).isZero();
    }

    @Test
    void isInsideAPacketUntilItsLastByteHasCome() {
        ByteBuf bytes = encoded(PingReq.INSTANCE);
        gate.onBytes(bytes.readRetainedSlice(1));
        assertThat(gate.isInsidePacket()).isTrue();

        gate.onBytes(bytes);
        assertThat(gate.isInsidePacket()).isFalse();
        assertThat(packets).hasSize(1);
    }
}
