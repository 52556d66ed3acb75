package io.maxmq.codec.wire;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.Spec;
import io.maxmq.codec.packet.Auth;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Disconnect;
import io.maxmq.codec.packet.Packet;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.PubAck;
import io.maxmq.codec.packet.PubComp;
import io.maxmq.codec.packet.PubRec;
import io.maxmq.codec.packet.PubRel;
import io.maxmq.codec.packet.Publish;
import io.maxmq.codec.packet.RequestedSubscription;
import io.maxmq.codec.packet.SubAck;
import io.maxmq.codec.packet.Subscribe;
import io.maxmq.codec.packet.UnsubAck;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PacketEncoderTest {
    private static final Properties TRIMMABLE = Properties.builder()
            .set(PropertyId.REASON_STRING, "because")
            .userProperty("k", "v")
            .build();

    private final ByteBuf out = Unpooled.buffer();

    static List<Packet> answers() {
        return List.of(
                new ConnAck(false, ReasonCode.NOT_AUTHORIZED, TRIMMABLE),
                new PubAck(1, ReasonCode.NOT_AUTHORIZED, TRIMMABLE),
                new PubRec(1, ReasonCode.SUCCESS, TRIMMABLE),
                new PubRel(1, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND, TRIMMABLE),
                new PubComp(1, ReasonCode.SUCCESS, TRIMMABLE),
                new SubAck(1, TRIMMABLE, List.of(ReasonCode.GRANTED_QOS_1)),
                new UnsubAck(1, TRIMMABLE, List.of(ReasonCode.SUCCESS)),
                new Disconnect(ReasonCode.SERVER_BUSY, TRIMMABLE),
                new Auth(
                        ReasonCode.CONTINUE_AUTHENTICATION,
                        TRIMMABLE.toBuilder()
                                .set(PropertyId.AUTHENTICATION_METHOD, "m")
                                .build()));
    }

    @ParameterizedTest
    @MethodSource("answers")
    @Spec({
        "MQTT-3.2.2-19",
        "MQTT-3.2.2-20",
        "MQTT-3.4.2-2",
        "MQTT-3.4.2-3",
        "MQTT-3.5.2-2",
        "MQTT-3.5.2-3",
        "MQTT-3.6.2-2",
        "MQTT-3.6.2-3",
        "MQTT-3.7.2-2",
        "MQTT-3.7.2-3",
        "MQTT-3.9.2-1",
        "MQTT-3.9.2-2",
        "MQTT-3.11.2-1",
        "MQTT-3.11.2-2",
        "MQTT-3.14.2-3",
        "MQTT-3.14.2-4",
        "MQTT-3.15.2-2",
        "MQTT-3.15.2-3"
    })
    void trimsAnAnswerToTheReceiversMaximum(Packet answer) {
        int full = length(answer);
        int withoutReason = length(AnswerTrimmer.without(answer, PropertyId.REASON_STRING));
        int bare = length(AnswerTrimmer.without(
                AnswerTrimmer.without(answer, PropertyId.REASON_STRING), PropertyId.USER_PROPERTY));

        assertThat(full).isGreaterThan(withoutReason);
        assertThat(withoutReason).isGreaterThan(bare);
        assertThat(encode(answer, full)).isEqualTo(full);
        assertThat(encode(answer, full - 1)).isEqualTo(withoutReason);
        assertThat(encode(answer, withoutReason)).isEqualTo(withoutReason);
        assertThat(encode(answer, withoutReason - 1)).isEqualTo(bare);
        assertThat(encode(answer, bare)).isEqualTo(bare);
        assertThat(encode(answer, bare - 1)).isEqualTo(-1);
    }

    @Test
    void neverTrimsAMessage() {
        Publish publish = new Publish(
                false,
                QoS.AT_MOST_ONCE,
                false,
                "a",
                0,
                Properties.builder().userProperty("k", "v").build(),
                ByteBuffer.allocate(3));

        assertThat(encode(publish, length(publish))).isEqualTo(length(publish));
        assertThat(encode(publish, length(publish) - 1)).isEqualTo(-1);
    }

    @ParameterizedTest
    @EnumSource(ReasonCode.class)
    void hasAReturnCodeBefore5ForEachReasonOfConnAck(ReasonCode reason) {
        if (!reason.allowedIn(PacketType.CONNACK)) {
            return;
        }

        PacketEncoder.encode(new ConnAck(false, reason, TRIMMABLE), ProtocolVersion.MQTT_3_1_1, out);

        int code = switch (reason) {
            case SUCCESS -> 0;
            case UNSUPPORTED_PROTOCOL_VERSION -> 1;
            case CLIENT_IDENTIFIER_NOT_VALID -> 2;
            case BAD_USER_NAME_OR_PASSWORD -> 4;
            case NOT_AUTHORIZED, BANNED, BAD_AUTHENTICATION_METHOD -> 5;
            default -> 3;
        };
        assertThat(bytes()).containsExactly(0x20, 2, 0, code);
    }

    @Test
    void leavesOutBefore5WhatHasNoPlaceThere() {
        PacketEncoder.encode(new ConnAck(true, ReasonCode.SUCCESS, TRIMMABLE), ProtocolVersion.MQTT_3_1, out);
        PacketEncoder.encode(
                new SubAck(1, TRIMMABLE, List.of(ReasonCode.NOT_AUTHORIZED)), ProtocolVersion.MQTT_3_1_1, out);
        PacketEncoder.encode(new UnsubAck(1, TRIMMABLE, List.of(ReasonCode.SUCCESS)), ProtocolVersion.MQTT_3_1_1, out);
        PacketEncoder.encode(new Disconnect(ReasonCode.SERVER_BUSY, TRIMMABLE), ProtocolVersion.MQTT_3_1_1, out);
        PacketEncoder.encode(new PubAck(1, ReasonCode.NOT_AUTHORIZED, TRIMMABLE), ProtocolVersion.MQTT_3_1_1, out);

        assertThat(bytes()).containsExactly(Bytes.of("20 02 00 00  90 03 00 01 80  B0 02 00 01  E0 00  40 02 00 01"));
    }

    @Test
    void writesNothingWhenARecordCannotBeWritten() {
        refuses(
                new Auth(ReasonCode.SUCCESS, Properties.NONE),
                ProtocolVersion.MQTT_3_1_1,
                "AUTH needs MQTT 5.0: version=MQTT_3_1_1");
        refuses(
                Connect.of(ProtocolVersion.MQTT_5, "\0", true, 0),
                ProtocolVersion.MQTT_5,
                "client identifier must not hold U+0000 or half of a surrogate pair: characters=1");
        refuses(
                Connect.of(ProtocolVersion.MQTT_5, "ä".repeat(32_768), true, 0),
                ProtocolVersion.MQTT_5,
                "client identifier must not exceed 65535 bytes: bytes=65536");
        refuses(
                new PubAck(1, ReasonCode.SERVER_BUSY, Properties.NONE),
                ProtocolVersion.MQTT_5,
                "invalid reason code for PUBACK: reason=SERVER_BUSY");
        refuses(
                new Disconnect(
                        ReasonCode.SUCCESS,
                        Properties.builder().set(PropertyId.TOPIC_ALIAS, 1).build()),
                ProtocolVersion.MQTT_5,
                "property has no place here: DISCONNECT property=TOPIC_ALIAS");
        refuses(
                new UnsubAck(1, Properties.NONE, List.of()),
                ProtocolVersion.MQTT_5,
                "MQTT 5.0 needs a reason for each filter: reasons=[]");
        refuses(
                new Subscribe(
                        1,
                        Properties.builder()
                                .subscriptionIdentifier(1)
                                .subscriptionIdentifier(2)
                                .build(),
                        List.of(RequestedSubscription.of("a", QoS.AT_MOST_ONCE))),
                ProtocolVersion.MQTT_5,
                "SUBSCRIBE takes one subscription identifier: subscriptionIdentifiers=[1, 2]");
    }

    @Test
    void refusesAResponseTopicThatIsNone() {
        for (String each : List.of("", "a/#", "+/a")) {
            Properties properties =
                    Properties.builder().set(PropertyId.RESPONSE_TOPIC, each).build();

            assertThatThrownBy(() -> PublishProperties.encode(properties))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("RESPONSE_TOPIC is empty or holds a wildcard: value=" + each);
        }
    }

    @Test
    void writesNoPasswordIntoText() {
        Connect connect = new Connect(
                ProtocolVersion.MQTT_5,
                false,
                true,
                0,
                Properties.builder()
                        .set(PropertyId.AUTHENTICATION_METHOD, "m")
                        .set(PropertyId.AUTHENTICATION_DATA, Bytes.buffer("'secret'"))
                        .build(),
                "c",
                null,
                "user",
                Bytes.buffer("'secret'"));

        assertThat(connect.toString()).contains("user", "password=***", "AUTHENTICATION_DATA=***");
    }

    private void refuses(Packet packet, ProtocolVersion version, String message) {
        assertThatThrownBy(() -> PacketEncoder.encode(packet, version, out))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
        assertThat(out.isReadable()).isFalse();
    }

    private static int length(Packet packet) {
        return PacketEncoder.encodedLength(packet, ProtocolVersion.MQTT_5);
    }

    /** The bytes written within a maximum, or -1 for none. */
    private int encode(Packet packet, int maxPacketBytes) {
        out.clear();
        boolean written = PacketEncoder.encode(packet, ProtocolVersion.MQTT_5, out, maxPacketBytes);
        assertThat(out.isReadable()).isEqualTo(written);
        return written ? out.readableBytes() : -1;
    }

    private byte[] bytes() {
        byte[] bytes = new byte[out.readableBytes()];
        out.getBytes(out.readerIndex(), bytes);
        return bytes;
    }
}
