package io.maxmq.codec.wire;

import io.maxmq.codec.PacketType;
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
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Random packets that a side may send in a version, each field anything that it may be. */
final class Packets {
    private static final List<PacketType> OF_CLIENT = List.of(
            PacketType.PUBLISH,
            PacketType.PUBACK,
            PacketType.PUBREC,
            PacketType.PUBREL,
            PacketType.PUBCOMP,
            PacketType.SUBSCRIBE,
            PacketType.UNSUBSCRIBE,
            PacketType.PINGREQ,
            PacketType.DISCONNECT,
            PacketType.AUTH);
    private static final List<PacketType> OF_SERVER = List.of(
            PacketType.CONNACK,
            PacketType.PUBLISH,
            PacketType.PUBACK,
            PacketType.PUBREC,
            PacketType.PUBREL,
            PacketType.PUBCOMP,
            PacketType.SUBACK,
            PacketType.UNSUBACK,
            PacketType.PINGRESP,
            PacketType.DISCONNECT,
            PacketType.AUTH);

    private final Random random;
    private final ProtocolVersion version;
    private final boolean fromClient;

    Packets(Random random, ProtocolVersion version, boolean fromClient) {
        this.random = random;
        this.version = version;
        this.fromClient = fromClient;
    }

    /** A decoder of the other side that is ready for {@link #next()}. */
    PacketDecoder decoder() throws io.maxmq.codec.MalformedPacketException {
        if (!fromClient) {
            return PacketDecoder.forClient(version, DecodeLimits.DEFAULT);
        }
        PacketDecoder decoder = PacketDecoder.forServer(DecodeLimits.DEFAULT);
        io.netty.buffer.ByteBuf connect = io.netty.buffer.Unpooled.buffer();
        PacketEncoder.encode(Connect.of(version, "c", true, 60), version, connect);
        decoder.decode(connect, new RecordingHandler());
        decoder.maxPacketBytes(DecodeLimits.DEFAULT.maxPacketBytes());
        return decoder;
    }

    /** Any but CONNECT. */
    Packet next() {
        while (true) {
            PacketType type = pick(fromClient ? OF_CLIENT : OF_SERVER);
            boolean known =
                    version.isV5() || (type != PacketType.AUTH && (type != PacketType.DISCONNECT || fromClient));
            if (known) {
                return next(type);
            }
        }
    }

    Packet next(PacketType type) {
        return switch (type) {
            case CONNECT -> connect();
            case CONNACK -> connAck();
            case PUBLISH -> publish();
            case PUBACK -> new PubAck(packetId(), reason(type), properties(type));
            case PUBREC -> new PubRec(packetId(), reason(type), properties(type));
            case PUBREL -> new PubRel(packetId(), reason(type), properties(type));
            case PUBCOMP -> new PubComp(packetId(), reason(type), properties(type));
            case SUBSCRIBE -> new Subscribe(packetId(), properties(type), list(this::subscription));
            case SUBACK -> new SubAck(packetId(), properties(type), list(() -> subAckReason()));
            case UNSUBSCRIBE -> new Unsubscribe(packetId(), properties(type), list(() -> text(20)));
            case UNSUBACK ->
                new UnsubAck(packetId(), properties(type), version.isV5() ? list(() -> reason(type)) : List.of());
            case PINGREQ -> new PingReq();
            case PINGRESP -> new PingResp();
            case DISCONNECT -> new Disconnect(reason(type), properties(type));
            case AUTH -> auth();
        };
    }

    private Connect connect() {
        boolean v5 = version.isV5();
        String userName = random.nextBoolean() ? text(20) : null;
        return new Connect(
                version,
                !v5 && random.nextBoolean(),
                random.nextBoolean(),
                random.nextInt(65_536),
                properties(PacketType.CONNECT),
                text(30),
                random.nextBoolean() ? will() : null,
                userName,
                random.nextBoolean() && (v5 || userName != null) ? bytes(20) : null);
    }

    private ConnectWill will() {
        return new ConnectWill(
                topic(), bytes(200), pick(List.of(QoS.values())), random.nextBoolean(), properties(null));
    }

    private ConnAck connAck() {
        ReasonCode reason;
        do {
            reason = pick(List.of(ReasonCode.values()));
        } while (!reason.allowedIn(PacketType.CONNACK)
                || (!version.isV5() && ReturnCode.reason(ReturnCode.of(reason)) != reason));
        boolean sessionPresent =
                reason == ReasonCode.SUCCESS && version != ProtocolVersion.MQTT_3_1 && random.nextBoolean();
        return new ConnAck(sessionPresent, reason, properties(PacketType.CONNACK));
    }

    Publish publish() {
        QoS qos = pick(List.of(QoS.values()));
        boolean acknowledged = qos != QoS.AT_MOST_ONCE;
        Properties properties = properties(PacketType.PUBLISH);
        boolean hasAlias = properties.has(PropertyId.TOPIC_ALIAS);
        return new Publish(
                acknowledged && random.nextBoolean(),
                qos,
                random.nextBoolean(),
                hasAlias && random.nextBoolean() ? "" : topic(),
                acknowledged ? packetId() : 0,
                properties,
                bytes(random.nextInt(20) == 0 ? 70_000 : 300));
    }

    private RequestedSubscription subscription() {
        return version.isV5()
                ? new RequestedSubscription(
                        text(20),
                        pick(List.of(QoS.values())),
                        random.nextBoolean(),
                        random.nextBoolean(),
                        pick(List.of(RetainHandling.values())))
                : RequestedSubscription.of(text(20), pick(List.of(QoS.values())));
    }

    private Auth auth() {
        if (!fromClient && random.nextInt(10) == 0) {
            return new Auth(ReasonCode.SUCCESS, Properties.NONE);
        }
        return new Auth(
                reason(PacketType.AUTH),
                properties(PacketType.AUTH).toBuilder()
                        .set(PropertyId.AUTHENTICATION_METHOD, text(10))
                        .build());
    }

    private ReasonCode subAckReason() {
        ReasonCode reason = pick(List.of(ReasonCode.values()));
        boolean known = version.isV5() || !reason.isError() || reason == ReasonCode.UNSPECIFIED_ERROR;
        return reason.allowedIn(PacketType.SUBACK) && known ? reason : ReasonCode.GRANTED_QOS_1;
    }

    private ReasonCode reason(PacketType type) {
        if (!version.isV5()) {
            return ReasonCode.SUCCESS;
        }
        while (true) {
            ReasonCode reason = pick(List.of(ReasonCode.values()));
            if (reason.allowedIn(type, fromClient)) {
                return reason;
            }
        }
    }

    /** Of a packet, or of a will when {@code type} is null. */
    Properties properties(@Nullable PacketType type) {
        if (!version.isV5() || random.nextInt(4) == 0) {
            return Properties.NONE;
        }
        Properties.Builder builder = Properties.builder();
        for (PropertyId property : PropertyId.values()) {
            if (random.nextBoolean() && mayHave(property, type)) {
                set(builder, property, type);
            }
        }
        Properties properties = builder.build();
        return properties.has(PropertyId.AUTHENTICATION_METHOD)
                ? properties
                : properties.without(PropertyId.AUTHENTICATION_DATA);
    }

    private boolean mayHave(PropertyId property, @Nullable PacketType type) {
        if (type == null) {
            return property.allowedInWill();
        }
        boolean ofOtherSide = switch (property) {
            case SUBSCRIPTION_IDENTIFIER -> type == PacketType.PUBLISH && fromClient;
            case SESSION_EXPIRY_INTERVAL -> type == PacketType.DISCONNECT && !fromClient;
            case SERVER_REFERENCE -> type == PacketType.DISCONNECT && fromClient;
            default -> false;
        };
        return property.allowedIn(type) && !ofOtherSide;
    }

    private void set(Properties.Builder builder, PropertyId property, @Nullable PacketType type) {
        switch (property.type()) {
            case BYTE, TWO_BYTES, FOUR_BYTES -> builder.set(property, number(property));
            case VARIABLE_BYTE_INTEGER -> {
                int count = type == PacketType.PUBLISH ? 1 + random.nextInt(3) : 1;
                for (int i = 0; i < count; i++) {
                    builder.subscriptionIdentifier((int) number(property));
                }
            }
            case STRING -> builder.set(property, property == PropertyId.RESPONSE_TOPIC ? topic() : text(20));
            case BINARY -> builder.set(property, bytes(20));
            case STRING_PAIR -> list(() -> builder.userProperty(text(5), text(5)));
        }
    }

    /** Mostly the ends of the range. */
    private long number(PropertyId property) {
        return switch (random.nextInt(4)) {
            case 0 -> property.min();
            case 1 -> property.max();
            case 2 -> property.min() + (property.max() - property.min()) / 2;
            default -> property.min() + Math.floorMod(random.nextLong(), property.max() - property.min() + 1);
        };
    }

    private int packetId() {
        return random.nextInt(10) == 0 ? 65_535 : 1 + random.nextInt(65_535);
    }

    private String topic() {
        String topic = text(30).replace('+', 'p').replace('#', 'h');
        return topic.isEmpty() ? "/" : topic;
    }

    /** From one to four bytes a character, without U+0000. */
    private String text(int maxLength) {
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(maxLength + 1);
        for (int i = 0; i < length; i++) {
            text.appendCodePoint(
                    switch (random.nextInt(8)) {
                        case 0 -> 0x80 + random.nextInt(0x780);
                        case 1 -> 0x800 + random.nextInt(0xD000);
                        case 2 -> 0x10000 + random.nextInt(0x100000);
                        case 3 -> "/$+#".charAt(random.nextInt(4));
                        default -> 1 + random.nextInt(0x7F);
                    });
        }
        return text.toString();
    }

    private ByteBuffer bytes(int maxLength) {
        byte[] bytes = new byte[random.nextInt(maxLength + 1)];
        random.nextBytes(bytes);
        return ByteBuffer.wrap(bytes);
    }

    private <T> List<T> list(Supplier<T> element) {
        int size = 1 + random.nextInt(5);
        List<T> list = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            list.add(element.get());
        }
        return list;
    }

    private <T> T pick(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }
}
