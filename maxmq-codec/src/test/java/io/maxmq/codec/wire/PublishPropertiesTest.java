package io.maxmq.codec.wire;

import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PublishPropertiesTest {

    @Test
    void findsAUserPropertyBehindAllOtherProperties() {
        byte[] encoded = PublishProperties.encode(Properties.builder()
                .set(PropertyId.PAYLOAD_FORMAT_INDICATOR, 1)
                .set(PropertyId.MESSAGE_EXPIRY_INTERVAL, 7)
                .set(PropertyId.CONTENT_TYPE, "traceparent")
                .set(PropertyId.RESPONSE_TOPIC, "traceparent")
                .set(PropertyId.CORRELATION_DATA, ByteBuffer.wrap("&traceparent".getBytes(StandardCharsets.UTF_8)))
                .set(PropertyId.TOPIC_ALIAS, 300)
                .userProperty("other", "traceparent")
                .userProperty("traceparent", "value")
                .build());

        assertThat(has(encoded, "traceparent")).isTrue();
        assertThat(has(encoded, "other")).isTrue();
        assertThat(has(encoded, "traceparen")).isFalse();
        assertThat(has(encoded, "value")).isFalse();
        assertThat(has(new byte[0], "traceparent")).isFalse();
    }

    @Test
    void looksOnlyAtItsPartOfTheArray() {
        byte[] one = PublishProperties.encode(
                Properties.builder().userProperty("a", "1").build());
        byte[] two = new byte[2 * one.length];
        System.arraycopy(one, 0, two, one.length, one.length);

        assertThat(PublishProperties.hasUserProperty(two, one.length, one.length, new byte[] {'a'}))
                .isTrue();
        assertThat(PublishProperties.hasUserProperty(two, one.length, 0, new byte[] {'a'}))
                .isFalse();
    }

    private static boolean has(byte[] encoded, String name) {
        return PublishProperties.hasUserProperty(encoded, 0, encoded.length, name.getBytes(StandardCharsets.UTF_8));
    }
}
