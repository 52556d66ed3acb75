package io.maxmq.codec.wire;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.Spec;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Frames that are written without records: acknowledgements, PUBLISH and the number format of lengths. */
class FrameTest {
    private final ByteBuf out = Unpooled.buffer();

    @ParameterizedTest
    @CsvSource({
        "0, 00",
        "127, 7F",
        "128, 80 01",
        "16383, FF 7F",
        "16384, 80 80 01",
        "2097151, FF FF 7F",
        "2097152, 80 80 80 01",
        "268435455, FF FF FF 7F"
    })
    @Spec("MQTT-1.5.5-1")
    void writesVariableByteIntegersAsShortAsTheyGo(int value, String bytes) {
        VariableByteInteger.write(out, value);
        byte[] array = new byte[6];
        int next = VariableByteInteger.write(array, 1, value);

        byte[] expected = Bytes.of(bytes);
        assertThat(written()).isEqualTo(expected);
        assertThat(VariableByteInteger.length(value)).isEqualTo(expected.length);
        assertThat(next).isEqualTo(1 + expected.length);
        assertThat(array).startsWith(0).containsSequence(expected);
    }

    @Test
    void hasNoVariableByteIntegerOutOfRange() {
        assertThatThrownBy(() -> VariableByteInteger.length(-1)).hasMessageContaining("value=-1");
        assertThatThrownBy(() -> VariableByteInteger.length(268_435_456)).hasMessageContaining("value=268435456");
    }

    @Test
    void writesAcknowledgements() {
        AckFrame.write(out, PacketType.PUBACK, 1);
        AckFrame.write(out, PacketType.PUBREC, 0xFFFF);
        AckFrame.write(out, PacketType.PUBREL, 0x8000, ReasonCode.SUCCESS);
        AckFrame.write(out, PacketType.PUBCOMP, 3, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND);

        assertThat(written()).isEqualTo(Bytes.of("40 02 00 01  50 02 FF FF  62 02 80 00  70 03 00 03 92"));
    }

    @Test
    void refusesWhatIsNoAcknowledgement() {
        assertThatThrownBy(() -> AckFrame.write(out, PacketType.SUBACK, 1)).hasMessageContaining("SUBACK");
        assertThatThrownBy(() -> AckFrame.write(out, PacketType.PUBREL, 1, ReasonCode.QUOTA_EXCEEDED))
                .hasMessageContaining("QUOTA_EXCEEDED");
        assertThat(out.isReadable()).isFalse();
    }

    @Test
    void writesPublishPieceByPiece() {
        byte[] topic = "a/b".getBytes(StandardCharsets.UTF_8);
        byte[] rest = PublishProperties.encode(
                Properties.builder().set(PropertyId.CONTENT_TYPE, "t").build());
        int properties = PublishFrame.MESSAGE_EXPIRY_BYTES
                + PublishFrame.TOPIC_ALIAS_BYTES
                + PublishFrame.subscriptionIdBytes(200)
                + rest.length;
        int remaining = PublishFrame.remainingLength(true, 3, true, properties, 1);
        byte[] frame = new byte[PublishFrame.length(true, 3, true, properties, 1)];

        int at = PublishFrame.writeHead(frame, 0, PublishFrame.flags(true, 2, true), remaining, topic, 0xABCD);
        at = PublishFrame.writePropertiesLength(frame, at, properties);
        at = PublishFrame.writeMessageExpiry(frame, at, 0xFEDC_BA98L);
        at = PublishFrame.writeTopicAlias(frame, at, 0xFF01);
        at = PublishFrame.writeSubscriptionId(frame, at, 200);
        System.arraycopy(rest, 0, frame, at, rest.length);
        frame[at + rest.length] = 'p';

        assertThat(frame)
                .isEqualTo(Bytes.of("3D 18 00 03 'a/b' AB CD 0F 02 FE DC BA 98 23 FF 01 0B C8 01 03 00 01 't' 'p'"));
    }

    @Test
    void writesPublishBefore5AtQos0() {
        byte[] topic = {'a'};
        byte[] frame = new byte[PublishFrame.length(false, 1, false, 99, 0)];

        int next = PublishFrame.writeHead(frame, 0, PublishFrame.flags(false, 0, false), frame.length - 2, topic, 77);

        assertThat(next).isEqualTo(frame.length);
        assertThat(frame).isEqualTo(Bytes.of("30 03 00 01 'a'"));
    }

    @Test
    void hasNoPublishBeyondTheLargestPacket() {
        int overhead = 2 + 1;
        assertThat(PublishFrame.length(false, 1, false, 0, VariableByteInteger.MAX - overhead))
                .isEqualTo(5 + VariableByteInteger.MAX);
        assertThatThrownBy(() -> PublishFrame.length(false, 1, false, 0, VariableByteInteger.MAX - overhead + 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void keepsPropertiesOfAMessageAsBytes() {
        Properties properties = Properties.builder()
                .set(PropertyId.PAYLOAD_FORMAT_INDICATOR, 1)
                .set(PropertyId.MESSAGE_EXPIRY_INTERVAL, 0xFFFF_FFFFL)
                .set(PropertyId.RESPONSE_TOPIC, "r")
                .set(PropertyId.CORRELATION_DATA, Bytes.buffer("00 FF"))
                .subscriptionIdentifier(268_435_455)
                .userProperty("k", "v")
                .userProperty("k", "")
                .build();

        assertThat(PublishProperties.decode(PublishProperties.encode(properties)))
                .isEqualTo(properties);
        assertThat(PublishProperties.encode(Properties.NONE)).isEmpty();
        assertThat(PublishProperties.decode(new byte[0])).isEqualTo(Properties.NONE);
    }

    private byte[] written() {
        byte[] bytes = new byte[out.readableBytes()];
        out.getBytes(0, bytes);
        return bytes;
    }
}
