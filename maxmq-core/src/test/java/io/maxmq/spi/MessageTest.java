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
    void takesTheQosBesideTopicAndPayload() {
        Message text = Message.of("a", "hello", QoS.EXACTLY_ONCE);
        Message bytes = Message.of("a", new byte[] {1}, QoS.AT_LEAST_ONCE);

        assertThat(text.qos()).isEqualTo(QoS.EXACTLY_ONCE);
        assertThat(text.payloadText()).isEqualTo("hello");
        assertThat(bytes.qos()).isEqualTo(QoS.AT_LEAST_ONCE);
        assertThat(bytes.payloadBytes()).containsExactly(1);
    }

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
    void aPayloadOutsideTheHeapIsNotCopied() {
        ByteBuffer direct = ByteBuffer.allocateDirect(4);
        direct.put(new byte[] {0, 'a', 'b', 'c'}).flip().position(1);
        Message message = Message.builder("t").wrapPayload(direct).build();

        assertThat(message.payload().isDirect()).isTrue();
        assertThat(message.payloadLength()).isEqualTo(3);
        assertThat(message.payloadText()).isEqualTo("abc");
        assertThat(message.payloadBytes()).containsExactly('a', 'b', 'c');
        assertThat(message).isEqualTo(Message.of("t", "abc")).hasSameHashCodeAs(Message.of("t", "abc"));
        assertThat(message.toBuilder().topic("u").build().payloadText()).isEqualTo("abc");
        assertThat(message).isNotEqualTo(message.toBuilder().payload("abd").build());
    }

    @Test
    void aPartOfAnArrayIsWrappedAsIs() {
        ByteBuffer part = ByteBuffer.wrap(new byte[] {0, 'a', 'b', 0}, 1, 2);
        Message message = Message.builder("t").wrapPayload(part).build();

        assertThat(message.payloadText()).isEqualTo("ab");
        assertThat(message.payload()).isEqualTo(ByteBuffer.wrap(new byte[] {'a', 'b'}));
        assertThat(message.payload().position()).isZero();
    }

    @Test
    void copyOfAViewOutlivesTheBuffer() {
        byte[] buffer = {0, 1, 2, 3};
        Message view = Message.builder("t")
                .view(buffer, 1, 3, ByteBuffer.wrap(buffer, 3, 1))
                .build();
        Message copy = view.copy();

        buffer[1] = 9;
        buffer[3] = 9;

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
