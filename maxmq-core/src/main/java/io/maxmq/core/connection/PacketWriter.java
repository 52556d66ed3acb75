package io.maxmq.core.connection;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.Utf8;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Packet;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.PubAck;
import io.maxmq.codec.packet.PubRec;
import io.maxmq.codec.wire.AckFrame;
import io.maxmq.codec.wire.PacketEncoder;
import io.maxmq.core.intercept.AnswerInterceptors;
import io.maxmq.core.observe.Counter;
import io.maxmq.core.observe.LoopCounters;
import io.maxmq.core.observe.TenantCounters;
import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.core.routing.RoutedMessage;
import io.maxmq.core.session.DeliveryFlags;
import io.maxmq.core.session.PacketSink;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.event.BrokerEvent.Initiator;
import java.net.SocketAddress;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Encodes what one connection sends, in its client's version and within its Maximum Packet Size (MQTT 5.0 §3.1.2.11.4), with topic
 * aliases where the client takes them, and counts it.
 *
 * <p>Runs on the connection's loop. Not thread-safe.
 */
final class PacketWriter implements PacketSink {
    /** What is left of a reason string that MQTT does not allow. */
    private static final int MAX_UNFIT_CHARACTERS = 1000;

    private final Connection connection;
    private final ConnectionLifecycle lifecycle;

    // of the loop that the connection is on
    private PublishFrames frames;
    private LoopCounters counters;

    private final ByteSink out;

    /** Null when nobody wants to see what is written. */
    private final @Nullable WatchedSink watched;

    // valid from CONNECT on
    private int maxPacketBytes = Integer.MAX_VALUE;
    private boolean v5;
    private boolean problemInformation = true;

    // valid from CONNACK on
    private @Nullable OutboundAliases aliases;
    private @Nullable TenantCounters tenantCounters;

    PacketWriter(
            Connection connection,
            LoopServices here,
            ConnectionLifecycle lifecycle,
            ByteSink out,
            @Nullable WatchedSink watched) {
        this.connection = connection;
        this.frames = here.frames();
        this.counters = here.loop().counters();
        this.lifecycle = lifecycle;
        this.out = out;
        this.watched = watched;
    }

    /** The connection is on another loop. */
    void moved(LoopServices to) {
        assert connection.inLoop();
        frames = to.frames();
        counters = to.loop().counters();
    }

    /** Writes as the client wants it from now on. */
    void fit(Connect connect) {
        Properties wanted = connect.properties();
        v5 = connect.version() == ProtocolVersion.MQTT_5;
        problemInformation = wanted.booleanOr(PropertyId.REQUEST_PROBLEM_INFORMATION, true);
        maxPacketBytes =
                (int) Math.min(Integer.MAX_VALUE, wanted.longOr(PropertyId.MAXIMUM_PACKET_SIZE, Integer.MAX_VALUE));
    }

    /**
     * CONNACK has been sent.
     *
     * @param aliasMaximum aliases that may be set; 0 for none
     * @param ofTenant counters of the client's tenant; null when nobody counts for it
     */
    void established(int aliasMaximum, @Nullable TenantCounters ofTenant) {
        assert connection.inLoop();
        tenantCounters = ofTenant;
        if (aliasMaximum > 0) {
            aliases = new OutboundAliases(connection, aliasMaximum);
        }
    }

    boolean isV5() {
        return v5;
    }

    /** Whether the client wants reason strings and the like (§3.1.2.11.7). */
    boolean wantsProblemInformation() {
        return problemInformation;
    }

    /** Where a packet of this type is written to. */
    private ByteSink outFor(PacketType type) { // hot: per packet
        return watched == null ? out : watched.of(type);
    }

    private void packetWritten() { // hot: per packet
        if (watched != null) {
            watched.packetWritten();
        }
    }

    // ---- PUBLISH and its acknowledgements

    @Override
    public boolean isWritable() { // hot: per message and recipient
        return lifecycle.isEstablished() && out.isWritable();
    }

    @Override
    public boolean fits(
            RoutedMessage message, int flags, FilterSubscription subscription) { // hot: per message and recipient
        return maxPacketBytes == Integer.MAX_VALUE
                || PublishFrames.length(message, v5, flags, subscription) <= maxPacketBytes
                || fitsAliased(message, flags, subscription);
    }

    private boolean fitsAliased(RoutedMessage message, int flags, FilterSubscription subscription) {
        assert connection.inLoop();
        assert connection.inLoop();
        OutboundAliases set = aliases;
        return set != null
                && set.known(message.topic()) != OutboundAliases.NONE
                && PublishFrames.aliasedLength(message, flags, subscription, false) <= maxPacketBytes;
    }

    @Override
    public void sendPublish(
            RoutedMessage message,
            int flags,
            int packetId,
            boolean dup,
            FilterSubscription subscription) { // hot: per message
        OutboundAliases set = aliases;
        PublishFrames.Frame frame = set == null
                ? frames.frame(message, v5, flags, subscription)
                : aliased(set, message, flags, subscription);
        frames.write(outFor(PacketType.PUBLISH), frame, message, PublishFrames.firstByte(flags, dup), packetId);
        packetWritten();
        count(dup ? Counter.RESENT : Connections.sentAt(DeliveryFlags.qos(flags)));
        if (tenantCounters != null) {
            assert connection.inLoop();
            tenantCounters.add(TenantCounters.Kind.SENT, 1);
        }
    }

    /** Encodes with the topic's alias; a topic that comes again gets one, where the packet has room for it. */
    private PublishFrames.Frame aliased(
            OutboundAliases set, RoutedMessage message, int flags, FilterSubscription subscription) {
        int alias = set.known(message.topic());
        boolean known = alias != OutboundAliases.NONE;
        if (!known
                && (maxPacketBytes == Integer.MAX_VALUE
                        || PublishFrames.aliasedLength(message, flags, subscription, true) <= maxPacketBytes)) {
            alias = set.toSet(message.topic());
        }
        return alias == OutboundAliases.NONE
                ? frames.frame(message, true, flags, subscription)
                : frames.aliasedFrame(message, flags, subscription, alias, !known);
    }

    @Override
    public void sendAck(PacketType type, int packetId, ReasonCode reason) { // hot: per message
        if (v5 && reason != ReasonCode.SUCCESS) {
            assert connection.inLoop();
            AckFrame.write(outFor(type).output(8), type, packetId, reason);
        } else {
            AckFrame.write(outFor(type).output(8), type, packetId);
        }
        packetWritten();
        counters.packetSent(type);
        connection.acknowledgementSent();
    }

    @Override
    public void sendRefusal(PacketType type, int packetId, ReasonCode reason, String detail) {
        assert connection.inLoop();
        if (!v5 || !problemInformation || detail.isEmpty()) {
            sendAck(type, packetId, reason);
            return;
        }
        Properties why = reasonString(detail);
        send(type == PacketType.PUBACK ? new PubAck(packetId, reason, why) : new PubRec(packetId, reason, why));
        connection.acknowledgementSent();
    }

    // ---- the session's side of the connection

    @Override
    public SocketAddress remoteAddress() {
        return out.remoteAddress();
    }

    @Override
    public void awaitRoom(BooleanSupplier room) {
        connection.awaitRoom(room);
    }

    @Override
    public void disconnect(Initiator by, ReasonCode reason, String detail) {
        connection.disconnect(by, reason, detail);
    }

    @Override
    public void redirect(ReasonCode reason, String serverReference) {
        connection.redirect(reason, serverReference);
    }

    // ---- other packets

    /** Sends any packet but PUBLISH and its acknowledgements; false when the client's maximum leaves no room for it. */
    boolean send(Packet packet) {
        assert connection.inLoop();
        AnswerInterceptors interceptors = connection.home().interceptors().answers();
        ClientInfo who = connection.client();
        if (interceptors != null && v5 && who != null) {
            Packet changed = interceptors.changed(who, packet, problemInformation);
            if (changed != packet) {
                try {
                    return encode(changed);
                } catch (IllegalArgumentException e) {
                    interceptors.reportInvalid(e); // and nothing is written
                }
            }
        }
        return encode(packet);
    }

    private boolean encode(Packet packet) {
        ProtocolVersion version = connection.version();
        boolean fits = PacketEncoder.encode(
                packet,
                version == null ? ProtocolVersion.MQTT_3_1_1 : version,
                outFor(packet.type()).output(64),
                maxPacketBytes);
        counters.packetSent(packet.type());
        packetWritten();
        return fits;
    }

    /** Whether the packet keeps within the client's Maximum Packet Size, if need be without what may be left out of it. */
    boolean canSend(ConnAck packet) {
        return maxPacketBytes == Integer.MAX_VALUE
                || PacketEncoder.encodedLength(packet, ProtocolVersion.MQTT_5) <= maxPacketBytes;
    }

    /**
     * Answers a CONNECT that could not be read. When its version could be, the client is told why; an unknown protocol
     * level gets the one answer that any version understands (MQTT 3.1.1 §3.1.2.2).
     */
    void refuseUnreadable(@Nullable ProtocolVersion version, ReasonCode reason) {
        if (version != null) {
            // MQTT 3 has a code for a client id that is too long, and none for what is malformed.
            if (version.isV5() || reason == ReasonCode.CLIENT_IDENTIFIER_NOT_VALID) {
                ReasonCode told = reason.allowedIn(PacketType.CONNACK) ? reason : ReasonCode.MALFORMED_PACKET;
                refuse(version, told);
            }
        } else if (reason == ReasonCode.UNSUPPORTED_PROTOCOL_VERSION) {
            refuse(ProtocolVersion.MQTT_3_1_1, reason);
        }
    }

    private void refuse(ProtocolVersion version, ReasonCode reason) {
        ByteSink to = outFor(PacketType.CONNACK);
        PacketEncoder.encode(new ConnAck(false, reason, Properties.NONE), version, to.output(16));
        packetWritten();
    }

    /** The text as the property, made fit to be sent; for a client that wants it. */
    Properties reasonString(String detail) {
        return detail.isEmpty() || !problemInformation
                ? Properties.NONE
                : Properties.builder()
                        .set(PropertyId.REASON_STRING, sendable(detail))
                        .build();
    }

    /** Plug-ins, administrators and clients may have put anything in it; the packet has to leave all the same. */
    private static String sendable(String detail) {
        int bytes = Utf8.encodedLength(detail);
        if (bytes >= 0 && bytes <= Utf8.MAX_BYTES) {
            return detail;
        }
        StringBuilder fit = new StringBuilder(Math.min(detail.length(), MAX_UNFIT_CHARACTERS));
        for (int i = 0; i < detail.length() && i < MAX_UNFIT_CHARACTERS; i++) {
            char c = detail.charAt(i);
            fit.append(c == 0 || Character.isSurrogate(c) ? '?' : c);
        }
        return fit.toString();
    }

    private void count(Counter what) {
        counters.increment(what);
    }
}
