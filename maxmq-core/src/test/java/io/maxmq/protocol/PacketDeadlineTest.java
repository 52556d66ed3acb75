package io.maxmq.protocol;

import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.PingResp;
import io.maxmq.codec.packet.PubAck;
import io.maxmq.codec.packet.Publish;
import io.maxmq.codec.wire.PacketEncoder;
import io.maxmq.config.ConnectionLimits;
import io.maxmq.spi.Message;
import io.maxmq.spi.auth.AuthenticationResult;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A packet that was begun has to be completed in time. */
class PacketDeadlineTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @AutoClose
    private final TestBroker broker = TestBroker.start();

    private static byte[] bytesOf(Publish publish, ProtocolVersion version) {
        ByteBuf bytes = Unpooled.buffer();
        PacketEncoder.encode(publish, version, bytes);
        byte[] array = new byte[bytes.readableBytes()];
        bytes.readBytes(array);
        return array;
    }

    private static byte[] pings(int count) {
        byte[] bytes = new byte[2 * count];
        for (int i = 0; i < bytes.length; i += 2) {
            bytes[i] = (byte) 0xC0;
        }
        return bytes;
    }

    private static byte[] large(ProtocolVersion version, int packetId) {
        return bytesOf(TestClient.message("a", "x".repeat(10_000), QoS.AT_LEAST_ONCE, packetId), version);
    }

    private static void send(TestClient client, byte[] packet, int from, int to) {
        client.sendBytes(Arrays.copyOfRange(packet, from, to));
    }

    /** Waits until the broker has read what has been sent; its one loop reads in the order of sending. */
    private static void awaitRead(TestBroker by) {
        try (TestClient witness = by.connected(ProtocolVersion.MQTT_5, "witness")) {
            witness.disconnect();
        }
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void aPacketThatIsNotCompletedEndsTheConnection(ProtocolVersion version) {
        TestClient client = broker.connected(version, "slow");
        send(client, large(version, 1), 0, 5_000);
        awaitRead(broker);

        broker.clock().advance(TIMEOUT);

        client.expectDisconnect(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR);
        broker.awaitDisconnected("slow");
    }

    @Test
    void theDeadlineDoesNotMoveWithTheBytes() {
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "trickling");
        byte[] packet = large(ProtocolVersion.MQTT_5, 1);
        for (int i = 0; i < 59; i++) {
            send(client, packet, i, i + 1);
            awaitRead(broker);
            broker.clock().advanceToJustBefore(Duration.ofSeconds(1));
        }
        send(client, packet, 59, 60);
        awaitRead(broker);

        broker.clock().advance(Duration.ofSeconds(2));

        client.expectDisconnect(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR);
    }

    @Test
    void aLargePacketThatKeepsToTheLeastRateIsFine() {
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "far away");
        byte[] packet =
                bytesOf(TestClient.message("a", "x".repeat(500_000), QoS.AT_LEAST_ONCE, 1), ProtocolVersion.MQTT_5);
        int at = 0;
        while (packet.length - at > 31_000) {
            send(client, packet, at, at + 31_000);
            at += 31_000;
            awaitRead(broker);
            broker.clock().advance(Duration.ofSeconds(30));
        }

        send(client, packet, at, packet.length);

        client.expect(PubAck.class);
    }

    @Test
    void aLargePacketThatStopsToComeEndsTheConnection() {
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "stopped");
        byte[] packet =
                bytesOf(TestClient.message("a", "x".repeat(500_000), QoS.AT_LEAST_ONCE, 1), ProtocolVersion.MQTT_5);
        send(client, packet, 0, 400_000);
        awaitRead(broker);

        broker.clock().advance(TIMEOUT);
        send(client, packet, 400_000, 400_001);
        awaitRead(broker);
        broker.clock().advance(TIMEOUT);

        client.expectDisconnect(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR);
    }

    @Test
    void manyPacketsThatAreEachInTimeAreFine() {
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "busy");
        byte[] packet = large(ProtocolVersion.MQTT_5, 1);
        send(client, packet, 0, 100);
        awaitRead(broker);

        // Each read ends inside a packet, and it is another one each time.
        for (int i = 0; i < 10; i++) {
            broker.clock().advance(Duration.ofSeconds(40));
            byte[] end = Arrays.copyOfRange(packet, 100, packet.length + 100);
            System.arraycopy(packet, 0, end, packet.length - 100, 100);
            client.sendBytes(end);
            client.expect(PubAck.class);
        }
        send(client, packet, 100, packet.length);
        client.expect(PubAck.class);
        broker.clock().advance(TIMEOUT.multipliedBy(3));
        client.ping();
    }

    @Test
    void itDoesNotRunWhileTheBrokerDoesNotRead() {
        try (TestBroker small = TestBroker.start(builder -> builder.connections(ConnectionLimits.builder()
                .outboundLowWatermarkBytes(1024)
                .outboundHighWatermarkBytes(4096)
                .slowConsumerTimeout(Duration.ofDays(1))
                .build()))) {
            TestClient client = small.connected(ProtocolVersion.MQTT_5, "held");
            byte[] packet = large(ProtocolVersion.MQTT_5, 1);
            // So many answers that the broker reads no further, and part of a packet behind the last of them.
            client.sendBytes(pings(30_000));
            awaitRead(small);
            byte[] last = Arrays.copyOf(pings(6_000), 12_100);
            System.arraycopy(packet, 0, last, 12_000, 100);
            client.sendBytes(last);
            awaitRead(small);

            small.clock().advance(TIMEOUT.multipliedBy(10));

            for (int i = 0; i < 36_000; i++) {
                client.expect(PingResp.class);
            }
            send(client, packet, 100, packet.length);
            client.expect(PubAck.class);
        }
    }

    @Test
    void whatPartsOfPacketsTookIsThereForOthersAgain() {
        try (TestBroker small = TestBroker.start(builder -> builder.connections(
                ConnectionLimits.builder().packetTimeout(Duration.ofSeconds(5)).build()))) {
            List<TestClient> halves = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                TestClient client = small.connected(ProtocolVersion.MQTT_5, "half-" + i);
                byte[] packet = bytesOf(
                        TestClient.message("a", "x".repeat(1_000_000), QoS.AT_MOST_ONCE, 0), ProtocolVersion.MQTT_5);
                send(client, packet, 0, 900_000);
                halves.add(client);
            }
            awaitRead(small);

            small.clock().advance(Duration.ofSeconds(5));
            small.clock().advance(Duration.ofSeconds(5));

            halves.forEach(each -> each.expectDisconnect(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR));
            TestClient other = small.connected(ProtocolVersion.MQTT_5, "other");
            other.subscribe("a", QoS.AT_MOST_ONCE);
            small.publish(Message.of("a", "y".repeat(900_000)));
            other.expectMessage("a", "y".repeat(900_000));
            other.publish("a", "z".repeat(900_000), QoS.AT_MOST_ONCE);
            other.expectMessage("a", "z".repeat(900_000));
        }
    }

    @Test
    void aPacketBegunBehindConnectHasToBeCompletedToo() {
        CompletableFuture<AuthenticationResult> answer = new CompletableFuture<>();
        try (TestBroker slow = TestBroker.closed(builder -> builder.authenticator(request -> answer))) {
            TestClient client = slow.client(ProtocolVersion.MQTT_5);
            ByteBuf bytes = Unpooled.buffer();
            PacketEncoder.encode(Connect.of(ProtocolVersion.MQTT_5, "slow", true, 0), ProtocolVersion.MQTT_5, bytes);
            bytes.writeBytes(large(ProtocolVersion.MQTT_5, 1), 0, 5_000);
            byte[] array = new byte[bytes.readableBytes()];
            bytes.readBytes(array);
            client.sendBytes(array);
            slow.clock().advance(Duration.ofSeconds(3));
            answer.complete(AuthenticationResult.allowed());
            client.expect(ConnAck.class);
            awaitRead(slow);

            slow.clock().advance(TIMEOUT.plusSeconds(1));

            client.expectDisconnect(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR);
        }
    }
}
