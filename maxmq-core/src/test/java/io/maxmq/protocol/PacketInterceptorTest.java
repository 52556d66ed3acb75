package io.maxmq.protocol;

import io.maxmq.RecordedEvents;
import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.PacketType;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Disconnect;
import io.maxmq.codec.packet.Packet;
import io.maxmq.codec.packet.PingReq;
import io.maxmq.codec.packet.PingResp;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.PubAck;
import io.maxmq.codec.packet.Publish;
import io.maxmq.config.Listener;
import io.maxmq.spi.event.BrokerEvent.ClientDisconnected;
import io.maxmq.spi.event.BrokerEvent.ConnectRefused;
import io.maxmq.spi.event.BrokerEvent.PluginFailed;
import io.maxmq.spi.intercept.Decision;
import io.maxmq.spi.intercept.PacketInterceptor;
import io.maxmq.spi.intercept.RawPacket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Packets as they are on the wire, before the broker and from it. */
class PacketInterceptorTest {
    private final List<RawPacket> read = new CopyOnWriteArrayList<>();
    private final List<RawPacket> written = new CopyOnWriteArrayList<>();

    private final class Recorder implements PacketInterceptor {
        private final Function<RawPacket, Decision.OfPacket<RawPacket>> answer;

        Recorder(Function<RawPacket, Decision.OfPacket<RawPacket>> answer) {
            this.answer = answer;
        }

        @Override
        public Decision.OfPacket<RawPacket> onRead(RawPacket packet) {
            read.add(packet);
            return answer.apply(packet);
        }

        @Override
        public void onWritten(RawPacket packet) {
            written.add(packet);
        }
    }

    private TestBroker broker(Function<RawPacket, Decision.OfPacket<RawPacket>> answer) {
        return broker(new Recorder(answer));
    }

    private static TestBroker broker(PacketInterceptor interceptor) {
        return TestBroker.start(builder -> builder.listener(Listener.tcp(0)).interceptor(interceptor));
    }

    private static Publish publish(String topic, QoS qos, int packetId) {
        return new Publish(false, qos, false, topic, packetId, Properties.NONE, ByteBuffer.wrap(new byte[] {1}));
    }

    private static List<PacketType> types(List<RawPacket> packets) {
        return packets.stream().map(RawPacket::type).toList();
    }

    @ParameterizedTest
    @EnumSource
    void seesEachPacketOnceInOrderBothWays(ProtocolVersion version) {
        try (TestBroker broker = broker(packet -> Decision.proceed())) {
            TestClient client = broker.tcpClient(version);
            client.connect("c", true);
            client.subscribe("a", QoS.AT_LEAST_ONCE);
            client.send(publish("a", QoS.AT_LEAST_ONCE, 7));
            client.expect(Publish.class);
            client.expect(PubAck.class);
            client.send(new PubAck(1, ReasonCode.SUCCESS, Properties.NONE));
            client.ping();
            client.unsubscribe("a");

            assertThat(types(read))
                    .containsExactly(
                            PacketType.CONNECT,
                            PacketType.SUBSCRIBE,
                            PacketType.PUBLISH,
                            PacketType.PUBACK,
                            PacketType.PINGREQ,
                            PacketType.UNSUBSCRIBE);
            assertThat(types(written))
                    .containsExactly(
                            PacketType.CONNACK,
                            PacketType.SUBACK,
                            PacketType.PUBLISH,
                            PacketType.PUBACK,
                            PacketType.PINGRESP,
                            PacketType.UNSUBACK);
            assertThat(written).allSatisfy(each -> assertThat(each.decoded()).isPresent());
            assertThat(read).allSatisfy(each -> assertThat(each.decoded()).isPresent());
        }
    }

    @Test
    void showsBytesFieldsAndWhoseTheyAre() {
        try (TestBroker broker = broker(packet -> Decision.proceed())) {
            TestClient client = broker.tcpClient(ProtocolVersion.MQTT_5);
            client.connect("c", true);
            client.sendInts(0x30, 0x05, 0x00, 0x01, 0x61, 0x00, 0x78);
            client.ping();

            assertThat(read.get(0).client()).as("before CONNECT is read").isEmpty();
            assertThat(((Connect) read.get(0).decoded().orElseThrow()).clientId())
                    .isEqualTo("c");
            RawPacket publish = read.get(1);
            assertThat(publish.length()).isEqualTo(7);
            assertThat(publish.bytes()).isEqualTo(ByteBuffer.wrap(new byte[] {0x30, 5, 0, 1, 'a', 0, 'x'}));
            assertThat(publish.bytes().isReadOnly()).isTrue();
            assertThat(((Publish) publish.decoded().orElseThrow()).topic()).isEqualTo("a");
            assertThat(publish.client().orElseThrow().clientId()).isEqualTo("c");
            assertThat(publish.remoteAddress().toString()).contains("127.0.0.1");
            assertThat(publish.listener())
                    .isEqualTo(broker.broker().listeners().tcp().name());
            assertThat(publish.toString()).startsWith("PUBLISH of 7 bytes from ");
        }
    }

    @Test
    void showsALargePacketAsAWhole() {
        try (TestBroker broker = broker(packet -> Decision.proceed())) {
            TestClient client = broker.tcpClient(ProtocolVersion.MQTT_5);
            client.connect("c", true);
            client.subscribe("a", QoS.AT_MOST_ONCE);
            String payload = "x".repeat(100_000);
            client.publish("a", payload, QoS.AT_MOST_ONCE);
            client.expectMessage("a", payload);
            client.ping(); // what is large leaves before it is shown

            RawPacket sent = written.get(written.size() - 2);
            assertThat(types(written)).endsWith(PacketType.PUBLISH, PacketType.PINGRESP);
            assertThat(((Publish) sent.decoded().orElseThrow()).payload().remaining())
                    .isEqualTo(100_000);
        }
    }

    @Test
    void aMalformedPacketIsSeenAndNotDecoded() {
        try (TestBroker broker = broker(packet -> Decision.proceed())) {
            TestClient client = broker.tcpClient(ProtocolVersion.MQTT_5);
            client.connect("c", true);
            client.sendInts(0x30, 0x03, 0x00, 0x09, 0x61); // a topic longer than the packet
            client.expectDisconnect(ReasonCode.MALFORMED_PACKET);

            assertThat(types(read)).containsExactly(PacketType.CONNECT, PacketType.PUBLISH);
            assertThat(read.get(1).decoded()).isEmpty();
        }
    }

    @Test
    void aDiscardedPacketIsAsIfItHadNeverCome() {
        try (TestBroker broker =
                broker(packet -> packet.type() == PacketType.PUBLISH ? Decision.drop() : Decision.proceed())) {
            TestClient client = broker.tcpClient(ProtocolVersion.MQTT_5);
            client.connect("c", true);
            client.subscribe("a", QoS.AT_LEAST_ONCE);

            client.send(publish("a", QoS.AT_LEAST_ONCE, 7), PingReq.INSTANCE);

            client.expect(PingResp.class);
        }
    }

    @Test
    void aVetoEndsTheConnectionAndSaysWhy() {
        try (TestBroker broker = broker(packet -> packet.type() == PacketType.PUBLISH
                ? Decision.refuse(ReasonCode.QUOTA_EXCEEDED, "enough")
                : Decision.proceed())) {
            TestClient five = broker.tcpClient(ProtocolVersion.MQTT_5);
            five.connect("five", true);
            five.sendInts(0x30, 0x05, 0x00, 0x01, 0x61, 0x00, 0x78);
            Disconnect why = five.expect(Disconnect.class);
            TestClient three = broker.tcpClient(ProtocolVersion.MQTT_3_1_1);
            three.connect("three", true);
            three.sendInts(0x30, 0x04, 0x00, 0x01, 0x61, 0x78);

            assertThat(why.reason()).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
            assertThat(why.properties().string(PropertyId.REASON_STRING)).isEqualTo("enough");
            five.expectEnd();
            three.expectEnd();
            assertThat(broker.events().awaitAll(ClientDisconnected.class, each -> true, 2))
                    .allMatch(each -> each.reasonCode() == ReasonCode.QUOTA_EXCEEDED);
        }
    }

    @Test
    void aVetoOfConnectClosesAndIsARefusal() {
        try (TestBroker broker = broker(packet -> Decision.refuse(ReasonCode.NOT_AUTHORIZED, "no"))) {
            TestClient client = broker.tcpClient(ProtocolVersion.MQTT_5);
            client.send(Connect.of(ProtocolVersion.MQTT_5, "c", true, 0));

            client.expectEnd();
            assertThat(broker.events().await(ConnectRefused.class).reasonCode()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        }
    }

    @Test
    void onlyWantedTypesAreShown() {
        PacketInterceptor pings = new PacketInterceptor() {
            @Override
            public boolean wants(PacketType type, Direction direction) {
                return type == PacketType.PINGREQ && direction == Direction.READ;
            }

            @Override
            public Decision.OfPacket<RawPacket> onRead(RawPacket packet) {
                read.add(packet);
                return Decision.proceed();
            }

            @Override
            public void onWritten(RawPacket packet) {
                written.add(packet);
            }
        };
        try (TestBroker broker = broker(pings)) {
            TestClient client = broker.tcpClient(ProtocolVersion.MQTT_5);
            client.connect("c", true);
            client.ping();
        }
        assertThat(types(read)).containsExactly(PacketType.PINGREQ);
        assertThat(written).isEmpty();
    }

    @Test
    void oneThatThrowsOrGivesNullEndsItsConnectionOnlyAndIsNamed() {
        PacketInterceptor bad = new PacketInterceptor() {
            @Override
            public String name() {
                return "bad";
            }

            @Override
            public boolean wants(PacketType type, Direction direction) {
                return type == PacketType.PINGREQ || type == PacketType.SUBSCRIBE || type == PacketType.PUBACK;
            }

            @Override
            @SuppressWarnings("NullAway")
            public Decision.OfPacket<RawPacket> onRead(RawPacket packet) {
                if (packet.type() == PacketType.SUBSCRIBE) {
                    return null;
                }
                throw new IllegalStateException("read");
            }

            @Override
            public void onWritten(RawPacket packet) {
                throw new IllegalStateException("written");
            }
        };
        try (TestBroker broker = broker(bad)) {
            TestClient bystander = broker.tcpClient(ProtocolVersion.MQTT_5);
            bystander.connect("bystander", true);
            TestClient pings = broker.tcpClient(ProtocolVersion.MQTT_5);
            pings.connect("pings", true);
            pings.send(PingReq.INSTANCE).expectDisconnect(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR);
            TestClient subscribes = broker.tcpClient(ProtocolVersion.MQTT_5);
            subscribes.connect("subscribes", true);
            assertThatThrownBy(() -> subscribes.subscribe("a", QoS.AT_MOST_ONCE))
                    .isInstanceOf(AssertionError.class);

            // What was written is acknowledged all the same.
            assertThat(bystander.publish("a", "x", QoS.AT_LEAST_ONCE).isError()).isFalse();
            RecordedEvents events = broker.events();
            for (String operation : List.of("onRead", "onWritten")) {
                PluginFailed failed = events.await(
                        PluginFailed.class, each -> each.operation().equals(operation));
                assertThat(failed.plugin()).isEqualTo("bad");
            }
        }
    }

    @Test
    void thePacketsOfAReadStayInOrderAroundOneThatIsDiscarded() {
        try (TestBroker broker = broker(packet -> packet.decoded().orElseThrow() instanceof Publish publish
                        && publish.topic().equals("b")
                ? Decision.drop()
                : Decision.proceed())) {
            TestClient client = broker.tcpClient(ProtocolVersion.MQTT_5);
            client.connect("c", true);
            client.subscribe("#", QoS.AT_MOST_ONCE);

            Packet[] packets = List.of("a", "b", "c").stream()
                    .map(topic -> publish(topic, QoS.AT_MOST_ONCE, 0))
                    .toArray(Packet[]::new);
            client.send(packets);

            assertThat(client.expect(Publish.class).topic()).isEqualTo("a");
            assertThat(client.expect(Publish.class).topic()).isEqualTo("c");
        }
    }
}
