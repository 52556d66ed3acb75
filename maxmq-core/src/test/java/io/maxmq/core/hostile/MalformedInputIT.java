package io.maxmq.core.hostile;

import io.maxmq.MaxMQ;
import io.maxmq.config.Listener;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static io.maxmq.core.hostile.Wire.CLEAN;
import static io.maxmq.core.hostile.Wire.NONE;
import static io.maxmq.core.hostile.Wire.binary;
import static io.maxmq.core.hostile.Wire.bytes;
import static io.maxmq.core.hostile.Wire.concat;
import static io.maxmq.core.hostile.Wire.connect;
import static io.maxmq.core.hostile.Wire.packet;
import static io.maxmq.core.hostile.Wire.publish;
import static io.maxmq.core.hostile.Wire.string;
import static io.maxmq.core.hostile.Wire.u16;
import static io.maxmq.core.hostile.Wire.u32;
import static io.maxmq.core.hostile.Wire.userProperty;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * What is wrong with a packet, and what an MQTT 5.0 client is told about it (§4.13): 0x81 where the bytes cannot be a
 * packet, 0x82 where the packet is not allowed, or a code of its own. Clients of older versions are told nothing. In all
 * cases the connection is closed, and no other.
 */
@Timeout(120)
class MalformedInputIT {
    private static MaxMQ broker;
    private static Readings readings;
    private static RawClient witness;

    @BeforeAll
    static void start() {
        readings = new Readings();
        broker = MaxMQ.builder()
                .name("malformed-input")
                .listener(Listener.tcp(0))
                .allowAnonymous()
                .metrics(readings)
                .start();
        witness = RawClient.connected(5, broker, "witness");
    }

    @AfterAll
    static void stop() {
        witness.close();
        broker.close();
    }

    @AfterEach
    void nobodyElseIsHarmed() {
        witness.ping();
        assertThat(readings.value("maxmq.loop.failures")).isZero();
    }

    static Stream<Arguments> connects() {
        byte[] willQos0 = concat(bytes(0), string("will"), binary(NONE));
        return Stream.of(
                arguments("reserved flag", connect(5, "a", CLEAN | 1, 0, NONE, NONE), 0x81),
                arguments("will QoS without will", connect(5, "a", CLEAN | 0x08, 0, NONE, NONE), 0x81),
                arguments("will RETAIN without will", connect(5, "a", CLEAN | 0x20, 0, NONE, NONE), 0x81),
                arguments("will QoS 3", connect(5, "a", CLEAN | 0x1C, 0, NONE, willQos0), 0x81),
                arguments("payload ends early", connect(5, "a", CLEAN | 0x80, 0, NONE, NONE), 0x81),
                arguments("bytes behind the payload", connect(5, "a", CLEAN, 0, NONE, bytes(1, 2, 3)), 0x81),
                arguments("receive maximum 0", connect(5, "a", CLEAN, 0, concat(bytes(0x21), u16(0)), NONE), 0x82),
                arguments("packet size 0", connect(5, "a", CLEAN, 0, concat(bytes(0x27), u32(0)), NONE), 0x82),
                arguments(
                        "property twice",
                        connect(5, "a", CLEAN, 0, concat(bytes(0x11), u32(1), bytes(0x11), u32(1)), NONE),
                        0x82),
                arguments("unknown property", connect(5, "a", CLEAN, 0, bytes(0x7E, 0), NONE), 0x81),
                arguments("property of PUBLISH", connect(5, "a", CLEAN, 0, concat(bytes(0x23), u16(1)), NONE), 0x81),
                arguments("client id not UTF-8", connectWithId(bytes(0xC0, 0xAF)), 0x81),
                arguments("client id with NUL", connectWithId(bytes('a', 0)), 0x81),
                arguments("client id with a surrogate", connectWithId(bytes(0xED, 0xA0, 0x80)), 0x81),
                arguments("will topic with wildcard", connectWithWill("will/#", NONE), 0x90),
                arguments("will topic too deep", connectWithWill("/".repeat(200), NONE), 0x90),
                arguments("will to $SYS", connectWithWill("$SYS/x", NONE), 0x87),
                arguments(
                        "authentication method",
                        connect(5, "a", CLEAN, 0, concat(bytes(0x15), string("x")), NONE),
                        0x8C),
                arguments(
                        "authentication data alone",
                        connect(5, "a", CLEAN, 0, concat(bytes(0x16), binary(bytes(1))), NONE),
                        0x82));
    }

    private static byte[] connectWithId(byte[] id) {
        return packet(0x10, string("MQTT"), bytes(5, CLEAN), u16(0), bytes(0), binary(id));
    }

    private static byte[] connectWithWill(String topic, byte[] payload) {
        return connect(5, "a", CLEAN | 0x04, 0, NONE, concat(bytes(0), string(topic), binary(payload)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("connects")
    void aWrongConnectIsAnsweredWithItsReason(String what, byte[] connect, int reason) {
        try (RawClient client = RawClient.open(5, broker)) {
            client.send(connect);

            assertThat(client.expect(Wire.CONNACK).u8(1)).isEqualTo(reason);
            assertThat(client.read()).as("after CONNACK").isNull();
        }
    }

    static Stream<Arguments> notConnects() {
        return Stream.of(
                arguments("PINGREQ", Wire.PINGREQ),
                arguments("PUBLISH", publish(5, 0, 0, "a", NONE)),
                arguments("SUBSCRIBE", Wire.subscribe(5, 1, 0, "a")),
                arguments("CONNACK", packet(0x20, bytes(0, 0, 0))),
                arguments("AUTH", packet(0xF0)),
                arguments("type 0", packet(0x00)),
                arguments(
                        "flags of CONNECT",
                        packet(0x11, string("MQTT"), bytes(5, CLEAN), u16(0), bytes(0), string("a"))),
                arguments("length of five bytes", bytes(0x10, 0xFF, 0xFF, 0xFF, 0xFF, 0x01)),
                arguments("256 MB announced", bytes(0x10, 0xFF, 0xFF, 0xFF, 0x7F)),
                arguments("65 kB announced", bytes(0x10, 0xFF, 0xFF, 0x04)),
                arguments("HTTP", "GET / HTTP/1.1\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII)),
                arguments("TLS", bytes(0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00)),
                arguments("nothing but ones", filled(1000, 0xFF)),
                arguments("nothing but zeros", filled(1000, 0)));
    }

    private static byte[] filled(int length, int with) {
        byte[] all = new byte[length];
        Arrays.fill(all, (byte) with);
        return all;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("notConnects")
    void anythingButConnectIsNotAnswered(String what, byte[] input) {
        try (RawClient client = RawClient.open(5, broker)) {
            client.send(input);

            assertThat(client.read()).isNull();
        }
    }

    static Stream<Arguments> packets() {
        byte[] x = string("x");
        return Stream.of(
                arguments("second CONNECT", connect(5, "again"), 0x82),
                arguments("type 0", packet(0x00), 0x81),
                arguments("CONNACK", packet(0x20, bytes(0, 0, 0)), 0x82),
                arguments("SUBACK", packet(0x90, u16(1), bytes(0, 0)), 0x82),
                arguments("UNSUBACK", packet(0xB0, u16(1), bytes(0, 0)), 0x82),
                arguments("PINGRESP", packet(0xD0), 0x82),
                arguments("AUTH", packet(0xF0), 0x82),
                arguments("length of five bytes", bytes(0x30, 0xFF, 0xFF, 0xFF, 0xFF, 0x01), 0x81),
                arguments("length in too many bytes", bytes(0xC0, 0x80, 0x00), 0x81),
                arguments("256 MB announced", bytes(0x30, 0xFF, 0xFF, 0xFF, 0x7F), 0x95),
                arguments("PUBLISH QoS 3", packet(0x36, x, u16(1), bytes(0)), 0x81),
                arguments("PUBLISH DUP at QoS 0", packet(0x38, x, bytes(0)), 0x81),
                arguments("PUBLISH packet id 0", publish(5, 1, 0, "x", NONE), 0x82),
                arguments("PUBLISH without topic", publish(5, 0, 0, "", NONE), 0x82),
                arguments("PUBLISH to a wildcard", publish(5, 0, 0, "x/#", NONE), 0x90),
                arguments("PUBLISH too deep", publish(5, 0, 0, "/".repeat(65_535), NONE), 0x90),
                arguments("PUBLISH topic with NUL", packet(0x30, binary(bytes('x', 0)), bytes(0)), 0x81),
                arguments("PUBLISH topic overlong", packet(0x30, binary(bytes(0xC0, 0xAF)), bytes(0)), 0x81),
                arguments("PUBLISH topic cut off", packet(0x30, bytes(0, 50, 'x')), 0x81),
                arguments("PUBLISH alias 0", publishWith(bytes(0x23), u16(0)), 0x94),
                arguments("PUBLISH alias too large", publishWith(bytes(0x23), u16(33)), 0x94),
                arguments("PUBLISH alias unknown", publish(5, 0, 0, "", bytes(0x23, 0, 7), NONE), 0x82),
                arguments("PUBLISH alias twice", publishWith(bytes(0x23, 0, 1, 0x23, 0, 1)), 0x82),
                arguments("PUBLISH format 2", publishWith(bytes(0x01, 2)), 0x82),
                arguments("PUBLISH subscription id", publishWith(bytes(0x0B, 1)), 0x82),
                arguments("PUBLISH unknown property", publishWith(bytes(0x7E, 0)), 0x81),
                arguments("PUBLISH property of CONNECT", publishWith(bytes(0x11), u32(1)), 0x81),
                arguments("PUBLISH properties longer than it", packet(0x30, x, bytes(0x7F, 1, 1)), 0x81),
                arguments("PUBLISH property cut off", publishWith(bytes(0x26, 0, 9, 'x')), 0x81),
                arguments("PUBLISH response topic with wildcard", publishWith(bytes(0x08), string("a/+")), 0x82),
                arguments("PUBLISH 200 user properties", publishWith(userProperties(200)), 0x97),
                arguments("PUBACK packet id 0", packet(0x40, u16(0)), 0x82),
                arguments("PUBACK cut off", packet(0x40, bytes(1)), 0x81),
                arguments("PUBACK unknown reason", packet(0x40, u16(1), bytes(0x05)), 0x81),
                arguments("PUBACK flags", packet(0x42, u16(1)), 0x81),
                arguments("PUBREL flags", packet(0x60, u16(1)), 0x81),
                arguments("SUBSCRIBE flags", packet(0x80, u16(1), bytes(0), x, bytes(0)), 0x81),
                arguments("SUBSCRIBE packet id 0", packet(0x82, u16(0), bytes(0), x, bytes(0)), 0x82),
                arguments("SUBSCRIBE without filters", packet(0x82, u16(1), bytes(0)), 0x82),
                arguments("SUBSCRIBE QoS 3", packet(0x82, u16(1), bytes(0), x, bytes(3)), 0x82),
                arguments("SUBSCRIBE reserved option", packet(0x82, u16(1), bytes(0), x, bytes(0x40)), 0x81),
                arguments("SUBSCRIBE retain handling 3", packet(0x82, u16(1), bytes(0), x, bytes(0x30)), 0x82),
                arguments("SUBSCRIBE id 0", packet(0x82, u16(1), bytes(2, 0x0B, 0), x, bytes(0)), 0x82),
                arguments("SUBSCRIBE id twice", packet(0x82, u16(1), bytes(4, 0x0B, 1, 0x0B, 2), x, bytes(0)), 0x82),
                arguments("SUBSCRIBE filter cut off", packet(0x82, u16(1), bytes(0), bytes(0, 9, 'x')), 0x81),
                arguments(
                        "SUBSCRIBE filter not UTF-8",
                        packet(0x82, u16(1), bytes(0), binary(bytes(0xFF)), bytes(0)),
                        0x81),
                arguments("SUBSCRIBE no local and shared", subscribeOptions("$share/g/x", 4), 0x82),
                arguments("UNSUBSCRIBE without filters", packet(0xA2, u16(1), bytes(0)), 0x82),
                arguments("UNSUBSCRIBE flags", packet(0xA0, u16(1), bytes(0), x), 0x81),
                arguments("PINGREQ with a body", packet(0xC0, bytes(1)), 0x81),
                arguments("PINGREQ flags", packet(0xC1), 0x81),
                arguments("DISCONNECT unknown reason", packet(0xE0, bytes(0x05)), 0x81),
                arguments("DISCONNECT flags", packet(0xE1), 0x81),
                arguments("DISCONNECT raises the expiry", packet(0xE0, bytes(0, 5, 0x11), u32(10)), 0x82));
    }

    private static byte[] publishWith(byte[]... properties) {
        return publish(5, 0, 0, "x", concat(properties), NONE);
    }

    private static byte[] userProperties(int count) {
        byte[][] all = new byte[count][];
        Arrays.fill(all, userProperty("n", "v"));
        return concat(all);
    }

    private static byte[] subscribeOptions(String filter, int options) {
        return packet(0x82, u16(1), bytes(0), string(filter), bytes(options));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("packets")
    void aWrongPacketIsAnsweredWithItsReason(String what, byte[] wrong, int reason) {
        try (RawClient client = RawClient.connected(5, broker, "malformed")) {
            // What comes before it is served, what comes after it is not.
            client.send(concat(Wire.PINGREQ, wrong, Wire.PINGREQ)).expect(0xD0);

            assertThat(client.expect(Wire.DISCONNECT).u8(0)).isEqualTo(reason);
            assertThat(client.read()).as("after DISCONNECT").isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4})
    void olderVersionsAreToldNothing(int level) {
        byte[] x = string("x");
        byte[][] wrong = {
            connect(level, "again"),
            packet(0x00),
            packet(0x36, x, u16(1)),
            packet(0x30, binary(bytes(0xC0, 0xAF))),
            publish(level, 0, 0, "x/#", NONE),
            publish(level, 1, 0, "x", NONE),
            packet(0x80, u16(1), x, bytes(0)),
            packet(0x82, u16(1)),
            packet(0x82, u16(1), x, bytes(4)),
            packet(0xC0, bytes(1)),
            packet(0xF0),
            bytes(0x30, 0xFF, 0xFF, 0xFF, 0x7F),
        };
        for (byte[] each : wrong) {
            try (RawClient client = RawClient.connected(level, broker, "malformed")) {
                client.send(concat(Wire.PINGREQ, each, Wire.PINGREQ)).expect(0xD0);

                assertThat(client.read()).as(Arrays.toString(each)).isNull();
            }
        }
    }

    /** However it is cut into pieces, the answer is the same. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("packets")
    void aWrongPacketInPiecesIsAnsweredAlike(String what, byte[] wrong, int reason) {
        if (wrong.length > 1000) {
            return;
        }
        try (RawClient client = RawClient.connected(5, broker, "malformed")) {
            for (byte each : wrong) {
                if (!client.trySend(new byte[] {each})) {
                    break;
                }
            }

            assertThat(client.expect(Wire.DISCONNECT).u8(0)).isEqualTo(reason);
            assertThat(client.read()).as("after DISCONNECT").isNull();
        }
    }
}
