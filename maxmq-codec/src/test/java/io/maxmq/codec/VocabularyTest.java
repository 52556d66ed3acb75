package io.maxmq.codec;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class VocabularyTest {
    /** The columns of MQTT 5.0 §2.4, turned: the codes of each packet. */
    @ParameterizedTest
    @CsvSource({
        "CONNACK, false, 00 80 81 82 83 84 85 86 87 88 89 8A 8C 90 95 97 99 9A 9B 9C 9D 9F",
        "PUBACK, true, 00 10 80 83 87 90 91 97 99",
        "PUBACK, false, 00 10 80 83 87 90 91 97 99",
        "PUBREC, true, 00 10 80 83 87 90 91 97 99",
        "PUBREL, false, 00 92",
        "PUBCOMP, true, 00 92",
        "SUBACK, false, 00 01 02 80 83 87 8F 91 97 9E A1 A2",
        "UNSUBACK, false, 00 11 80 83 87 8F 91",
        "DISCONNECT, true, 00 04 80 81 82 83 90 93 94 95 96 97 98 99",
        "DISCONNECT, false, 00 80 81 82 83 87 89 8B 8C 8D 8E 8F 90 93 94 95 96 97 98 99 9A 9B 9C 9D 9E 9F A0 A1 A2",
        "AUTH, true, 18 19",
        "AUTH, false, 00 18",
        "PUBLISH, true, ''",
        "CONNECT, true, ''",
        "PINGREQ, true, ''",
    })
    void allowsReasonsWhereTheyBelong(PacketType type, boolean fromClient, String codes) {
        String allowed = Arrays.stream(ReasonCode.values())
                .filter(reason -> reason.allowedIn(type, fromClient))
                .map(reason -> "%02X".formatted(reason.code()))
                .collect(Collectors.joining(" "));

        assertThat(allowed).isEqualTo(codes);
    }

    @Test
    void allowsAReasonInAPacketOfEitherSide() {
        assertThat(ReasonCode.DISCONNECT_WITH_WILL_MESSAGE.allowedIn(PacketType.DISCONNECT))
                .isTrue();
        assertThat(ReasonCode.SERVER_BUSY.allowedIn(PacketType.DISCONNECT)).isTrue();
        assertThat(ReasonCode.SERVER_BUSY.allowedIn(PacketType.PUBACK)).isFalse();
    }

    @ParameterizedTest
    @EnumSource(ReasonCode.class)
    void findsReasonsByCode(ReasonCode reason) {
        assertThat(ReasonCode.of(reason.code())).isSameAs(reason);
        assertThat(reason.isError()).isEqualTo(reason.code() >= 128);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0x03, 0x7F, 0xA3, 0xFF, 256})
    void hasNoOtherReasons(int code) {
        assertThat(ReasonCode.of(code)).isNull();
    }

    @Test
    void findsPacketTypesByCode() {
        for (PacketType type : PacketType.values()) {
            assertThat(PacketType.of(type.code())).isSameAs(type);
        }
        assertThat(PacketType.values()).hasSize(15);
        assertThat(PacketType.of(0)).isNull();
        assertThat(PacketType.of(16)).isNull();
    }

    @Test
    void findsVersionsByLevel() {
        for (ProtocolVersion version : ProtocolVersion.values()) {
            assertThat(ProtocolVersion.of(version.level())).isSameAs(version);
        }
        assertThat(ProtocolVersion.of(2)).isNull();
        assertThat(ProtocolVersion.of(6)).isNull();
        assertThat(ProtocolVersion.MQTT_5.isV5()).isTrue();
        assertThat(ProtocolVersion.MQTT_3_1_1.isV5()).isFalse();
    }

    @Test
    void hasThreeValuesInTwoBits() {
        for (int code = 0; code < 3; code++) {
            assertThat(QoS.of(code).code()).isEqualTo(code);
            assertThat(RetainHandling.of(code).code()).isEqualTo(code);
        }
        assertThatThrownBy(() -> QoS.of(3)).hasMessageContaining("code=3");
        assertThatThrownBy(() -> RetainHandling.of(3)).hasMessageContaining("code=3");
        assertThat(QoS.AT_LEAST_ONCE.min(QoS.AT_MOST_ONCE)).isEqualTo(QoS.AT_MOST_ONCE);
        assertThat(QoS.AT_LEAST_ONCE.min(QoS.EXACTLY_ONCE)).isEqualTo(QoS.AT_LEAST_ONCE);
    }
}
