package io.maxmq.core.connection;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.packet.PingReq;
import io.maxmq.codec.wire.PacketEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ConnectionDeadlinesTest {
    private static final ProtocolVersion V = ProtocolVersion.MQTT_3_1_1;

    /** Of {@link OneLoop#connect}, one and a half times. */
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(90);

    private final OneLoop broker = new OneLoop();
    private final RecordedSink sink = new RecordedSink(V);
    private final Connection connection = broker.open(sink);

    private void connect() {
        broker.send(connection, V, OneLoop.connect(V, "client"));
        assertThat(connection.session()).isNotNull();
    }

    private void pass(Duration time) {
        broker.manual.advance(time);
    }

    @Test
    void endsAConnectionWithoutConnect() {
        Duration timeout = broker.connections.limits().connectTimeout();
        pass(timeout.minusSeconds(1));
        assertThat(sink.closed).isFalse();

        pass(Duration.ofSeconds(1));
        assertThat(sink.closed).isTrue();
    }

    @Test
    void doesNotWaitForConnectAfterIt() {
        connect();
        pass(broker.connections.limits().connectTimeout().multipliedBy(2));

        assertThat(sink.closed).isFalse();
    }

    @Test
    void endsAConnectionAfterOneAndAHalfTimesTheKeepAlive() {
        connect();
        pass(KEEP_ALIVE.minusSeconds(1));
        assertThat(sink.closed).isFalse();

        pass(Duration.ofSeconds(1));
        assertThat(sink.closed).isTrue();
    }

    @Test
    void keepsAConnectionThatSendsPackets() {
        connect();
        for (int i = 0; i < 4; i++) {
            pass(KEEP_ALIVE.minusSeconds(1));
            broker.send(connection, V, PingReq.INSTANCE);
        }

        assertThat(sink.closed).isFalse();
    }

    @Test
    void countsTheKeepAliveFromTheLastPacketNotFromItsTimer() {
        connect();
        pass(Duration.ofSeconds(45));
        broker.send(connection, V, PingReq.INSTANCE);
        pass(KEEP_ALIVE.minusSeconds(1));
        assertThat(sink.closed).isFalse();

        pass(Duration.ofSeconds(1));
        assertThat(sink.closed).isTrue();
    }

    @Test
    void endsAConnectionThatDoesNotCompleteAPacket() {
        connect();
        ByteBuf ping = Unpooled.buffer();
        PacketEncoder.encode(PingReq.INSTANCE, V, ping);
        broker.manual.run(() -> connection.onBytes(ping.readSlice(1).retain()));
        Duration timeout = broker.connections.limits().packetTimeout();
        pass(timeout.minusSeconds(1));
        assertThat(sink.closed).isFalse();

        pass(Duration.ofSeconds(1));
        assertThat(sink.closed).isTrue();
    }

    @Test
    void endsAConnectionWhoseCredentialsExpire() {
        connect();
        broker.manual.run(() -> connection.deadlines().until(broker.loop.epochMillis() + 30_000));
        pass(Duration.ofSeconds(29));
        assertThat(sink.closed).isFalse();

        pass(Duration.ofSeconds(1));
        assertThat(sink.closed).isTrue();
    }
}
