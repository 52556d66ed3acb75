package io.maxmq;

import io.maxmq.codec.MalformedPacketException;
import io.maxmq.codec.PacketType;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Disconnect;
import io.maxmq.codec.packet.Packet;
import io.maxmq.codec.packet.PingReq;
import io.maxmq.codec.packet.PingResp;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PubAck;
import io.maxmq.codec.packet.PubComp;
import io.maxmq.codec.packet.PubRec;
import io.maxmq.codec.packet.PubRel;
import io.maxmq.codec.packet.Publish;
import io.maxmq.codec.packet.RequestedSubscription;
import io.maxmq.codec.packet.SubAck;
import io.maxmq.codec.packet.Subscribe;
import io.maxmq.codec.packet.UnsubAck;
import io.maxmq.codec.packet.Unsubscribe;
import io.maxmq.codec.wire.DecodeLimits;
import io.maxmq.codec.wire.PacketDecoder;
import io.maxmq.codec.wire.PacketEncoder;
import io.maxmq.codec.wire.PacketHandler;
import io.maxmq.codec.wire.PublishView;
import io.maxmq.spi.Message;
import io.maxmq.spi.PublishResult;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A client that sends what a test says and nothing of its own: no acknowledgement, no ping. It reads the socket only when
 * asked for a packet, so a test that asks for none is a subscriber that has stopped reading. Not thread-safe.
 */
public final class TestClient implements AutoCloseable {
    private static final int DEADLINE_MILLIS = 30_000;
    private static final DecodeLimits LIMITS = DecodeLimits.DEFAULT.withPacketBytes(1 << 20, 16 << 20);

    private final ProtocolVersion version;
    private final Socket socket;
    private final PacketDecoder decoder;
    private final ArrayDeque<Packet> received = new ArrayDeque<>();
    private final byte[] chunk = new byte[8192];
    private int nextPacketId = 1;
    private @Nullable String clientId;

    public TestClient(ProtocolVersion version, Socket socket) {
        this.version = version;
        this.socket = socket;
        this.decoder = PacketDecoder.forClient(version, LIMITS);
        try {
            socket.setSoTimeout(DEADLINE_MILLIS);
            socket.setTcpNoDelay(true); // otherwise an answer after an answer waits 40 ms for the broker's kernel
        } catch (SocketException e) {
            throw new UncheckedIOException(e);
        }
    }

    public ProtocolVersion version() {
        return version;
    }

    // ---- sending

    /** Writes the packets in one go. */
    public TestClient send(Packet... packets) {
        ByteBuf bytes = Unpooled.buffer();
        for (Packet packet : packets) {
            PacketEncoder.encode(packet, version, bytes);
        }
        byte[] array = new byte[bytes.readableBytes()];
        bytes.readBytes(array);
        return sendBytes(array);
    }

    public TestClient sendBytes(byte... bytes) {
        try {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** Bytes as ints, so that a test can write {@code 0xC0}. */
    public TestClient sendInts(int... bytes) {
        byte[] array = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            array[i] = (byte) bytes[i];
        }
        return sendBytes(array);
    }

    // ---- receiving

    /** The next packet, which must be of this type. */
    public <P extends Packet> P expect(Class<P> type) {
        Packet packet = next();
        assertThat(packet).isInstanceOf(type);
        return type.cast(packet);
    }

    /** The next packet; fails when the connection ends first. */
    public Packet next() {
        Packet packet = nextOrEnd();
        if (packet == null) {
            throw new AssertionError("the broker closed the connection");
        }
        return packet;
    }

    /** The broker closes without another packet. */
    public void expectEnd() {
        assertThat(nextOrEnd()).as("a packet before the end").isNull();
    }

    /** The broker says why, to a client of 5.0, and closes. */
    public void expectDisconnect(ReasonCode reason) {
        if (version.isV5()) {
            assertThat(expect(Disconnect.class).reason()).isEqualTo(reason);
        }
        expectEnd();
    }

    /**
     * Nothing has come: a ping is answered next. Proves it for what the loop of this client has sent before the ping
     * arrived there.
     */
    public void expectNothing() {
        ping();
    }

    /**
     * Nothing is in this client's queue or on its way from storage: a message that is now put behind it comes next, and is
     * acknowledged. For a client that has connected with {@link #connect}.
     */
    public void expectNothingQueued(MaxMQ broker) {
        assertThat(clientId).isNotNull();
        CompletionStage<PublishResult> queued = broker.publishTo(
                clientId,
                Message.builder("behind")
                        .payload("all that was queued")
                        .qos(QoS.AT_LEAST_ONCE)
                        .build());
        expectMessage("behind", "all that was queued");
        assertThat(queued).succeedsWithin(Duration.ofMillis(DEADLINE_MILLIS));
        ping();
    }

    /** A round trip to the broker: what was sent before has been handled there. */
    public void ping() {
        send(PingReq.INSTANCE);
        expect(PingResp.class);
    }

    private @Nullable Packet nextOrEnd() {
        while (received.isEmpty()) {
            int length;
            try {
                length = socket.getInputStream().read(chunk);
            } catch (SocketTimeoutException e) {
                throw new AssertionError("nothing came within " + DEADLINE_MILLIS + " ms", e);
            } catch (IOException e) {
                // A reset: the broker closed with bytes of ours unread.
                return null;
            }
            if (length < 0) {
                return null;
            }
            try {
                decoder.decode(Unpooled.wrappedBuffer(chunk, 0, length), new Receiver());
            } catch (MalformedPacketException e) {
                throw new AssertionError("the broker sent no MQTT: " + e.getMessage(), e);
            }
        }
        return received.poll();
    }

    private final class Receiver implements PacketHandler {
        @Override
        public boolean onPublish(PublishView publish) throws MalformedPacketException {
            received.add(publish.toPublish());
            return true;
        }

        @Override
        public boolean onAck(PacketType type, int packetId, ReasonCode reason) {
            received.add(
                    switch (type) {
                        case PUBACK -> new PubAck(packetId, reason, Properties.NONE);
                        case PUBREC -> new PubRec(packetId, reason, Properties.NONE);
                        case PUBREL -> new PubRel(packetId, reason, Properties.NONE);
                        default -> new PubComp(packetId, reason, Properties.NONE);
                    });
            return true;
        }

        @Override
        public boolean onPacket(Packet packet) {
            received.add(packet);
            return true;
        }
    }

    // ---- common exchanges

    /** Connects and is let in. */
    public ConnAck connect(Connect connect) {
        clientId = connect.clientId();
        ConnAck answer = send(connect).expect(ConnAck.class);
        assertThat(answer.reason()).isEqualTo(ReasonCode.SUCCESS);
        return answer;
    }

    /** Connects without keep alive. */
    public ConnAck connect(String clientId, boolean cleanStart) {
        return connect(Connect.of(version, clientId, cleanStart, 0));
    }

    public SubAck subscribe(String topicFilter, QoS qos) {
        return subscribe(Properties.NONE, RequestedSubscription.of(topicFilter, qos));
    }

    public SubAck subscribe(Properties properties, RequestedSubscription... subscriptions) {
        SubAck answer = send(new Subscribe(nextPacketId(), properties, List.of(subscriptions)))
                .expect(SubAck.class);
        assertThat(answer.reasons()).noneMatch(ReasonCode::isError);
        return answer;
    }

    public UnsubAck unsubscribe(String topicFilter) {
        return send(new Unsubscribe(nextPacketId(), Properties.NONE, List.of(topicFilter)))
                .expect(UnsubAck.class);
    }

    /** Publishes, and at QoS 1 and 2 goes through the acknowledgements. Returns the first one's reason code. */
    public ReasonCode publish(String topic, String payload, QoS qos) {
        return publish(topic, payload, qos, false);
    }

    public ReasonCode publish(String topic, String payload, QoS qos, boolean retain) {
        int packetId = qos == QoS.AT_MOST_ONCE ? 0 : nextPacketId();
        send(new Publish(false, qos, retain, topic, packetId, Properties.NONE, bytes(payload)));
        return switch (qos) {
            case AT_MOST_ONCE -> ReasonCode.SUCCESS;
            case AT_LEAST_ONCE -> expect(PubAck.class).reason();
            case EXACTLY_ONCE -> {
                PubRec rec = expect(PubRec.class);
                if (!rec.reason().isError()) {
                    send(PubRel.of(packetId));
                    expect(PubComp.class);
                }
                yield rec.reason();
            }
        };
    }

    /** The next packet is this message; it is acknowledged. */
    public Publish expectMessage(String topic, String payload) {
        Publish publish = expect(Publish.class);
        assertThat(publish.topic()).isEqualTo(topic);
        assertThat(text(publish)).isEqualTo(payload);
        acknowledge(publish);
        return publish;
    }

    public void acknowledge(Publish publish) {
        if (publish.qos() == QoS.AT_LEAST_ONCE) {
            send(PubAck.of(publish.packetId()));
        } else if (publish.qos() == QoS.EXACTLY_ONCE) {
            send(PubRec.of(publish.packetId()));
            assertThat(expect(PubRel.class).packetId()).isEqualTo(publish.packetId());
            send(PubComp.of(publish.packetId()));
        }
    }

    /** 1..65535, the next each time. */
    public int nextPacketId() {
        int id = nextPacketId;
        nextPacketId = id == 65_535 ? 1 : id + 1;
        return id;
    }

    public static Publish message(String topic, String payload, QoS qos, int packetId) {
        return new Publish(false, qos, false, topic, packetId, Properties.NONE, bytes(payload));
    }

    public static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    public static String text(Publish publish) {
        return StandardCharsets.UTF_8.decode(publish.payload()).toString();
    }

    // ---- the end

    /** Says goodbye, so that no will is published, and waits until the broker has closed. */
    public void disconnect() {
        send(Disconnect.of(ReasonCode.SUCCESS));
        expectEnd();
        close();
    }

    /** Closes without a goodbye. */
    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        decoder.release();
    }
}
