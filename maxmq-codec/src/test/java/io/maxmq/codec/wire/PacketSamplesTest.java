package io.maxmq.codec.wire;

import io.maxmq.codec.MalformedPacketException;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.wire.PacketSamples.From;
import io.maxmq.codec.wire.PacketSamples.Sample;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class PacketSamplesTest {
    static List<Sample> valid() {
        return PacketSamples.valid();
    }

    static List<Sample> refused() {
        return PacketSamples.refused();
    }

    static List<Sample> all() {
        return PacketSamples.all();
    }

    @ParameterizedTest
    @MethodSource("valid")
    void reads(Sample sample) throws MalformedPacketException {
        RecordingHandler handler = new RecordingHandler();
        ByteBuf in = Unpooled.wrappedBuffer(sample.bytes());

        boolean all = decoder(sample).decode(in, handler);

        assertThat(handler.packets).containsExactly(sample.packet());
        assertThat(all).isTrue();
        assertThat(in.isReadable()).isFalse();
    }

    @ParameterizedTest
    @MethodSource("valid")
    void writesWhatItReads(Sample sample) {
        ByteBuf out = Unpooled.buffer();

        PacketEncoder.encode(sample.packet(), sample.version(), out);

        byte[] written = new byte[out.readableBytes()];
        out.getBytes(0, written);
        if (sample.canonical()) {
            assertThat(written).isEqualTo(sample.bytes());
        }
        assertThat(PacketEncoder.encodedLength(sample.packet(), sample.version()))
                .isEqualTo(written.length);
    }

    @ParameterizedTest
    @MethodSource("refused")
    void refuses(Sample sample) {
        RecordingHandler handler = new RecordingHandler();

        MalformedPacketException refusal = catchThrowableOfType(
                MalformedPacketException.class,
                () -> decoder(sample).decode(Unpooled.wrappedBuffer(sample.bytes()), handler));

        assertThat(handler.packets).isEmpty();
        assertThat(refusal).isNotNull();
        assertThat(refusal.reason()).as(refusal.getMessage()).isEqualTo(sample.reason());
        assertThat(refusal.getMessage()).isNotBlank();
        assertThat(refusal.getStackTrace()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("all")
    void waitsForTheRestWhereverTheBytesAreCut(Sample sample) {
        for (int cut = 1; cut < sample.bytes().length; cut++) {
            PacketDecoder decoder = decoder(sample);
            RecordingHandler handler = new RecordingHandler();
            ByteBuf first = Unpooled.copiedBuffer(sample.bytes(), 0, cut);
            ByteBuf second = Unpooled.copiedBuffer(sample.bytes(), cut, sample.bytes().length - cut);

            if (sample.packet() != null) {
                assertThatCode(() -> decoder.decode(first, handler)).doesNotThrowAnyException();
                assertThat(handler.packets).isEmpty();
                assertThatCode(() -> decoder.decode(second, handler)).doesNotThrowAnyException();
                assertThat(handler.packets).containsExactly(sample.packet());
            } else {
                MalformedPacketException refusal = catchThrowableOfType(MalformedPacketException.class, () -> {
                    decoder.decode(first, handler);
                    decoder.decode(second, handler);
                });
                assertThat(refusal).isNotNull();
                assertThat(refusal.reason()).isEqualTo(sample.reason());
            }
        }
    }

    /** Keeps the table honest: a wrong length would make any sample malformed. */
    @ParameterizedTest
    @MethodSource("all")
    void announcesItsLength(Sample sample) {
        int first = sample.bytes()[1];
        if (first >= 0) {
            assertThat(sample.bytes()).hasSize(2 + first);
        } else {
            assertThat(sample.name()).containsAnyOf("remaining length", "513 bytes", "256 MiB");
        }
    }

    /** A decoder in the state where the sample may come. */
    static PacketDecoder decoder(Sample sample) {
        if (sample.from() == From.SERVER) {
            return PacketDecoder.forClient(sample.version(), PacketSamples.LIMITS);
        }
        PacketDecoder decoder = PacketDecoder.forServer(PacketSamples.LIMITS);
        if (!sample.isConnect()) {
            ByteBuf connect = Unpooled.buffer();
            PacketEncoder.encode(Connect.of(sample.version(), "c", true, 60), sample.version(), connect);
            assertThatCode(() -> decoder.decode(connect, new RecordingHandler()))
                    .doesNotThrowAnyException();
        }
        return decoder;
    }
}
