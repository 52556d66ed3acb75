package io.maxmq.core.connection;

import io.maxmq.codec.MalformedPacketException;
import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Auth;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Disconnect;
import io.maxmq.codec.packet.Packet;
import io.maxmq.codec.packet.PingReq;
import io.maxmq.codec.packet.PingResp;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.Subscribe;
import io.maxmq.codec.packet.Unsubscribe;
import io.maxmq.core.session.Session;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.event.BrokerEvent.Initiator;

/** Dispatches a client's packets other than PUBLISH and its acknowledgements. Runs on the connection's loop. Not thread-safe. */
final class ControlPackets {
    private final Connection connection;
    private final Connections home;

    ControlPackets(Connection connection, Connections home) {
        this.connection = connection;
        this.home = home;
    }

    void handle(Packet packet) throws MalformedPacketException {
        if (connection.session() == null && !(packet instanceof Auth) && !(packet instanceof Disconnect)) {
            requireNoExchange(packet.type());
        }
        ClientInfo client = connection.client();
        if (packet instanceof PingReq) {
            connection.send(PingResp.INSTANCE);
        } else if (packet instanceof Subscribe subscribe) {
            if (client != null) {
                new SubscribeProcedure(connection, home, connection.loop(), client, subscribe).begin();
            }
        } else if (packet instanceof Unsubscribe unsubscribe) {
            if (client != null) {
                new UnsubscribeProcedure(connection, home, connection.loop(), client, unsubscribe).begin();
            }
        } else if (packet instanceof Connect connect) {
            connection.deadlines().connectHasCome();
            connection.writer().fit(connect);
            connection.hold(InputGate.CONNECT);
            new Handshake(connection, home, connect).begin();
        } else if (packet instanceof Disconnect disconnect) {
            onDisconnect(disconnect);
        } else if (packet instanceof Auth auth) {
            onAuth(auth);
        } else {
            throw new MalformedPacketException(ReasonCode.PROTOCOL_ERROR, packet.type() + " from a client");
        }
    }

    /** Allows only AUTH and DISCONNECT to a client that authenticates itself, until CONNACK [MQTT-3.1.2-30]. */
    void requireNoExchange(PacketType type) throws MalformedPacketException {
        if (connection.authentication() != null && connection.session() == null && !connection.hasEnded()) {
            throw new MalformedPacketException(ReasonCode.PROTOCOL_ERROR, type + " during authentication");
        }
    }

    private void onAuth(Auth auth) throws MalformedPacketException {
        EnhancedAuthentication by = connection.authentication();
        if (by == null) {
            throw new MalformedPacketException(
                    ReasonCode.PROTOCOL_ERROR, "AUTH without an authentication method in CONNECT");
        }
        by.onAuth(auth);
    }

    /** Ends the connection (§3.14); the will is dropped unless the client wants it. */
    private void onDisconnect(Disconnect disconnect) throws MalformedPacketException {
        Session session = connection.session();
        if (session != null) {
            Properties properties = disconnect.properties();
            if (properties.has(PropertyId.SESSION_EXPIRY_INTERVAL)) {
                changeExpiry(session, properties.longOr(PropertyId.SESSION_EXPIRY_INTERVAL, 0));
            }
            if (disconnect.reason() == ReasonCode.SUCCESS) {
                session.dropWill();
            }
        }
        connection.end(Initiator.CLIENT, disconnect.reason(), "");
    }

    private void changeExpiry(Session session, long seconds) throws MalformedPacketException {
        if (session.expirySeconds() == 0 && seconds > 0) {
            throw new MalformedPacketException(
                    ReasonCode.PROTOCOL_ERROR,
                    "session expiry interval was 0 in CONNECT and is " + seconds + " in DISCONNECT");
        }
        session.expirySeconds(IntervalCaps.expirySeconds(home.caps().expirySeconds(seconds), connection.limits()));
    }
}
