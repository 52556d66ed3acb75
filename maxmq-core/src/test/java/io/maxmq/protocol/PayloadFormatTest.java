package io.maxmq.protocol;

import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.ConnectWill;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.PubAck;
import io.maxmq.codec.packet.PubRec;
import io.maxmq.codec.packet.Publish;
import io.maxmq.config.Capabilities;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.event.BrokerEvent.MessageDropped;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The check of payloads that say they are UTF-8 (MQTT 5.0 §3.3.2.3.2, §3.1.3.2.3), which has to be asked for. */
class PayloadFormatTest {
    private static final byte[] NO_UTF8 = {'a', (byte) 0xC0, (byte) 0x80};
    private static final Properties TEXT =
            Properties.builder().set(PropertyId.PAYLOAD_FORMAT_INDICATOR, true).build();

    @AutoClose
    private final TestBroker checking = TestBroker.start(builder -> builder.capabilities(
            Capabilities.builder().payloadFormatChecked(true).build()));

    private static Publish publish(QoS qos, Properties properties, byte[] payload) {
        int packetId = qos == QoS.AT_MOST_ONCE ? 0 : 1;
        return new Publish(false, qos, false, "a", packetId, properties, ByteBuffer.wrap(payload));
    }

    private TestClient subscriber() {
        TestClient subscriber = checking.connected(ProtocolVersion.MQTT_5, "subscriber");
        subscriber.subscribe("a", QoS.AT_MOST_ONCE);
        return subscriber;
    }

    @Test
    void atQosOneAndTwoTheAnswerHasTheReason() {
        TestClient subscriber = subscriber();
        TestClient client = checking.connected(ProtocolVersion.MQTT_5, "client");

        client.send(publish(QoS.AT_LEAST_ONCE, TEXT, NO_UTF8));
        assertThat(client.expect(PubAck.class).reason()).isEqualTo(ReasonCode.PAYLOAD_FORMAT_INVALID);
        client.send(publish(QoS.EXACTLY_ONCE, TEXT, NO_UTF8));
        assertThat(client.expect(PubRec.class).reason()).isEqualTo(ReasonCode.PAYLOAD_FORMAT_INVALID);

        subscriber.expectNothing();
        assertThat(checking.events().await(MessageDropped.class).reason()).isEqualTo(DropReason.PAYLOAD_FORMAT);
        client.ping();
    }

    @Test
    void atQosZeroTheConnectionEndsWithTheReason() {
        TestClient subscriber = subscriber();
        TestClient client = checking.connected(ProtocolVersion.MQTT_5, "client");

        client.send(publish(QoS.AT_MOST_ONCE, TEXT, NO_UTF8));

        client.expectDisconnect(ReasonCode.PAYLOAD_FORMAT_INVALID);
        subscriber.expectNothing();
    }

    @Test
    void textPassesAndSoDoesWhatClaimsNothing() {
        TestClient subscriber = subscriber();
        TestClient client = checking.connected(ProtocolVersion.MQTT_5, "client");

        // U+0000 is no character of a topic, but one of text.
        client.send(publish(QoS.AT_MOST_ONCE, TEXT, new byte[] {'g', 0, (byte) 0xC3, (byte) 0xA9}));
        client.send(publish(QoS.AT_MOST_ONCE, Properties.NONE, NO_UTF8));
        client.send(publish(
                QoS.AT_MOST_ONCE,
                Properties.builder()
                        .set(PropertyId.PAYLOAD_FORMAT_INDICATOR, false)
                        .build(),
                NO_UTF8));

        assertThat(subscriber.expect(Publish.class).properties()).isEqualTo(TEXT);
        assertThat(subscriber.expect(Publish.class).payload()).isEqualTo(ByteBuffer.wrap(NO_UTF8));
        assertThat(subscriber.expect(Publish.class).payload()).isEqualTo(ByteBuffer.wrap(NO_UTF8));
    }

    @Test
    void aWillIsRefusedInConnAck() {
        TestClient client = checking.client(ProtocolVersion.MQTT_5);

        client.send(new Connect(
                ProtocolVersion.MQTT_5,
                false,
                true,
                0,
                Properties.NONE,
                "client",
                new ConnectWill("a", ByteBuffer.wrap(NO_UTF8), QoS.AT_MOST_ONCE, false, TEXT),
                null,
                null));

        assertThat(client.expect(ConnAck.class).reason()).isEqualTo(ReasonCode.PAYLOAD_FORMAT_INVALID);
        client.expectEnd();
    }

    @Test
    void nobodyLooksUnlessTold() {
        try (TestBroker broker = TestBroker.start()) {
            TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");
            client.subscribe("a", QoS.AT_MOST_ONCE);

            client.send(publish(QoS.AT_MOST_ONCE, TEXT, NO_UTF8));

            assertThat(client.expect(Publish.class).payload()).isEqualTo(ByteBuffer.wrap(NO_UTF8));
        }
    }
}
