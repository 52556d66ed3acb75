package io.maxmq.codec.packet;

import io.maxmq.codec.PacketType;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.Arrays;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PropertiesTest {
    private static final Properties PROPERTIES = Properties.builder()
            .set(PropertyId.RECEIVE_MAXIMUM, 65_535)
            .set(PropertyId.SESSION_EXPIRY_INTERVAL, 0xFFFF_FFFFL)
            .set(PropertyId.RETAIN_AVAILABLE, true)
            .set(PropertyId.REASON_STRING, "r")
            .set(PropertyId.CORRELATION_DATA, ByteBuffer.wrap(new byte[] {1, 2}))
            .userProperty("k", "1")
            .userProperty("k", "2")
            .subscriptionIdentifier(7)
            .subscriptionIdentifier(7)
            .build();

    /** MQTT 5.0 §2.2.2.2, turned: the properties of each packet. */
    @ParameterizedTest
    @CsvSource({
        "CONNECT, 11 15 16 17 19 21 22 26 27",
        "CONNACK, 11 12 13 15 16 1A 1C 1F 21 22 24 25 26 27 28 29 2A",
        "PUBLISH, 01 02 03 08 09 0B 23 26",
        "PUBACK, 1F 26",
        "PUBREC, 1F 26",
        "PUBREL, 1F 26",
        "PUBCOMP, 1F 26",
        "SUBSCRIBE, 0B 26",
        "SUBACK, 1F 26",
        "UNSUBSCRIBE, 26",
        "UNSUBACK, 1F 26",
        "PINGREQ, ''",
        "PINGRESP, ''",
        "DISCONNECT, 11 1C 1F 26",
        "AUTH, 15 16 1F 26",
    })
    void allowsPropertiesWhereTheyBelong(PacketType type, String ids) {
        assertThat(idsWhere(property -> property.allowedIn(type))).isEqualTo(ids);
    }

    @Test
    void allowsPropertiesOfAWill() {
        assertThat(idsWhere(PropertyId::allowedInWill)).isEqualTo("01 02 03 08 09 18 26");
    }

    @Test
    void findsPropertiesById() {
        for (PropertyId property : PropertyId.values()) {
            assertThat(PropertyId.of(property.id())).isSameAs(property);
        }
        assertThat(PropertyId.values()).hasSize(27);
        assertThat(PropertyId.of(0)).isNull();
        assertThat(PropertyId.of(0x2B)).isNull();
        assertThat(PropertyId.of(-1)).isNull();
    }

    @Test
    void givesValuesByType() {
        assertThat(PROPERTIES.intOr(PropertyId.RECEIVE_MAXIMUM, 1)).isEqualTo(65_535);
        assertThat(PROPERTIES.intOr(PropertyId.TOPIC_ALIAS, -1)).isEqualTo(-1);
        assertThat(PROPERTIES.longOr(PropertyId.SESSION_EXPIRY_INTERVAL, 0)).isEqualTo(0xFFFF_FFFFL);
        assertThat(PROPERTIES.longOr(PropertyId.MESSAGE_EXPIRY_INTERVAL, -1)).isEqualTo(-1);
        assertThat(PROPERTIES.booleanOr(PropertyId.RETAIN_AVAILABLE, false)).isTrue();
        assertThat(PROPERTIES.booleanOr(PropertyId.WILDCARD_SUBSCRIPTION_AVAILABLE, true))
                .isTrue();
        assertThat(PROPERTIES.string(PropertyId.REASON_STRING)).isEqualTo("r");
        assertThat(PROPERTIES.string(PropertyId.CONTENT_TYPE)).isNull();
        assertThat(PROPERTIES.binary(PropertyId.CORRELATION_DATA)).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2}));
        assertThat(PROPERTIES.binary(PropertyId.AUTHENTICATION_DATA)).isNull();
        assertThat(PROPERTIES.userProperties()).containsExactly(new UserProperty("k", "1"), new UserProperty("k", "2"));
        assertThat(PROPERTIES.subscriptionIdentifiers()).containsExactly(7, 7);
        assertThat(PROPERTIES.has(PropertyId.USER_PROPERTY)).isTrue();
        assertThat(PROPERTIES.has(PropertyId.TOPIC_ALIAS)).isFalse();
        assertThat(PROPERTIES.ids())
                .containsExactly(
                        PropertyId.CORRELATION_DATA,
                        PropertyId.SUBSCRIPTION_IDENTIFIER,
                        PropertyId.SESSION_EXPIRY_INTERVAL,
                        PropertyId.REASON_STRING,
                        PropertyId.RECEIVE_MAXIMUM,
                        PropertyId.RETAIN_AVAILABLE,
                        PropertyId.USER_PROPERTY);
    }

    @Test
    void refusesAccessorsOfOtherTypes() {
        assertThatThrownBy(() -> PROPERTIES.intOr(PropertyId.SESSION_EXPIRY_INTERVAL, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> PROPERTIES.longOr(PropertyId.REASON_STRING, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> PROPERTIES.string(PropertyId.RECEIVE_MAXIMUM))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> PROPERTIES.binary(PropertyId.REASON_STRING))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesValuesOutOfRange() {
        Properties.Builder builder = Properties.builder();

        assertThatThrownBy(() -> builder.set(PropertyId.RECEIVE_MAXIMUM, 0))
                .hasMessage("must be 1..65535: property=RECEIVE_MAXIMUM, value=0");
        assertThatThrownBy(() -> builder.set(PropertyId.MAXIMUM_QOS, 2)).hasMessageContaining("value=2");
        assertThatThrownBy(() -> builder.set(PropertyId.MAXIMUM_PACKET_SIZE, 1L << 32))
                .hasMessageContaining("value=4294967296");
        assertThatThrownBy(() -> builder.subscriptionIdentifier(0)).hasMessageContaining("value=0");
        assertThatThrownBy(() -> builder.set(PropertyId.REASON_STRING, 1)).hasMessageContaining("not a number");
        assertThatThrownBy(() -> builder.set(PropertyId.MAXIMUM_QOS, "1")).hasMessageContaining("not a string");
        assertThatThrownBy(() -> builder.set(PropertyId.REASON_STRING, ByteBuffer.allocate(0)))
                .hasMessageContaining("not binary");
        assertThat(builder.build()).isSameAs(Properties.NONE);
    }

    @Test
    void replacesAndRemoves() {
        assertThat(PROPERTIES.toBuilder()
                        .set(PropertyId.SUBSCRIPTION_IDENTIFIER, 3)
                        .build()
                        .subscriptionIdentifiers())
                .containsExactly(3);
        assertThat(PROPERTIES.without(PropertyId.TOPIC_ALIAS)).isSameAs(PROPERTIES);
        Properties less = PROPERTIES
                .without(PropertyId.USER_PROPERTY)
                .without(PropertyId.SUBSCRIPTION_IDENTIFIER)
                .without(PropertyId.REASON_STRING);
        assertThat(less.ids())
                .containsExactly(
                        PropertyId.CORRELATION_DATA,
                        PropertyId.SESSION_EXPIRY_INTERVAL,
                        PropertyId.RECEIVE_MAXIMUM,
                        PropertyId.RETAIN_AVAILABLE);
        assertThat(PROPERTIES.toBuilder().build()).isEqualTo(PROPERTIES).hasSameHashCodeAs(PROPERTIES);
        assertThat(less).isNotEqualTo(PROPERTIES);
        assertThat(Properties.NONE.isEmpty()).isTrue();
        assertThat(PROPERTIES.isEmpty()).isFalse();
    }

    @Test
    void staysAsItWasBuilt() {
        Properties.Builder builder = Properties.builder().set(PropertyId.CONTENT_TYPE, "a");
        Properties built = builder.build();
        builder.set(PropertyId.CONTENT_TYPE, "b").userProperty("k", "v");
        ByteBuffer view = PROPERTIES.binary(PropertyId.CORRELATION_DATA);
        view.get();

        assertThat(built.string(PropertyId.CONTENT_TYPE)).isEqualTo("a");
        assertThat(built.userProperties()).isEmpty();
        assertThat(PROPERTIES.binary(PropertyId.CORRELATION_DATA).remaining()).isEqualTo(2);
        assertThatThrownBy(() -> view.put(0, (byte) 9)).isInstanceOf(ReadOnlyBufferException.class);
        assertThatThrownBy(() -> built.userProperties().add(new UserProperty("k", "v")))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> PROPERTIES.ids().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    private static String idsWhere(Predicate<PropertyId> condition) {
        return Arrays.stream(PropertyId.values())
                .filter(condition)
                .map(property -> "%02X".formatted(property.id()))
                .collect(Collectors.joining(" "));
    }
}
