package io.maxmq.codec.wire;

import io.maxmq.codec.MalformedPacketException;
import io.maxmq.codec.PacketType;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Packet;
import io.maxmq.codec.packet.PingReq;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PubAck;
import io.maxmq.codec.packet.Publish;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class PacketDecoderTest {
    private static final Connect CONNECT = Connect.of(ProtocolVersion.MQTT_3_1_1, "c", true, 60);
    private static final String CONNECT_BYTES = "10 0D 00 04 'MQTT' 04 02 00 3C 00 01 'c' ";

    private final PacketDecoder decoder = PacketDecoder.forServer(DecodeLimits.DEFAULT);
    private final RecordingHandler handler = new RecordingHandler();

    @Test
    void readsAllPacketsOfABufferInOrder() throws MalformedPacketException {
        ByteBuf in = bytes(CONNECT_BYTES + "30 04 00 01 'a' 'p' 40 02 00 07 C0 00");

        boolean all = decoder.decode(in, handler);

        assertThat(all).isTrue();
        assertThat(handler.packets)
                .containsExactly(
                        CONNECT,
                        new Publish(false, QoS.AT_MOST_ONCE, false, "a", 0, Properties.NONE, Bytes.buffer("'p'")),
                        PubAck.of(7),
                        new PingReq());
        assertThat(in.isReadable()).isFalse();
        assertThat(in.refCnt()).isEqualTo(1);
    }

    @Test
    void startsAtTheReaderIndex() throws MalformedPacketException {
        ByteBuf in = bytes("FF FF FF " + CONNECT_BYTES + "C0 00 00 00");
        in.readerIndex(3).writerIndex(in.writerIndex() - 2);

        decoder.decode(in, handler);

        assertThat(handler.packets).containsExactly(CONNECT, new PingReq());
    }

    @Test
    void tellsWhetherItIsStillTheSamePacketThatIsNotComplete() throws MalformedPacketException {
        decoder.decode(bytes(CONNECT_BYTES), handler);
        assertThat(decoder.heldBytes()).isZero();
        int before = decoder.cutOffPackets();

        decoder.decode(bytes("30 04 00"), handler);
        int first = decoder.cutOffPackets();
        decoder.decode(bytes("01"), handler);
        int stillTheFirst = decoder.cutOffPackets();
        decoder.decode(bytes("'a' 'p' 30"), handler);
        int second = decoder.cutOffPackets();

        assertThat(first).isNotEqualTo(before);
        assertThat(stillTheFirst).isEqualTo(first);
        assertThat(second).isNotEqualTo(first);
        assertThat(decoder.heldBytes()).isPositive();
        assertThat(handler.packets).hasSize(2);
        decoder.release();
    }

    @ParameterizedTest
    @EnumSource(names = "CONNECT", mode = EnumSource.Mode.EXCLUDE)
    void wantsConnectFirst(PacketType type) {
        ByteBuf in = Unpooled.wrappedBuffer(new byte[] {(byte) (type.code() << 4 | type.reservedFlags())});

        assertThat(refusal(in).reason()).isEqualTo(ReasonCode.PROTOCOL_ERROR);
        assertThat(decoder.version()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"'GET / HTTP/1.1'", "16 03 01", "00"})
    void refusesOtherProtocolsAtTheirFirstByte(String bytes) {
        assertThat(refusal(bytes(bytes))).isNotNull();
    }

    @Test
    void refusesASecondConnect() throws MalformedPacketException {
        decoder.decode(bytes(CONNECT_BYTES), handler);

        assertThat(refusal(bytes(CONNECT_BYTES)).reason()).isEqualTo(ReasonCode.PROTOCOL_ERROR);
    }

    @Test
    void knowsTheVersionOfAConnectThatIsMalformedBehindIt() {
        refusal(bytes("10 0D 00 04 'MQTT' 05 03 00 3C 00 01 'c'"));

        assertThat(decoder.version()).isEqualTo(ProtocolVersion.MQTT_5);
    }

    @Test
    void quotesOnlySoMuchOfWhatThePeerSent() throws MalformedPacketException {
        decoder.decode(bytes(CONNECT_BYTES), handler);

        MalformedPacketException refusal = refusal(bytes("30 92 4E 27 10" + " 0A".repeat(9_999) + " 23"));

        assertThat(refusal.reason()).isEqualTo(ReasonCode.TOPIC_NAME_INVALID);
        assertThat(refusal.getMessage()).hasSizeLessThan(300).doesNotContain("\n");
    }

    @Test
    void stopsBehindThePacketWhoseHandlerSaysSoAndResumes() throws MalformedPacketException {
        ByteBuf in = bytes(CONNECT_BYTES + "C0 00 C0 00 C0");
        RecordingHandler stopping = new RecordingHandler() {
            @Override
            boolean goOn() {
                return false;
            }
        };

        assertThat(decoder.decode(in, stopping)).isFalse();
        assertThat(stopping.packets).containsExactly(CONNECT);
        assertThat(in.readableBytes()).isEqualTo(5);
        assertThat(decoder.decode(in, stopping)).isFalse();
        assertThat(in.readableBytes()).isEqualTo(3);
        assertThat(decoder.decode(in, handler)).isTrue();
        assertThat(in.isReadable()).isFalse();
        assertThat(decoder.decode(bytes("00"), handler)).isTrue();

        assertThat(handler.packets).containsExactly(new PingReq(), new PingReq());
    }

    @Test
    void stopsBehindAPacketThatWasCutOff() throws MalformedPacketException {
        decoder.decode(bytes(CONNECT_BYTES + "C0"), handler);
        ByteBuf in = bytes("00 C0 00");

        boolean all = decoder.decode(in, new RecordingHandler() {
            @Override
            boolean goOn() {
                return false;
            }
        });

        assertThat(all).isFalse();
        assertThat(in.readableBytes()).isEqualTo(2);
        assertThat(decoder.decode(in, handler)).isTrue();
    }

    @Test
    void discardsAllInputAfterAFailure() throws MalformedPacketException {
        ByteBuf in = bytes(CONNECT_BYTES + "C0 00 C1 00 C0 00");

        assertThat(refusal(in)).isNotNull();
        assertThat(in.readableBytes()).isEqualTo(4);
        assertThat(decoder.decode(in, handler)).isFalse();

        assertThat(in.isReadable()).isFalse();
        assertThat(handler.packets).containsExactly(CONNECT, new PingReq());
    }

    @Test
    void endsWhenTheHandlerThrows() throws MalformedPacketException {
        PacketHandler throwing = new RecordingHandler() {
            @Override
            boolean goOn() {
                throw new IllegalStateException("handler");
            }
        };

        assertThatThrownBy(() -> decoder.decode(bytes(CONNECT_BYTES), throwing)).hasMessage("handler");
        assertThat(decoder.decode(bytes("C0 00"), handler)).isFalse();
        assertThat(handler.packets).isEmpty();
    }

    @Test
    void endsWhenTheHandlerReleasesIt() throws MalformedPacketException {
        ByteBuf in = bytes(CONNECT_BYTES + "C0 00 C0 00");
        RecordingHandler releasing = new RecordingHandler() {
            @Override
            boolean goOn() {
                decoder.release();
                return true;
            }
        };

        assertThat(decoder.decode(in, releasing)).isFalse();
        assertThat(decoder.decode(in, releasing)).isFalse();

        assertThat(releasing.packets).containsExactly(CONNECT);
    }

    @Test
    void refusesToBeCalledByItsHandler() {
        PacketHandler nested = new RecordingHandler() {
            @Override
            public boolean onPacket(Packet packet) {
                assertThatThrownBy(() -> decoder.decode(bytes("C0 00"), this))
                        .isInstanceOf(IllegalStateException.class);
                return true;
            }
        };

        assertThatCodeDecodes(bytes(CONNECT_BYTES), nested);
    }

    @Test
    void limitsPacketsBeforeAndAfterTheClientIsAccepted() throws MalformedPacketException {
        PacketDecoder small = PacketDecoder.forServer(DecodeLimits.DEFAULT.withPacketBytes(15, 100));

        small.decode(bytes(CONNECT_BYTES + "30 0D 00 01 'a' '0123456789'"), handler);
        small.maxPacketBytes(16);
        small.decode(bytes("30 0E 00 01 'a' '01234567890'"), handler);

        assertThat(handler.packets).hasSize(3);
        MalformedPacketException refusal =
                catchThrowableOfType(MalformedPacketException.class, () -> small.decode(bytes("30 0F"), handler));
        assertThat(refusal.reason()).isEqualTo(ReasonCode.PACKET_TOO_LARGE);
        assertThat(refusal).hasMessageContaining("17").hasMessageContaining("16");
    }

    @Test
    void holdsMemoryByWhatArrivesAndNotByWhatIsAnnounced() throws MalformedPacketException {
        UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
        PacketDecoder large = PacketDecoder.forServer(DecodeLimits.DEFAULT.withPacketBytes(100, 300_000_000));
        large.decode(bytes(CONNECT_BYTES), handler);
        large.maxPacketBytes(300_000_000);

        int sent = 0;
        for (String next : List.of("30 FF FF", "FF 7F 00 01", "'a'")) {
            feed(large, allocator, Bytes.of(next));
            sent += Bytes.of(next).length;
            assertThat(held(allocator)).isLessThanOrEqualTo(256);
        }
        for (int i = 0; i < 100; i++) {
            feed(large, allocator, new byte[1000]);
            sent += 1000;
            assertThat(held(allocator)).isLessThanOrEqualTo(2L * sent);
        }

        large.release();
        assertThat(held(allocator)).isZero();
        large.release();
    }

    @Test
    void holdsNothingBetweenPackets() throws MalformedPacketException {
        UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
        byte[] bytes = Bytes.of(CONNECT_BYTES + "30 84 07 00 01 'a'" + " 00".repeat(897) + " C0 00");

        for (int from = 0; from < bytes.length; from += 7) {
            feed(decoder, allocator, java.util.Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + 7)));
        }

        assertThat(handler.packets).hasSize(3);
        assertThat(held(allocator)).isZero();
    }

    @Test
    void givesTheRemainderBackWhenItsPacketIsRefused() throws MalformedPacketException {
        UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
        feed(decoder, allocator, Bytes.of(CONNECT_BYTES + "40 02"));

        assertThat(held(allocator)).isPositive();
        assertThatThrownBy(() -> feed(decoder, allocator, Bytes.of("00 00")))
                .isInstanceOf(MalformedPacketException.class);
        assertThat(held(allocator)).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void readsHeapAndDirectBuffersAlike(boolean direct) throws MalformedPacketException {
        ByteBuf in =
                direct ? PooledByteBufAllocator.DEFAULT.directBuffer() : PooledByteBufAllocator.DEFAULT.heapBuffer();
        in.writeBytes(Bytes.of(CONNECT_BYTES + "32 07 00 01 'a' 00 01 'p' C0"));
        List<ByteBuffer> views = new ArrayList<>();

        decoder.decode(in, new RecordingHandler() {
            @Override
            public boolean onPublish(PublishView publish) throws MalformedPacketException {
                views.add(publish.bytes());
                return super.onPublish(publish);
            }
        });

        assertThat(views)
                .singleElement()
                .satisfies(view -> assertThat(view.isDirect()).isEqualTo(direct));
        in.release();
        decoder.release();
    }

    @Test
    void letsTheFlyweightGoOfTheBufferAfterTheCall() throws MalformedPacketException {
        List<PublishView> views = new ArrayList<>();
        decoder.decode(bytes(CONNECT_BYTES + "30 04 00 01 'a' 'p'"), new RecordingHandler() {
            @Override
            public boolean onPublish(PublishView publish) {
                views.add(publish);
                return true;
            }
        });

        assertThat(views.get(0).bytes().capacity()).isZero();
        assertThat(views.get(0).payloadLength()).isZero();
    }

    private MalformedPacketException refusal(ByteBuf in) {
        return catchThrowableOfType(MalformedPacketException.class, () -> decoder.decode(in, handler));
    }

    private void assertThatCodeDecodes(ByteBuf in, PacketHandler with) {
        try {
            assertThat(decoder.decode(in, with)).isTrue();
        } catch (MalformedPacketException e) {
            throw new AssertionError(e);
        }
    }

    private void feed(PacketDecoder to, UnpooledByteBufAllocator allocator, byte[] bytes)
            throws MalformedPacketException {
        ByteBuf in = allocator.heapBuffer(bytes.length).writeBytes(bytes);
        try {
            to.decode(in, handler);
        } finally {
            in.release();
        }
    }

    private static long held(UnpooledByteBufAllocator allocator) {
        return allocator.metric().usedHeapMemory() + allocator.metric().usedDirectMemory();
    }

    private static ByteBuf bytes(String annotated) {
        return Unpooled.wrappedBuffer(Bytes.of(annotated));
    }
}
