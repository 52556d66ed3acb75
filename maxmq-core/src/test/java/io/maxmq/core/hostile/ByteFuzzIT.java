package io.maxmq.core.hostile;

import io.maxmq.MaxMQ;
import io.maxmq.codec.MalformedPacketException;
import io.maxmq.codec.PacketType;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Packet;
import io.maxmq.codec.wire.DecodeLimits;
import io.maxmq.codec.wire.PacketDecoder;
import io.maxmq.codec.wire.PacketHandler;
import io.maxmq.codec.wire.PublishView;
import io.maxmq.config.Listener;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Streams of random, mutated and truncated packets of all versions, over sockets and over pipes: each closes at most its
 * own connection, what the broker answers is MQTT, and a witness is served all the while.
 *
 * <p>{@code -Dhostile.streams} sets how many, {@code -Dhostile.seed} which; a failure names its seed.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ByteFuzzIT {
    private static final int STREAMS = Integer.getInteger("hostile.streams", 1500);

    /** Of which so many go through pipes, where the end of an answer is known by waiting for it. */
    private static final int PIPED = (STREAMS + 2) / 3;

    private static final long SEED = Long.getLong("hostile.seed", 20_260_101L);
    private static final int STREAMS_PER_WITNESS = 25;

    private final Readings readings = new Readings();
    private MaxMQ broker;
    private RawClient publisher;
    private RawClient subscriber;
    private int messages;

    @BeforeEach
    void start() {
        broker = MaxMQ.builder()
                .name("fuzz")
                .listener(Listener.tcp(0))
                .allowAnonymous()
                .loops(2)
                .metrics(readings)
                .start();
        publisher = RawClient.connected(4, broker, "witness-publisher");
        subscriber = RawClient.connected(5, broker, "witness-subscriber");
        subscriber.send(Wire.subscribe(5, 1, 1, "witness/+")).expect(Wire.SUBACK);
    }

    @AfterEach
    void stop() {
        publisher.close();
        subscriber.close();
        broker.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void eachStreamClosesAtMostItsOwnConnection(boolean overSockets) throws Exception {
        int streams = overSockets ? STREAMS : PIPED;
        for (int i = 0; i < streams; i++) {
            long seed = SEED + i;
            try {
                new Stream(new Random(seed), "fuzz-" + seed).run(overSockets);
                if (i % STREAMS_PER_WITNESS == 0) {
                    witness();
                }
            } catch (AssertionError | Exception e) {
                throw new AssertionError("-Dhostile.seed=" + seed + " -Dhostile.streams=1", e);
            }
        }
        witness();
        awaitOnlyTheWitnesses();

        assertThat(readings.value("maxmq.loop.failures")).as("failed tasks").isZero();
        assertThat(readings.value("maxmq.protocol.errors"))
                .as("streams that were not MQTT")
                .isPositive();
        assertThat(readings.value("maxmq.connects{accepted}"))
                .as("streams that began well")
                .isGreaterThan(streams / 4);
    }

    private void witness() {
        int id = ++messages % 65_535 + 1;
        publisher.send(Wire.publish(4, 1, id, "witness/" + id, new byte[8]));
        RawClient.Frame message = subscriber.expect(Wire.PUBLISH);
        while (!message.topic().equals("witness/" + id)) { // a stream has found the topic by chance
            message = subscriber.expect(Wire.PUBLISH);
        }
        subscriber.send(Wire.ack(Wire.PUBACK, message.publishId()));
        assertThat(publisher.expect(Wire.PUBACK).packetId()).isEqualTo(id);
    }

    private void awaitOnlyTheWitnesses() throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (readings.value("maxmq.connections") != 2) {
            assertThat(System.nanoTime()).as("connections: %s", readings.all()).isLessThan(deadline);
            Thread.sleep(20);
        }
    }

    /** One connection's bytes. */
    private final class Stream {
        private final Random random;
        private final String clientId;
        private final int level;
        private boolean versionMutated;

        Stream(Random random, String clientId) {
            this.random = random;
            this.clientId = clientId;
            this.level = 3 + random.nextInt(3);
        }

        void run(boolean overSocket) throws IOException {
            byte[] bytes = bytes();
            boolean reads = random.nextInt(4) > 0;
            try (Socket socket = overSocket
                    ? new Socket(
                            InetAddress.getLoopbackAddress(),
                            broker.listeners().tcp().port())
                    : broker.socketFactory().createSocket("in-memory", 1)) {
                if (!send(socket, bytes) || !reads) {
                    return;
                }
                if (overSocket) {
                    socket.setSoTimeout(RawClient.DEADLINE_MILLIS);
                    try {
                        socket.shutdownOutput();
                    } catch (SocketException closed) {
                        // By the broker.
                    }
                } else {
                    // The end of a pipe closes both its ways, and part of a packet may be waited for.
                    socket.setSoTimeout(20);
                }
                check(readAll(socket, overSocket));
            }
        }

        private boolean send(Socket socket, byte[] bytes) {
            try {
                OutputStream out = socket.getOutputStream();
                for (int at = 0; at < bytes.length; ) {
                    int part = Math.min(bytes.length - at, 1 + random.nextInt(random.nextBoolean() ? 10 : 5000));
                    out.write(bytes, at, part);
                    at += part;
                }
                return true;
            } catch (IOException closed) {
                return false;
            }
        }

        private byte[] readAll(Socket socket, boolean toTheEnd) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            byte[] buffer = new byte[8192];
            try {
                InputStream in = socket.getInputStream();
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    all.write(buffer, 0, read);
                }
            } catch (SocketTimeoutException e) {
                assertThat(toTheEnd).as("whether the end was to come in time").isFalse();
            } catch (IOException reset) {
                // What was read until then is MQTT too.
            }
            return all.toByteArray();
        }

        /** All that came is MQTT, and nothing follows DISCONNECT. */
        private void check(byte[] answers) {
            ProtocolVersion version = level == 5
                    ? ProtocolVersion.MQTT_5
                    : level == 4 ? ProtocolVersion.MQTT_3_1_1 : ProtocolVersion.MQTT_3_1;
            if (answers.length == 4 && answers[0] == 0x20 && answers[3] == 1) {
                return; // the version had become an unknown one
            }
            Received received = new Received();
            PacketDecoder decoder =
                    PacketDecoder.forClient(version, DecodeLimits.DEFAULT.withPacketBytes(1 << 20, 8 << 20));
            try {
                decoder.decode(Unpooled.wrappedBuffer(answers), received);
            } catch (MalformedPacketException e) {
                // A mutation may have changed the version that the broker speaks.
                assertThat(versionMutated)
                        .as("%s in %s", e.getMessage(), Arrays.toString(answers))
                        .isTrue();
            } finally {
                decoder.release();
            }
            int disconnect = received.types.indexOf(PacketType.DISCONNECT);
            assertThat(disconnect)
                    .as("DISCONNECT is the last of %s", received.types)
                    .isIn(-1, received.types.size() - 1);
        }

        // ---- what it sends

        private byte[] bytes() {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            int kind = random.nextInt(10);
            if (kind == 0) {
                byte[] noise = new byte[1 + random.nextInt(300)];
                random.nextBytes(noise);
                versionMutated = true;
                return noise;
            }
            byte[] connect = connect();
            if (kind == 1) {
                versionMutated = true;
                connect = mutate(connect);
            }
            all.writeBytes(connect);
            int packets = random.nextInt(12);
            int wrongAt = random.nextInt(12);
            for (int i = 0; i < packets; i++) {
                byte[] packet = packet();
                all.writeBytes(i == wrongAt ? mutate(packet) : packet);
            }
            return all.toByteArray();
        }

        private byte[] connect() {
            boolean will = random.nextInt(4) == 0;
            byte[] payload = will
                    ? Wire.concat(
                            Wire.properties(level, new byte[0]), Wire.string("fuzz/will"), Wire.binary(new byte[5]))
                    : Wire.NONE;
            int flags = Wire.CLEAN | (will ? 0x04 | random.nextInt(3) << 3 : 0);
            return Wire.connect(level, level == 3 ? clientId.substring(5) : clientId, flags, 60, Wire.NONE, payload);
        }

        private byte[] packet() {
            int id = 1 + random.nextInt(65_535);
            return switch (random.nextInt(12)) {
                case 0 -> Wire.PINGREQ;
                case 1 -> Wire.subscribe(level, id, random.nextInt(3), filter(), filter());
                case 2 -> Wire.packet(0xA2, Wire.u16(id), Wire.properties(level), Wire.string(filter()));
                case 3 -> Wire.ack(Wire.PUBACK, id);
                case 4 -> Wire.ack(Wire.PUBREC, id);
                case 5 -> Wire.ack(Wire.PUBREL, id);
                case 6 -> Wire.ack(Wire.PUBCOMP, id);
                default -> publish(id);
            };
        }

        private byte[] publish(int id) {
            int flags = random.nextInt(3) << 1 | (random.nextInt(8) == 0 ? 1 : 0);
            byte[] properties = random.nextBoolean() ? Wire.NONE : Wire.userProperty("name", "value");
            byte[] payload = new byte[random.nextInt(20) == 0 ? 40_000 : random.nextInt(50)];
            random.nextBytes(payload);
            return Wire.publish(level, flags, id, "fuzz/" + random.nextInt(5), properties, payload);
        }

        private String filter() {
            String[] some = {"#", "fuzz/#", "fuzz/+", "+/1", "$share/g/fuzz/#", "$share//x", "$SYS/#", "a/#/b", "fuzz/1"
            };
            return some[random.nextInt(some.length)];
        }

        private byte[] mutate(byte[] packet) {
            byte[] changed = packet.clone();
            switch (random.nextInt(6)) {
                case 0 -> changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
                case 1 -> changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
                case 2 -> changed = Arrays.copyOf(changed, random.nextInt(changed.length));
                case 3 -> changed = insert(changed, random.nextInt(changed.length), 1 + random.nextInt(8));
                case 4 -> { // a length that lies
                    if (changed.length > 1) {
                        changed[1] = (byte) random.nextInt(256);
                    }
                }
                default -> changed = insert(changed, 0, 1 + random.nextInt(8));
            }
            return changed;
        }

        private byte[] insert(byte[] packet, int at, int length) {
            byte[] noise = new byte[length];
            random.nextBytes(noise);
            return Wire.concat(Arrays.copyOf(packet, at), noise, Arrays.copyOfRange(packet, at, packet.length));
        }
    }

    /** The types of what the broker has sent. */
    private static final class Received implements PacketHandler {
        final List<PacketType> types = new ArrayList<>();

        @Override
        public boolean onPublish(PublishView publish) {
            types.add(PacketType.PUBLISH);
            return true;
        }

        @Override
        public boolean onAck(PacketType type, int packetId, ReasonCode reason) {
            types.add(type);
            return true;
        }

        @Override
        public boolean onPacket(Packet packet) {
            types.add(packet.type());
            return true;
        }
    }
}
