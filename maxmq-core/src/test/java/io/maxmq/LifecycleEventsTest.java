package io.maxmq;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.config.Listener;
import io.maxmq.spi.Message;
import io.maxmq.spi.event.BrokerEvent.BrokerStopped;
import io.maxmq.spi.event.BrokerEvent.BrokerStopping;
import io.maxmq.spi.event.BrokerEvent.ConnectRefused;
import io.maxmq.spi.event.BrokerEvent.ConnectionOpened;
import io.maxmq.spi.event.BrokerEvent.ListenerFailed;
import io.maxmq.spi.event.BrokerEvent.MessageUnmatched;
import io.maxmq.spi.event.BrokerEvent.ProtocolError;
import io.maxmq.spi.event.BrokerEvent.SessionExpired;
import io.maxmq.spi.event.BrokerEvent.SessionResumed;
import io.maxmq.spi.event.BrokerEvent.SessionSuspended;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What listeners are told of the life of a broker, its connections and its sessions. */
class LifecycleEventsTest {
    @AutoClose
    private final TestBroker broker = TestBroker.start(builder -> builder.listener(Listener.tcp(0)));

    private final RecordedEvents events = broker.events();

    private static Connect withExpiry(String clientId, boolean cleanStart, long seconds) {
        return new Connect(
                ProtocolVersion.MQTT_5,
                false,
                cleanStart,
                0,
                Properties.builder()
                        .set(PropertyId.SESSION_EXPIRY_INTERVAL, seconds)
                        .build(),
                clientId,
                null,
                null,
                null);
    }

    @Test
    void theLastEventSaysThatTheBrokerHasStopped() {
        broker.broker().close();

        assertThat(events.of(BrokerStopped.class)).hasSize(1);
        assertThat(events.of(BrokerStopped.class).get(0).broker())
                .isEqualTo(events.of(BrokerStopping.class).get(0).broker());
    }

    @Test
    void aListenerThatCannotBeBoundIsNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(broker.broker()
                            .listeners()
                            .add(Listener.tcp(taken.getLocalPort()).withName("second")))
                    .failsWithin(Duration.ofSeconds(30));
        }

        ListenerFailed event = events.await(ListenerFailed.class);
        assertThat(event.listener()).isEqualTo("second");
        assertThat(event.why()).contains("127.0.0.1");
    }

    @Test
    void aConnectionIsToldBeforeItSendsAnything() {
        broker.tcpClient(ProtocolVersion.MQTT_5);

        ConnectionOpened event = events.await(ConnectionOpened.class);
        assertThat(event.listener()).isEqualTo(broker.broker().listeners().tcp().name());
        assertThat(event.remoteAddress().toString()).contains("127.0.0.1");
    }

    @Test
    void aClientThatSendsNoConnectInTimeIsRefused() {
        TestClient client = broker.tcpClient(ProtocolVersion.MQTT_5);
        events.await(ConnectionOpened.class);

        broker.clock().advance(Duration.ofSeconds(11));

        client.expectEnd();
        assertThat(events.await(ConnectRefused.class).reasonCode()).isEqualTo(ReasonCode.MAXIMUM_CONNECT_TIME);
    }

    @Test
    void aClientThatGivesUpBeforeConnectIsToldOnce() {
        broker.tcpClient(ProtocolVersion.MQTT_5).close();

        assertThat(events.await(ConnectRefused.class).clientId()).isEmpty();
        broker.broker().close();
        assertThat(events.of(ConnectRefused.class)).hasSize(1);
    }

    @Test
    void aProtocolErrorShowsThePacketThatItIsAbout() {
        TestClient client = broker.tcpClient(ProtocolVersion.MQTT_5);
        client.connect("c", true);

        client.sendInts(0xC0, 0x00, 0x36, 0x03, 0x00, 0x01, 0x61, 0x00, 0x01); // PINGREQ, then PUBLISH of QoS 3

        ProtocolError event = events.await(ProtocolError.class);
        assertThat(event.reasonCode()).isEqualTo(ReasonCode.MALFORMED_PACKET);
        assertThat(event.client().orElseThrow().clientId()).isEqualTo("c");
        assertThat(event.packet()).isEqualTo(ByteBuffer.wrap(new byte[] {0x36, 0x03, 0x00, 0x01, 0x61, 0x00, 0x01}));
        assertThat(event.packet().isReadOnly()).isTrue();
        assertThat(event.toString()).doesNotContain("0x36");
    }

    @Test
    void aProtocolErrorInAPacketThatCameInPiecesShowsItsBeginning() {
        TestClient client = broker.tcpClient(ProtocolVersion.MQTT_5);
        client.connect("c", true);

        client.sendInts(0xC0, 0x00, 0x40, 0x02, 0x00); // of a PUBACK with packet id 0 the last byte is missing
        client.next();
        client.sendInts(0x00);

        assertThat(events.await(ProtocolError.class).packet())
                .isEqualTo(ByteBuffer.wrap(new byte[] {0x40, 0x02, 0x00, 0x00}));
    }

    @Test
    void aSessionIsSuspendedResumedAndEnded() {
        TestClient client = broker.tcpClient(ProtocolVersion.MQTT_5);
        client.connect(withExpiry("c", true, 60));
        client.subscribe("a", QoS.AT_LEAST_ONCE);
        client.close();

        SessionSuspended suspended = events.await(SessionSuspended.class);
        assertThat(suspended.clientId()).isEqualTo("c");
        assertThat(suspended.expirySeconds()).isEqualTo(60);

        TestClient again = broker.tcpClient(ProtocolVersion.MQTT_5);
        again.connect(withExpiry("c", false, 0));
        events.await(SessionResumed.class);
        again.close();

        events.await(SessionExpired.class);
        assertThat(events.of(SessionSuspended.class))
                .as("without a session that stays")
                .hasSize(1);
    }

    @Test
    void whatNobodyHasSubscribedToIsToldWithItsPublisher() {
        TestClient client = broker.tcpClient(ProtocolVersion.MQTT_5);
        client.connect("c", true);

        client.publish("nobody/wants/it", "x", QoS.AT_LEAST_ONCE);
        broker.publish(Message.of("nor/this", "x"));

        MessageUnmatched first =
                events.await(MessageUnmatched.class, each -> each.clientId().equals("c"));
        assertThat(first.topic()).isEqualTo("nobody/wants/it");
        events.await(MessageUnmatched.class, each -> each.topic().equals("nor/this"));
    }
}
