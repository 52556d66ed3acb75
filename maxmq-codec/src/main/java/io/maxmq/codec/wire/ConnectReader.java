package io.maxmq.codec.wire;

import io.maxmq.codec.MalformedPacketException;
import io.maxmq.codec.PacketType;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.Utf8;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.ConnectWill;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.topic.TopicName;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

import static io.maxmq.codec.ReasonCode.CLIENT_IDENTIFIER_NOT_VALID;
import static io.maxmq.codec.ReasonCode.TOPIC_NAME_INVALID;
import static io.maxmq.codec.ReasonCode.UNSUPPORTED_PROTOCOL_VERSION;
import static io.maxmq.codec.wire.PacketInput.malformed;

/** Reads CONNECT. MQTT 5.0 §3.1. Stateless. */
final class ConnectReader {
    /** In the protocol level of 3.1 and 3.1.1: the client is a bridge. */
    static final int BRIDGE = 0x80;

    // Connect flags, §3.1.2.3.
    static final int USER_NAME = 0x80;
    static final int PASSWORD = 0x40;
    static final int WILL_RETAIN = 0x20;
    static final int WILL_QOS_SHIFT = 3;
    static final int WILL = 0x04;
    static final int CLEAN_START = 0x02;
    static final int RESERVED = 0x01;

    private ConnectReader() {}

    /** Reads protocol name and level: the level byte, apart from its bridge bit, must fit the name. */
    static int readLevel(PacketInput in) throws MalformedPacketException {
        String name = in.readString("protocol name");
        int level = in.readByte("protocol level");
        ProtocolVersion version = ProtocolVersion.of(level & ~BRIDGE);
        if (version == null || !version.protocolName().equals(name) || (isBridge(level) && version.isV5())) {
            throw new MalformedPacketException(
                    UNSUPPORTED_PROTOCOL_VERSION, "protocol is unknown: name=" + Utf8.quote(name) + ", level=" + level);
        }
        return level;
    }

    static ProtocolVersion version(int level) {
        ProtocolVersion version = ProtocolVersion.of(level & ~BRIDGE);
        if (version == null) {
            throw new IllegalArgumentException("level was not checked: level=" + level);
        }
        return version;
    }

    static boolean isBridge(int level) {
        return (level & BRIDGE) != 0;
    }

    /** Reads what follows the level. */
    static Connect read(
            PacketInput in, ProtocolVersion version, boolean bridge, PropertiesReader properties, DecodeLimits limits)
            throws MalformedPacketException {
        int flags = in.readByte("connect flags");
        checkFlags(flags, version);
        int keepAliveSeconds = in.readTwoBytes("keep alive");
        Properties own = version.isV5() ? properties.read(in, PacketType.CONNECT) : Properties.NONE;
        String clientId = in.readString("client identifier");
        if (version == ProtocolVersion.MQTT_3_1 && clientId.length() > limits.maxClientIdLength31()) {
            throw new MalformedPacketException(
                    CLIENT_IDENTIFIER_NOT_VALID,
                    "client identifier has " + clientId.length() + " characters, allowed are "
                            + limits.maxClientIdLength31());
        }
        ConnectWill will = (flags & WILL) == 0 ? null : readWill(in, flags, version, properties);
        String userName = isThere(in, flags, USER_NAME, version) ? in.readString("user name") : null;
        ByteBuffer password = isThere(in, flags, PASSWORD, version) ? in.readBinary("password") : null;
        return new Connect(
                version, bridge, (flags & CLEAN_START) != 0, keepAliveSeconds, own, clientId, will, userName, password);
    }

    private static void checkFlags(int flags, ProtocolVersion version) throws MalformedPacketException {
        if ((flags & RESERVED) != 0 && version != ProtocolVersion.MQTT_3_1) { // [MQTT-3.1.2-3]; 3.1 doesn't use it
            throw malformed("connect flags have the reserved bit: flags=" + flags);
        }
        int willQos = flags >> WILL_QOS_SHIFT & 0b11;
        if (willQos == 3) { // [MQTT-3.1.2-12]
            throw malformed("will QoS must be 0..2: qos=3");
        }
        if ((flags & WILL) == 0 && (willQos != 0 || (flags & WILL_RETAIN) != 0)) { // [MQTT-3.1.2-11], [MQTT-3.1.2-13]
            throw malformed("connect flags have will QoS or will retain without a will: flags=" + flags);
        }
        if ((flags & PASSWORD) != 0 && (flags & USER_NAME) == 0 && !version.isV5()) { // 3.1.1 [MQTT-3.1.2-22]
            throw malformed("connect flags have a password without a user name: flags=" + flags);
        }
    }

    private static @Nullable ConnectWill readWill(
            PacketInput in, int flags, ProtocolVersion version, PropertiesReader properties)
            throws MalformedPacketException {
        Properties own = version.isV5() ? properties.readWill(in) : Properties.NONE;
        String topic = in.readString("will topic");
        String problem = TopicName.problem(topic);
        if (problem != null) {
            throw new MalformedPacketException(
                    TOPIC_NAME_INVALID, "will topic " + problem + ": topic=" + Utf8.quote(topic));
        }
        ByteBuffer payload = in.readBinary("will payload");
        return new ConnectWill(topic, payload, QoS.of(flags >> WILL_QOS_SHIFT & 0b11), (flags & WILL_RETAIN) != 0, own);
    }

    /**
     * Returns whether a flagged field follows. Only in 3.1 may it be missing all the same: §3.1 there lets the remaining length
     * take precedence over the flags.
     */
    private static boolean isThere(PacketInput in, int flags, int flag, ProtocolVersion version) {
        return (flags & flag) != 0 && (version != ProtocolVersion.MQTT_3_1 || in.remaining() > 0);
    }
}
