package io.maxmq.codec.wire;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.RetainHandling;
import io.maxmq.codec.packet.Auth;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.ConnectWill;
import io.maxmq.codec.packet.Disconnect;
import io.maxmq.codec.packet.Packet;
import io.maxmq.codec.packet.PingReq;
import io.maxmq.codec.packet.PingResp;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
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
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

import static io.maxmq.codec.ProtocolVersion.MQTT_3_1;
import static io.maxmq.codec.ProtocolVersion.MQTT_3_1_1;
import static io.maxmq.codec.ProtocolVersion.MQTT_5;
import static io.maxmq.codec.ReasonCode.CLIENT_IDENTIFIER_NOT_VALID;
import static io.maxmq.codec.ReasonCode.MALFORMED_PACKET;
import static io.maxmq.codec.ReasonCode.PACKET_TOO_LARGE;
import static io.maxmq.codec.ReasonCode.PROTOCOL_ERROR;
import static io.maxmq.codec.ReasonCode.QUOTA_EXCEEDED;
import static io.maxmq.codec.ReasonCode.SUCCESS;
import static io.maxmq.codec.ReasonCode.TOPIC_ALIAS_INVALID;
import static io.maxmq.codec.ReasonCode.TOPIC_NAME_INVALID;
import static io.maxmq.codec.ReasonCode.UNSUPPORTED_PROTOCOL_VERSION;

/** Packets as raw bytes, with the record that they are or the reason why they are refused. For all tests. */
final class PacketSamples {
    /** Who wrote the bytes. */
    enum From {
        CLIENT,
        SERVER
    }

    /**
     * @param version of the connection; a CONNECT has its own
     * @param packet what the bytes are, or null when they are refused
     * @param canonical whether the packet is written with exactly these bytes
     * @param reason why they are refused, or null
     */
    record Sample(
            String name,
            ProtocolVersion version,
            From from,
            byte[] bytes,
            @Nullable Packet packet,
            boolean canonical,
            @Nullable ReasonCode reason) {
        @Override
        public String toString() {
            return version + " " + name;
        }

        boolean isConnect() {
            return (bytes[0] & 0xF0) == 0x10;
        }
    }

    /** Few and small limits, so that samples can exceed them. */
    static final DecodeLimits LIMITS = new DecodeLimits(512, 512, 2, 20, 3, 23);

    private static final List<Sample> ALL = new ArrayList<>();

    private PacketSamples() {}

    static List<Sample> all() {
        return ALL;
    }

    static List<Sample> valid() {
        return ALL.stream().filter(sample -> sample.packet != null).toList();
    }

    static List<Sample> refused() {
        return ALL.stream().filter(sample -> sample.packet == null).toList();
    }

    private static void valid(String name, ProtocolVersion version, From from, Packet packet, String bytes) {
        ALL.add(new Sample(name, version, from, Bytes.of(bytes), packet, true, null));
    }

    /** Valid, but written in another way. */
    private static void readOnly(String name, ProtocolVersion version, From from, Packet packet, String bytes) {
        ALL.add(new Sample(name, version, from, Bytes.of(bytes), packet, false, null));
    }

    private static void refused(String name, ProtocolVersion version, From from, ReasonCode reason, String bytes) {
        ALL.add(new Sample(name, version, from, Bytes.of(bytes), null, false, reason));
    }

    private static final From C = From.CLIENT;
    private static final From S = From.SERVER;

    static {
        connect();
        connAck();
        publish();
        publishProperties();
        acknowledgements();
        subscribe();
        subAck();
        unsubscribe();
        unsubAck();
        ping();
        disconnect();
        auth();
        header();
    }

    private static void connect() {
        valid("CONNECT 3.1", MQTT_3_1, C, Connect.of(MQTT_3_1, "c1", true, 60), """
                10 10               # CONNECT, remaining length
                00 06 'MQIsdp' 03   # protocol name, level
                02 00 3C            # clean session; keep alive
                00 02 'c1'
                """);
        readOnly(
                "CONNECT 3.1 with the unused flag, and a user name that the length cuts off",
                MQTT_3_1,
                C,
                Connect.of(MQTT_3_1, "c1", true, 60),
                "10 10 00 06 'MQIsdp' 03 C3 00 3C 00 02 'c1'");
        valid(
                "CONNECT 3.1.1",
                MQTT_3_1_1,
                C,
                Connect.of(MQTT_3_1_1, "", false, 0),
                "10 0C 00 04 'MQTT' 04 00 00 00 00 00");
        valid(
                "CONNECT 3.1.1 with everything",
                MQTT_3_1_1,
                C,
                new Connect(
                        MQTT_3_1_1,
                        false,
                        true,
                        65_535,
                        Properties.NONE,
                        "c1",
                        new ConnectWill("w/t", Bytes.buffer("01 02"), QoS.EXACTLY_ONCE, true, Properties.NONE),
                        "user",
                        Bytes.buffer("00 FF")),
                """
                10 21
                00 04 'MQTT' 04
                F6 FF FF            # user name, password, will retain, will QoS 2, will, clean session
                00 02 'c1'
                00 03 'w/t'
                00 02 01 02         # will payload
                00 04 'user'
                00 02 00 FF         # password
                """);
        valid(
                "CONNECT 3.1.1 of a bridge",
                MQTT_3_1_1,
                C,
                new Connect(MQTT_3_1_1, true, true, 60, Properties.NONE, "b", null, null, null),
                "10 0D 00 04 'MQTT' 84 02 00 3C 00 01 'b'");
        valid(
                "CONNECT 3.1 of a bridge",
                MQTT_3_1,
                C,
                new Connect(MQTT_3_1, true, true, 60, Properties.NONE, "b", null, null, null),
                "10 0F 00 06 'MQIsdp' 83 02 00 3C 00 01 'b'");
        valid(
                "CONNECT 5.0",
                MQTT_5,
                C,
                Connect.of(MQTT_5, "c1", true, 60),
                "10 0F 00 04 'MQTT' 05 02 00 3C 00 00 02 'c1'");
        valid(
                "CONNECT 5.0 with everything, and a password without user name",
                MQTT_5,
                C,
                new Connect(
                        MQTT_5,
                        false,
                        false,
                        10,
                        Properties.builder()
                                .set(PropertyId.SESSION_EXPIRY_INTERVAL, 0xFFFF_FFFFL)
                                .set(PropertyId.AUTHENTICATION_METHOD, "m")
                                .set(PropertyId.AUTHENTICATION_DATA, Bytes.buffer("AA"))
                                .set(PropertyId.REQUEST_PROBLEM_INFORMATION, false)
                                .set(PropertyId.REQUEST_RESPONSE_INFORMATION, true)
                                .set(PropertyId.RECEIVE_MAXIMUM, 20)
                                .set(PropertyId.TOPIC_ALIAS_MAXIMUM, 5)
                                .userProperty("a", "b")
                                .userProperty("a", "c")
                                .set(PropertyId.MAXIMUM_PACKET_SIZE, 100)
                                .build(),
                        "c1",
                        new ConnectWill(
                                "w",
                                Bytes.buffer("'bye'"),
                                QoS.AT_LEAST_ONCE,
                                false,
                                Properties.builder()
                                        .set(PropertyId.PAYLOAD_FORMAT_INDICATOR, 1)
                                        .set(PropertyId.MESSAGE_EXPIRY_INTERVAL, 60)
                                        .set(PropertyId.CONTENT_TYPE, "t")
                                        .set(PropertyId.RESPONSE_TOPIC, "r")
                                        .set(PropertyId.CORRELATION_DATA, Bytes.buffer("01"))
                                        .set(PropertyId.WILL_DELAY_INTERVAL, 30)
                                        .userProperty("w", "")
                                        .build()),
                        null,
                        Bytes.buffer("'pw'")),
                """
                10 64
                00 04 'MQTT' 05
                4C 00 0A            # password, will QoS 1, will
                2A                  # property length
                11 FF FF FF FF
                15 00 01 'm'
                16 00 01 AA
                17 00
                19 01
                21 00 14
                22 00 05
                26 00 01 'a' 00 01 'b'
                26 00 01 'a' 00 01 'c'
                27 00 00 00 64
                00 02 'c1'
                1E                  # will property length
                01 01
                02 00 00 00 3C
                03 00 01 't'
                08 00 01 'r'
                09 00 01 01
                18 00 00 00 1E
                26 00 01 'w' 00 00
                00 01 'w'
                00 03 'bye'
                00 02 'pw'
                """);

        refused("CONNECT without body", MQTT_5, C, MALFORMED_PACKET, "10 00");
        refused("CONNECT with flags", MQTT_5, C, MALFORMED_PACKET, "11 0F 00 04 'MQTT' 05 02 00 3C 00 00 02 'c1'");
        refused(
                "CONNECT of another protocol",
                MQTT_5,
                C,
                UNSUPPORTED_PROTOCOL_VERSION,
                "10 0F 00 04 'AMQP' 05 02 00 3C 00 00 02 'c1'");
        refused(
                "CONNECT of level 6",
                MQTT_5,
                C,
                UNSUPPORTED_PROTOCOL_VERSION,
                "10 0F 00 04 'MQTT' 06 02 00 3C 00 00 02 'c1'");
        refused(
                "CONNECT of level 5 with the bridge bit",
                MQTT_5,
                C,
                UNSUPPORTED_PROTOCOL_VERSION,
                "10 0F 00 04 'MQTT' 85 02 00 3C 00 00 02 'c1'");
        refused(
                "CONNECT of level 3 with the name of 3.1.1",
                MQTT_3_1,
                C,
                UNSUPPORTED_PROTOCOL_VERSION,
                "10 0E 00 04 'MQTT' 03 02 00 3C 00 02 'c1'");
        refused(
                "CONNECT of level 4 with the name of 3.1",
                MQTT_3_1_1,
                C,
                UNSUPPORTED_PROTOCOL_VERSION,
                "10 10 00 06 'MQIsdp' 04 02 00 3C 00 02 'c1'");
        for (ProtocolVersion version : List.of(MQTT_3_1_1, MQTT_5)) {
            String level = "0" + version.level();
            String tail = version.isV5() ? "00 3C 00 00 02 'c1'" : "00 3C 00 02 'c1'";
            String length = version.isV5() ? "0F" : "0E";
            refused(
                    "CONNECT with the reserved connect flag",
                    version,
                    C,
                    MALFORMED_PACKET,
                    "10 " + length + " 00 04 'MQTT' " + level + " 03 " + tail);
            refused(
                    "CONNECT with will QoS and no will",
                    version,
                    C,
                    MALFORMED_PACKET,
                    "10 " + length + " 00 04 'MQTT' " + level + " 0A " + tail);
            refused(
                    "CONNECT with will retain and no will",
                    version,
                    C,
                    MALFORMED_PACKET,
                    "10 " + length + " 00 04 'MQTT' " + level + " 22 " + tail);
            refused(
                    "CONNECT with will QoS 3",
                    version,
                    C,
                    MALFORMED_PACKET,
                    version.isV5()
                            ? "10 13 00 04 'MQTT' 05 1E 00 3C 00 00 00 00 00 01 'w' 00 00"
                            : "10 11 00 04 'MQTT' 04 1E 00 3C 00 00 00 01 'w' 00 00");
            refused(
                    "CONNECT whose user name is missing",
                    version,
                    C,
                    MALFORMED_PACKET,
                    "10 " + length + " 00 04 'MQTT' " + level + " 82 " + tail);
        }
        refused(
                "CONNECT with a password and no user name",
                MQTT_3_1_1,
                C,
                MALFORMED_PACKET,
                "10 10 00 04 'MQTT' 04 42 00 3C 00 02 'c1' 00 00");
        refused(
                "CONNECT with a client id of 24 characters",
                MQTT_3_1,
                C,
                CLIENT_IDENTIFIER_NOT_VALID,
                "10 26 00 06 'MQIsdp' 03 02 00 3C 00 18 '123456789012345678901234'");
        refused(
                "CONNECT with U+0000 in its client id",
                MQTT_3_1_1,
                C,
                MALFORMED_PACKET,
                "10 0E 00 04 'MQTT' 04 02 00 3C 00 02 'c' 00");
        refused(
                "CONNECT with a wildcard in its will topic",
                MQTT_3_1_1,
                C,
                TOPIC_NAME_INVALID,
                "10 13 00 04 'MQTT' 04 06 00 3C 00 00 00 03 'a/#' 00 00");
        refused(
                "CONNECT with an empty will topic",
                MQTT_3_1_1,
                C,
                TOPIC_NAME_INVALID,
                "10 10 00 04 'MQTT' 04 06 00 3C 00 00 00 00 00 00");
        refused(
                "CONNECT with bytes behind its end",
                MQTT_3_1_1,
                C,
                MALFORMED_PACKET,
                "10 0F 00 04 'MQTT' 04 02 00 3C 00 02 'c1' 00");
        refusedConnectProperties("receive maximum 0", PROTOCOL_ERROR, "21 00 00");
        refusedConnectProperties("maximum packet size 0", PROTOCOL_ERROR, "27 00 00 00 00");
        refusedConnectProperties("request problem information 2", PROTOCOL_ERROR, "17 02");
        refusedConnectProperties("receive maximum twice", PROTOCOL_ERROR, "21 00 01 21 00 01");
        refusedConnectProperties("authentication data alone", PROTOCOL_ERROR, "16 00 01 AA");
        refusedConnectProperties("a property of PUBLISH", MALFORMED_PACKET, "23 00 01");
        refusedConnectProperties("will delay outside the will", MALFORMED_PACKET, "18 00 00 00 01");
        refusedConnectProperties("an unknown property", MALFORMED_PACKET, "04 00");
        refusedConnectProperties("property 0", MALFORMED_PACKET, "00 00");
        refusedConnectProperties("a property identifier of two bytes", MALFORMED_PACKET, "A6 01 00 00");
        refusedConnectProperties("a property cut off by the property length", MALFORMED_PACKET, "11 00 00 00");
        refusedConnectProperties("too many user properties", QUOTA_EXCEEDED, ("26 00 01 'a' 00 00 ").repeat(3));
        refusedConnectProperties("too long user properties", QUOTA_EXCEEDED, "26 00 0A '0123456789' 00 06 '012345'");
        refusedConnectProperties("a user property that is not UTF-8", MALFORMED_PACKET, "26 00 01 FF 00 00");
        refused(
                "CONNECT with an alias in its will",
                MQTT_5,
                C,
                MALFORMED_PACKET,
                "10 16 00 04 'MQTT' 05 06 00 3C 00 00 00 03 23 00 01 00 01 'w' 00 00");
    }

    private static void refusedConnectProperties(String name, ReasonCode reason, String properties) {
        int length = Bytes.of(properties).length;
        String bytes = "10 %02X 00 04 'MQTT' 05 02 00 3C %02X %s 00 00".formatted(13 + length, length, properties);
        refused("CONNECT with " + name, MQTT_5, C, reason, bytes);
    }

    private static void connAck() {
        valid("CONNACK", MQTT_3_1, S, new ConnAck(false, SUCCESS, Properties.NONE), "20 02 00 00");
        for (ProtocolVersion version : List.of(MQTT_3_1, MQTT_3_1_1)) {
            valid(
                    "CONNACK 1",
                    version,
                    S,
                    new ConnAck(false, UNSUPPORTED_PROTOCOL_VERSION, Properties.NONE),
                    "20 02 00 01");
            valid(
                    "CONNACK 2",
                    version,
                    S,
                    new ConnAck(false, CLIENT_IDENTIFIER_NOT_VALID, Properties.NONE),
                    "20 02 00 02");
            valid(
                    "CONNACK 3",
                    version,
                    S,
                    new ConnAck(false, ReasonCode.SERVER_UNAVAILABLE, Properties.NONE),
                    "20 02 00 03");
            valid(
                    "CONNACK 4",
                    version,
                    S,
                    new ConnAck(false, ReasonCode.BAD_USER_NAME_OR_PASSWORD, Properties.NONE),
                    "20 02 00 04");
            valid(
                    "CONNACK 5",
                    version,
                    S,
                    new ConnAck(false, ReasonCode.NOT_AUTHORIZED, Properties.NONE),
                    "20 02 00 05");
            refused("CONNACK 6", version, S, MALFORMED_PACKET, "20 02 00 06");
        }
        valid(
                "CONNACK with session present",
                MQTT_3_1_1,
                S,
                new ConnAck(true, SUCCESS, Properties.NONE),
                "20 02 01 00");
        valid("CONNACK", MQTT_5, S, new ConnAck(true, SUCCESS, Properties.NONE), "20 03 01 00 00");
        valid(
                "CONNACK with everything",
                MQTT_5,
                S,
                new ConnAck(
                        false,
                        SUCCESS,
                        Properties.builder()
                                .set(PropertyId.SESSION_EXPIRY_INTERVAL, 10)
                                .set(PropertyId.ASSIGNED_CLIENT_IDENTIFIER, "id")
                                .set(PropertyId.SERVER_KEEP_ALIVE, 60)
                                .set(PropertyId.AUTHENTICATION_METHOD, "m")
                                .set(PropertyId.AUTHENTICATION_DATA, Bytes.buffer("01"))
                                .set(PropertyId.RESPONSE_INFORMATION, "i")
                                .set(PropertyId.SERVER_REFERENCE, "s")
                                .set(PropertyId.REASON_STRING, "r")
                                .set(PropertyId.RECEIVE_MAXIMUM, 65_535)
                                .set(PropertyId.TOPIC_ALIAS_MAXIMUM, 0)
                                .set(PropertyId.MAXIMUM_QOS, 1)
                                .set(PropertyId.RETAIN_AVAILABLE, false)
                                .userProperty("a", "b")
                                .set(PropertyId.MAXIMUM_PACKET_SIZE, 0xFFFF_FFFFL)
                                .set(PropertyId.WILDCARD_SUBSCRIPTION_AVAILABLE, true)
                                .set(PropertyId.SUBSCRIPTION_IDENTIFIER_AVAILABLE, false)
                                .set(PropertyId.SHARED_SUBSCRIPTION_AVAILABLE, true)
                                .build()),
                """
                20 40
                00 00
                3D
                11 00 00 00 0A
                12 00 02 'id'
                13 00 3C
                15 00 01 'm'
                16 00 01 01
                1A 00 01 'i'
                1C 00 01 's'
                1F 00 01 'r'
                21 FF FF
                22 00 00
                24 01
                25 00
                26 00 01 'a' 00 01 'b'
                27 FF FF FF FF
                28 01
                29 00
                2A 01
                """);
        refused("CONNACK with reserved flags", MQTT_5, S, MALFORMED_PACKET, "20 03 02 00 00");
        refused("CONNACK of a refusal with session present", MQTT_5, S, PROTOCOL_ERROR, "20 03 01 80 00");
        refused("CONNACK of a refusal with session present", MQTT_3_1_1, S, PROTOCOL_ERROR, "20 02 01 05");
        refused("CONNACK without property length", MQTT_5, S, MALFORMED_PACKET, "20 02 00 00");
        refused("CONNACK with maximum QoS 2", MQTT_5, S, PROTOCOL_ERROR, "20 05 00 00 02 24 02");
        refused("CONNACK with a reason of SUBACK", MQTT_5, S, PROTOCOL_ERROR, "20 03 00 01 00");
        refused("CONNACK with an unknown reason", MQTT_5, S, MALFORMED_PACKET, "20 03 00 03 00");
        refused("CONNACK from a client", MQTT_5, C, PROTOCOL_ERROR, "20 03 00 00 00");
    }

    private static void publish() {
        for (ProtocolVersion version : List.of(MQTT_3_1, MQTT_3_1_1)) {
            valid(
                    "PUBLISH QoS 0",
                    version,
                    C,
                    new Publish(false, QoS.AT_MOST_ONCE, false, "a/b", 0, Properties.NONE, Bytes.buffer("'hello'")),
                    "30 0A 00 03 'a/b' 'hello'");
            valid(
                    "PUBLISH QoS 2, all flags, no payload",
                    version,
                    C,
                    new Publish(true, QoS.EXACTLY_ONCE, true, "$x/ä", 65_535, Properties.NONE, Bytes.buffer("")),
                    "3D 09 00 05 '$x/ä' FF FF");
        }
        valid(
                "PUBLISH QoS 1",
                MQTT_5,
                C,
                new Publish(false, QoS.AT_LEAST_ONCE, false, "a", 1, Properties.NONE, Bytes.buffer("00")),
                "32 07 00 01 'a' 00 01 00 00");
        valid(
                "PUBLISH of a server",
                MQTT_5,
                S,
                new Publish(
                        false,
                        QoS.AT_MOST_ONCE,
                        true,
                        "a",
                        0,
                        Properties.builder()
                                .subscriptionIdentifier(1)
                                .subscriptionIdentifier(268_435_455)
                                .build(),
                        Bytes.buffer("")),
                "31 0B 00 01 'a' 07 0B 01 0B FF FF FF 7F");
        for (ProtocolVersion version : ProtocolVersion.values()) {
            refused("PUBLISH QoS 3", version, C, MALFORMED_PACKET, "36 07 00 01 'a' 00 01 00 00");
            refused("PUBLISH QoS 0 with DUP", version, C, MALFORMED_PACKET, "38 04 00 01 'a' 00");
            refused("PUBLISH with packet id 0", version, C, PROTOCOL_ERROR, "32 07 00 01 'a' 00 00 00 00");
            refused("PUBLISH with a topic cut off", version, C, MALFORMED_PACKET, "30 04 00 05 'ab'");
            refused("PUBLISH without topic", version, C, MALFORMED_PACKET, "30 00");
            refused("PUBLISH with half a packet id", version, C, MALFORMED_PACKET, "32 04 00 01 'a' 00");
            refused("PUBLISH to +", version, C, TOPIC_NAME_INVALID, "30 06 00 03 'a/+' 00");
            refused("PUBLISH to #", version, C, TOPIC_NAME_INVALID, "30 04 00 01 '#' 00");
            refused("PUBLISH to U+0000", version, C, MALFORMED_PACKET, "30 05 00 02 'a' 00 00");
            refused("PUBLISH to a surrogate", version, C, MALFORMED_PACKET, "30 06 00 03 ED A0 80 00");
            refused("PUBLISH to an overlong slash", version, C, MALFORMED_PACKET, "30 05 00 02 C0 AF 00");
            refused("PUBLISH to an empty topic", version, C, PROTOCOL_ERROR, "30 03 00 00 00");
        }
    }

    private static void publishProperties() {
        valid(
                "PUBLISH with everything",
                MQTT_5,
                C,
                new Publish(
                        false,
                        QoS.AT_LEAST_ONCE,
                        false,
                        "a",
                        2,
                        Properties.builder()
                                .set(PropertyId.PAYLOAD_FORMAT_INDICATOR, 1)
                                .set(PropertyId.MESSAGE_EXPIRY_INTERVAL, 0xFFFF_FFFFL)
                                .set(PropertyId.CONTENT_TYPE, "t")
                                .set(PropertyId.RESPONSE_TOPIC, "r/s")
                                .set(PropertyId.CORRELATION_DATA, Bytes.buffer("00"))
                                .set(PropertyId.TOPIC_ALIAS, 7)
                                .userProperty("k", "v")
                                .userProperty("", "")
                                .build(),
                        Bytes.buffer("'p'")),
                """
                32 2B
                00 01 'a' 00 02
                24
                01 01
                02 FF FF FF FF
                03 00 01 't'
                08 00 03 'r/s'
                09 00 01 00
                23 00 07
                26 00 01 'k' 00 01 'v'
                26 00 00 00 00
                'p'
                """);
        valid(
                "PUBLISH to an alias",
                MQTT_5,
                C,
                new Publish(
                        false,
                        QoS.AT_MOST_ONCE,
                        false,
                        "",
                        0,
                        Properties.builder().set(PropertyId.TOPIC_ALIAS, 1).build(),
                        Bytes.buffer("")),
                "30 06 00 00 03 23 00 01");
        refusedPublishProperties("topic alias 0", TOPIC_ALIAS_INVALID, "23 00 00");
        refusedPublishProperties("two topic aliases", PROTOCOL_ERROR, "23 00 01 23 00 01");
        refusedPublishProperties("two message expiries", PROTOCOL_ERROR, "02 00 00 00 01 02 00 00 00 01");
        refusedPublishProperties("payload format 2", PROTOCOL_ERROR, "01 02");
        refusedPublishProperties("a subscription identifier", PROTOCOL_ERROR, "0B 01");
        refusedPublishProperties("subscription identifier 0", PROTOCOL_ERROR, "0B 00");
        refusedPublishProperties("a wildcard in its response topic", PROTOCOL_ERROR, "08 00 01 '+'");
        refusedPublishProperties("an empty response topic", PROTOCOL_ERROR, "08 00 00");
        refusedPublishProperties("a response topic that is not UTF-8", MALFORMED_PACKET, "08 00 01 C3");
        refusedPublishProperties("a content type cut off", MALFORMED_PACKET, "03 00 02 't'");
        refusedPublishProperties("session expiry", MALFORMED_PACKET, "11 00 00 00 01");
        refusedPublishProperties("too many user properties", QUOTA_EXCEEDED, "26 00 00 00 00 ".repeat(3));
        refusedPublishProperties("too long user properties", QUOTA_EXCEEDED, "26 00 08 '01234567' 00 08 '01234567'");
        refused("PUBLISH with properties cut off", MQTT_5, C, MALFORMED_PACKET, "30 06 00 01 'a' 05 01 01");
        refused("PUBLISH without property length", MQTT_5, C, MALFORMED_PACKET, "30 03 00 01 'a'");
        refused("PUBLISH with an overlong property length", MQTT_5, C, MALFORMED_PACKET, "30 05 00 01 'a' 80 00");
        refused(
                "PUBLISH with a property length of five bytes",
                MQTT_5,
                C,
                MALFORMED_PACKET,
                "30 08 00 01 'a' 80 80 80 80 01");
        refused("PUBLISH with subscription identifier 0", MQTT_5, S, PROTOCOL_ERROR, "30 06 00 01 'a' 02 0B 00");
        refused(
                "PUBLISH with a subscription identifier of five bytes",
                MQTT_5,
                S,
                MALFORMED_PACKET,
                "30 0A 00 01 'a' 06 0B FF FF FF FF 01");
    }

    private static void refusedPublishProperties(String name, ReasonCode reason, String properties) {
        int length = Bytes.of(properties).length;
        String bytes = "30 %02X 00 01 'a' %02X %s".formatted(4 + length, length, properties);
        refused("PUBLISH with " + name, MQTT_5, C, reason, bytes);
    }

    private static void acknowledgements() {
        for (From from : From.values()) {
            for (ProtocolVersion version : ProtocolVersion.values()) {
                valid("PUBACK", version, from, PubAck.of(1), "40 02 00 01");
                valid("PUBREC", version, from, PubRec.of(256), "50 02 01 00");
                valid("PUBREL", version, from, PubRel.of(65_535), "62 02 FF FF");
                valid("PUBCOMP", version, from, PubComp.of(4), "70 02 00 04");
                refused("PUBACK with packet id 0", version, from, PROTOCOL_ERROR, "40 02 00 00");
                refused("PUBACK cut off", version, from, MALFORMED_PACKET, "40 01 00");
                refused("PUBACK without body", version, from, MALFORMED_PACKET, "40 00");
                refused("PUBACK with flags", version, from, MALFORMED_PACKET, "42 02 00 01");
                refused("PUBREC with flags", version, from, MALFORMED_PACKET, "58 02 00 01");
                refused("PUBREL without flags", version, from, MALFORMED_PACKET, "60 02 00 01");
                refused("PUBCOMP with flags", version, from, MALFORMED_PACKET, "71 02 00 01");
            }
            readOnly("PUBREL resent", MQTT_3_1, from, PubRel.of(1), "6A 02 00 01");
            refused("PUBREL with DUP", MQTT_3_1_1, from, MALFORMED_PACKET, "6A 02 00 01");
            refused("PUBACK with a reason", MQTT_3_1_1, from, MALFORMED_PACKET, "40 03 00 01 10");
            valid(
                    "PUBACK",
                    MQTT_5,
                    from,
                    new PubAck(1, ReasonCode.NO_MATCHING_SUBSCRIBERS, Properties.NONE),
                    "40 03 00 01 10");
            valid("PUBREC", MQTT_5, from, new PubRec(1, ReasonCode.QUOTA_EXCEEDED, Properties.NONE), "50 03 00 01 97");
            valid(
                    "PUBREL",
                    MQTT_5,
                    from,
                    new PubRel(1, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND, Properties.NONE),
                    "62 03 00 01 92");
            valid(
                    "PUBCOMP",
                    MQTT_5,
                    from,
                    new PubComp(1, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND, Properties.NONE),
                    "70 03 00 01 92");
            readOnly("PUBACK with all left in", MQTT_5, from, PubAck.of(1), "40 04 00 01 00 00");
            readOnly(
                    "PUBACK with properties, which are dropped",
                    MQTT_5,
                    from,
                    PubAck.of(1),
                    "40 0F 00 01 00 0B 1F 00 01 'r' 26 00 01 'k' 00 01 'v'");
            refused("PUBACK with a reason of PUBREL", MQTT_5, from, PROTOCOL_ERROR, "40 03 00 01 92");
            refused("PUBREL with a reason of PUBACK", MQTT_5, from, PROTOCOL_ERROR, "62 03 00 01 10");
            refused("PUBACK with an unknown reason", MQTT_5, from, MALFORMED_PACKET, "40 03 00 01 FF");
            refused("PUBACK with bytes behind its end", MQTT_5, from, MALFORMED_PACKET, "40 05 00 01 00 00 00");
            refused("PUBACK with a property of PUBLISH", MQTT_5, from, MALFORMED_PACKET, "40 06 00 01 00 02 01 01");
            refused(
                    "PUBACK with two reason strings",
                    MQTT_5,
                    from,
                    PROTOCOL_ERROR,
                    "40 0A 00 01 00 06 1F 00 00 1F 00 00");
        }
    }

    private static void subscribe() {
        for (ProtocolVersion version : List.of(MQTT_3_1, MQTT_3_1_1)) {
            valid(
                    "SUBSCRIBE",
                    version,
                    C,
                    new Subscribe(
                            10,
                            Properties.NONE,
                            List.of(
                                    RequestedSubscription.of("a/+", QoS.AT_MOST_ONCE),
                                    RequestedSubscription.of("#", QoS.EXACTLY_ONCE))),
                    "82 0C 00 0A 00 03 'a/+' 00 00 01 '#' 02");
            refused("SUBSCRIBE with reserved options", version, C, MALFORMED_PACKET, "82 06 00 01 00 01 'a' 04");
            refused("SUBSCRIBE without filters", version, C, PROTOCOL_ERROR, "82 02 00 01");
        }
        readOnly(
                "SUBSCRIBE resent",
                MQTT_3_1,
                C,
                new Subscribe(1, Properties.NONE, List.of(RequestedSubscription.of("a", QoS.AT_LEAST_ONCE))),
                "8A 06 00 01 00 01 'a' 01");
        valid(
                "SUBSCRIBE with everything, and what is no filter",
                MQTT_5,
                C,
                new Subscribe(
                        10,
                        Properties.builder()
                                .subscriptionIdentifier(128)
                                .userProperty("k", "v")
                                .build(),
                        List.of(
                                new RequestedSubscription(
                                        "", QoS.AT_LEAST_ONCE, true, true, RetainHandling.DO_NOT_SEND),
                                new RequestedSubscription(
                                        "a#", QoS.AT_MOST_ONCE, false, false, RetainHandling.SEND_IF_NEW))),
                """
                82 15
                00 0A
                0A
                0B 80 01
                26 00 01 'k' 00 01 'v'
                00 00 2D
                00 02 'a#' 10
                """);
        refused("SUBSCRIBE without filters", MQTT_5, C, PROTOCOL_ERROR, "82 03 00 01 00");
        refused("SUBSCRIBE with packet id 0", MQTT_5, C, PROTOCOL_ERROR, "82 07 00 00 00 00 01 'a' 00");
        refused("SUBSCRIBE without flags", MQTT_5, C, MALFORMED_PACKET, "80 07 00 01 00 00 01 'a' 00");
        refused("SUBSCRIBE without options", MQTT_5, C, MALFORMED_PACKET, "82 06 00 01 00 00 01 'a'");
        refused("SUBSCRIBE with QoS 3", MQTT_5, C, PROTOCOL_ERROR, "82 07 00 01 00 00 01 'a' 03");
        refused("SUBSCRIBE with retain handling 3", MQTT_5, C, PROTOCOL_ERROR, "82 07 00 01 00 00 01 'a' 30");
        refused("SUBSCRIBE with reserved options", MQTT_5, C, MALFORMED_PACKET, "82 07 00 01 00 00 01 'a' 40");
        refused("SUBSCRIBE to U+0000", MQTT_5, C, MALFORMED_PACKET, "82 07 00 01 00 00 01 00 00");
        refused(
                "SUBSCRIBE with two subscription identifiers",
                MQTT_5,
                C,
                PROTOCOL_ERROR,
                "82 0B 00 01 04 0B 01 0B 01 00 01 'a' 00");
        refused(
                "SUBSCRIBE with subscription identifier 0",
                MQTT_5,
                C,
                PROTOCOL_ERROR,
                "82 09 00 01 02 0B 00 00 01 'a' 00");
        refused(
                "SUBSCRIBE with too many filters",
                MQTT_5,
                C,
                QUOTA_EXCEEDED,
                "82 13 00 01 00 " + "00 01 'a' 00 ".repeat(4));
        refused("SUBSCRIBE from a server", MQTT_5, S, PROTOCOL_ERROR, "82 07 00 01 00 00 01 'a' 00");
    }

    private static void subAck() {
        for (ProtocolVersion version : List.of(MQTT_3_1, MQTT_3_1_1)) {
            valid(
                    "SUBACK",
                    version,
                    S,
                    new SubAck(
                            10,
                            Properties.NONE,
                            List.of(
                                    SUCCESS,
                                    ReasonCode.GRANTED_QOS_1,
                                    ReasonCode.GRANTED_QOS_2,
                                    ReasonCode.UNSPECIFIED_ERROR)),
                    "90 06 00 0A 00 01 02 80");
            refused("SUBACK with a reason of 5.0", version, S, MALFORMED_PACKET, "90 03 00 0A 87");
        }
        valid(
                "SUBACK",
                MQTT_5,
                S,
                new SubAck(
                        10,
                        Properties.builder().set(PropertyId.REASON_STRING, "r").build(),
                        List.of(ReasonCode.GRANTED_QOS_2, ReasonCode.TOPIC_FILTER_INVALID)),
                "90 09 00 0A 04 1F 00 01 'r' 02 8F");
        refused("SUBACK without reasons", MQTT_5, S, PROTOCOL_ERROR, "90 03 00 0A 00");
        refused("SUBACK with a reason of UNSUBACK", MQTT_5, S, PROTOCOL_ERROR, "90 04 00 0A 00 11");
        refused("SUBACK from a client", MQTT_5, C, PROTOCOL_ERROR, "90 04 00 0A 00 00");
    }

    private static void unsubscribe() {
        for (ProtocolVersion version : List.of(MQTT_3_1, MQTT_3_1_1)) {
            valid(
                    "UNSUBSCRIBE",
                    version,
                    C,
                    new Unsubscribe(1, Properties.NONE, List.of("a", "b/#")),
                    "A2 0A 00 01 00 01 'a' 00 03 'b/#'");
            refused("UNSUBSCRIBE without filters", version, C, PROTOCOL_ERROR, "A2 02 00 01");
        }
        readOnly(
                "UNSUBSCRIBE resent",
                MQTT_3_1,
                C,
                new Unsubscribe(1, Properties.NONE, List.of("a")),
                "AA 05 00 01 00 01 'a'");
        valid(
                "UNSUBSCRIBE",
                MQTT_5,
                C,
                new Unsubscribe(1, Properties.builder().userProperty("k", "v").build(), List.of("a")),
                "A2 0D 00 01 07 26 00 01 'k' 00 01 'v' 00 01 'a'");
        refused("UNSUBSCRIBE without filters", MQTT_5, C, PROTOCOL_ERROR, "A2 03 00 01 00");
        refused("UNSUBSCRIBE without flags", MQTT_5, C, MALFORMED_PACKET, "A0 06 00 01 00 00 01 'a'");
        refused("UNSUBSCRIBE with a filter cut off", MQTT_5, C, MALFORMED_PACKET, "A2 06 00 01 00 00 02 'a'");
        refused(
                "UNSUBSCRIBE with a property of SUBSCRIBE",
                MQTT_5,
                C,
                MALFORMED_PACKET,
                "A2 08 00 01 02 0B 01 00 01 'a'");
        refused(
                "UNSUBSCRIBE with too many filters",
                MQTT_5,
                C,
                QUOTA_EXCEEDED,
                "A2 0F 00 01 00 " + "00 01 'a' ".repeat(4));
    }

    private static void unsubAck() {
        valid("UNSUBACK", MQTT_3_1, S, new UnsubAck(1, Properties.NONE, List.of()), "B0 02 00 01");
        valid("UNSUBACK", MQTT_3_1_1, S, new UnsubAck(1, Properties.NONE, List.of()), "B0 02 00 01");
        refused("UNSUBACK with a reason", MQTT_3_1_1, S, MALFORMED_PACKET, "B0 03 00 01 00");
        valid(
                "UNSUBACK",
                MQTT_5,
                S,
                new UnsubAck(1, Properties.NONE, List.of(SUCCESS, ReasonCode.NO_SUBSCRIPTION_EXISTED)),
                "B0 05 00 01 00 00 11");
        refused("UNSUBACK without reasons", MQTT_5, S, PROTOCOL_ERROR, "B0 03 00 01 00");
        refused("UNSUBACK with a reason of SUBACK", MQTT_5, S, PROTOCOL_ERROR, "B0 04 00 01 00 01");
    }

    private static void ping() {
        for (ProtocolVersion version : ProtocolVersion.values()) {
            valid("PINGREQ", version, C, new PingReq(), "C0 00");
            valid("PINGRESP", version, S, new PingResp(), "D0 00");
            refused("PINGREQ with a body", version, C, MALFORMED_PACKET, "C0 01 00");
            refused("PINGREQ with flags", version, C, MALFORMED_PACKET, "C1 00");
            refused("PINGREQ from a server", version, S, PROTOCOL_ERROR, "C0 00");
            refused("PINGRESP with a body", version, S, MALFORMED_PACKET, "D0 01 00");
            refused("PINGRESP from a client", version, C, PROTOCOL_ERROR, "D0 00");
        }
    }

    private static void disconnect() {
        for (ProtocolVersion version : List.of(MQTT_3_1, MQTT_3_1_1)) {
            valid("DISCONNECT", version, C, Disconnect.of(SUCCESS), "E0 00");
            refused("DISCONNECT with a body", version, C, MALFORMED_PACKET, "E0 01 00");
            refused("DISCONNECT from a server", version, S, PROTOCOL_ERROR, "E0 00");
        }
        valid("DISCONNECT", MQTT_5, C, Disconnect.of(SUCCESS), "E0 00");
        readOnly("DISCONNECT with reason 0", MQTT_5, C, Disconnect.of(SUCCESS), "E0 01 00");
        readOnly("DISCONNECT with no properties", MQTT_5, C, Disconnect.of(SUCCESS), "E0 02 00 00");
        valid("DISCONNECT with will", MQTT_5, C, Disconnect.of(ReasonCode.DISCONNECT_WITH_WILL_MESSAGE), "E0 01 04");
        valid(
                "DISCONNECT with session expiry",
                MQTT_5,
                C,
                new Disconnect(
                        SUCCESS,
                        Properties.builder()
                                .set(PropertyId.SESSION_EXPIRY_INTERVAL, 1)
                                .build()),
                "E0 07 00 05 11 00 00 00 01");
        valid(
                "DISCONNECT of a server",
                MQTT_5,
                S,
                new Disconnect(
                        ReasonCode.USE_ANOTHER_SERVER,
                        Properties.builder()
                                .set(PropertyId.SERVER_REFERENCE, "s")
                                .build()),
                "E0 06 9C 04 1C 00 01 's'");
        refused("DISCONNECT with flags", MQTT_5, C, MALFORMED_PACKET, "E1 00");
        refused("DISCONNECT of a client with a server's reason", MQTT_5, C, PROTOCOL_ERROR, "E0 01 8E");
        refused("DISCONNECT of a server with a client's reason", MQTT_5, S, PROTOCOL_ERROR, "E0 01 04");
        refused("DISCONNECT of a client with a server reference", MQTT_5, C, PROTOCOL_ERROR, "E0 05 00 03 1C 00 00");
        refused("DISCONNECT of a server with session expiry", MQTT_5, S, PROTOCOL_ERROR, "E0 07 00 05 11 00 00 00 01");
        refused("DISCONNECT with bytes behind its end", MQTT_5, C, MALFORMED_PACKET, "E0 03 00 00 00");
    }

    private static void auth() {
        Properties method =
                Properties.builder().set(PropertyId.AUTHENTICATION_METHOD, "m").build();
        valid(
                "AUTH",
                MQTT_5,
                C,
                new Auth(
                        ReasonCode.CONTINUE_AUTHENTICATION,
                        method.toBuilder()
                                .set(PropertyId.AUTHENTICATION_DATA, Bytes.buffer("01"))
                                .build()),
                "F0 0A 18 08 15 00 01 'm' 16 00 01 01");
        valid("AUTH again", MQTT_5, C, new Auth(ReasonCode.RE_AUTHENTICATE, method), "F0 06 19 04 15 00 01 'm'");
        valid("AUTH of a server", MQTT_5, S, new Auth(SUCCESS, method), "F0 06 00 04 15 00 01 'm'");
        valid("AUTH of a server without body", MQTT_5, S, new Auth(SUCCESS, Properties.NONE), "F0 00");
        refused("AUTH of a client without body", MQTT_5, C, PROTOCOL_ERROR, "F0 00");
        refused("AUTH of a client with success", MQTT_5, C, PROTOCOL_ERROR, "F0 06 00 04 15 00 01 'm'");
        refused("AUTH again of a server", MQTT_5, S, PROTOCOL_ERROR, "F0 06 19 04 15 00 01 'm'");
        refused("AUTH without method", MQTT_5, C, PROTOCOL_ERROR, "F0 02 18 00");
        refused("AUTH without property length", MQTT_5, C, MALFORMED_PACKET, "F0 01 18");
        refused("AUTH with flags", MQTT_5, C, MALFORMED_PACKET, "F1 06 18 04 15 00 01 'm'");
        refused("AUTH", MQTT_3_1_1, C, MALFORMED_PACKET, "F0 00");
        refused("AUTH", MQTT_3_1, S, MALFORMED_PACKET, "F0 00");
    }

    private static void header() {
        for (From from : From.values()) {
            for (ProtocolVersion version : ProtocolVersion.values()) {
                refused("packet type 0", version, from, MALFORMED_PACKET, "00 00");
                refused("remaining length of five bytes", version, from, MALFORMED_PACKET, "30 80 80 80 80 01");
                refused("overlong remaining length", version, from, MALFORMED_PACKET, "40 82 00 00 01");
                refused("a packet of 513 bytes", version, from, PACKET_TOO_LARGE, "30 FE 03");
                refused("a packet of 256 MiB", version, from, PACKET_TOO_LARGE, "30 FF FF FF 7F");
            }
        }
    }
}
