package io.maxmq.spi;

import io.maxmq.codec.QoS;
import io.maxmq.codec.packet.UserProperty;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class MessageTest {

    @Test
    void keepsWhatTheBuilderWasGiven() {
        Message message = Message.builder("a/b")
                .payload("hello")
                .qos(QoS.AT_LEAST_ONCE)
                .retain(true)
                .payloadFormatIndicator(PayloadFormat.UTF_8)
                .contentType("text/plain")
                .responseTopic("r")
                .correlationData(new byte[] {1, 2})
                .messageExpiry(Duration.ofSeconds(5))
                .userProperty("k", "1")
                .userProperty("k", "2")
                .build();

        assertThat(message.payloadText()).isEqualTo("hello");
        assertThat(message.payloadLength()).isEqualTo(5);
        assertThat(message.qos()).isEqualTo(QoS.AT_LEAST_ONCE);
        assertThat(message.retain()).isTrue();
        assertThat(message.payloadFormatIndicator()).contains(PayloadFormat.UTF_8);
        assertThat(message.contentType()).contains("text/plain");
        assertThat(message.responseTopic()).contains("r");
        assertThat(message.correlationData()).contains(ByteBuffer.wrap(new byte[] {1, 2}));
        assertThat(message.messageExpiry()).contains(Duration.ofSeconds(5));
        assertThat(message.userProperties()).containsExactly(new UserProperty("k", "1"), new UserProperty("k", "2"));
        assertThat(message.id()).isEmpty();
        assertThat(message.toBuilder().build()).isEqualTo(message).hasSameHashCodeAs(message);
    }

    @Test
    void isNotChangedByWhoMadeItOrReadsIt() {
        byte[] bytes = {1, 2, 3};
        Message message = Message.of("t", bytes);

        bytes[0] = 9;
        message.payloadBytes()[1] = 9;
        message.payload().get();

        assertThat(message.payloadBytes()).containsExactly(1, 2, 3);
        assertThatExceptionOfType(ReadOnlyBufferException.class)
                .isThrownBy(() -> message.payload().put((byte) 9));
    }

    @Test
    void copyOfAViewOutlivesTheBuffer() {
        ByteBuffer buffer = ByteBuffer.wrap(new byte[] {0, 1, 2, 3});
        buffer.position(1);
        Message view = Message.builder("t")
                .view(buffer, ByteBuffer.wrap(buffer.array(), 3, 1))
                .build();
        Message copy = view.copy();

        buffer.array()[1] = 9;
        buffer.array()[3] = 9;

        assertThat(view.isView()).isTrue();
        assertThat(view.payloadBytes()).containsExactly(9, 2, 9);
        assertThat(copy.isView()).isFalse();
        assertThat(copy.payloadBytes()).containsExactly(1, 2, 3);
        assertThat(copy.correlationData()).contains(ByteBuffer.wrap(new byte[] {3}));
        assertThat(copy.copy()).isSameAs(copy);
    }

    @Test
    void refusesAnEmptyTopicAndAnExpiryOutOfRange() {
        assertThatIllegalArgumentException().isThrownBy(() -> Message.builder(""));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Message.builder("t").messageExpiry(Duration.ZERO))
                .withMessageContaining("messageExpiry=PT0S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Message.builder("t").messageExpiry(Duration.ofSeconds(0x1_0000_0000L)));
    }
}
