package io.maxmq.core.connection;

import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.codec.wire.PacketDecoder;
import io.maxmq.core.loop.Loop;
import io.maxmq.core.observe.Counter;
import io.maxmq.core.observe.Events;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.event.BrokerEvent;
import io.maxmq.spi.event.BrokerEvent.Initiator;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** Reports what happens to connections to listeners, flight recordings, counters and the log. Allocates only wanted events. Thread-safe. */
final class ConnectionEvents {
    private final Events events;
    private final Logger log;

    ConnectionEvents(Events events, Logger log) {
        this.events = events;
        this.log = log;
    }

    void connected(ClientInfo client, boolean sessionPresent, Loop loop) {
        if (events.wants(BrokerEvent.ClientConnected.class)) {
            loop.emit(events, new BrokerEvent.ClientConnected(loop.epochMillis(), client, sessionPresent));
        }
        log.debug("connected: {}", client);
    }

    void disconnected(ClientInfo client, Initiator by, ReasonCode reason, String detail, Loop loop) {
        if (events.wants(BrokerEvent.ClientDisconnected.class)) {
            loop.emit(events, new BrokerEvent.ClientDisconnected(loop.epochMillis(), client, by, reason, detail));
        }
        log.debug("disconnected by {}: {} {} {}", by, client, reason, detail);
    }

    void opened(Connection connection) {
        if (events.wants(BrokerEvent.ConnectionOpened.class)) {
            Loop loop = connection.loop();
            loop.emit(
                    events,
                    new BrokerEvent.ConnectionOpened(
                            loop.epochMillis(),
                            connection.out().remoteAddress(),
                            connection.out().listener()));
        }
    }

    void protocolError(
            Connection connection,
            @Nullable ClientInfo client,
            ReasonCode reason,
            String detail,
            PacketDecoder decoder) {
        if (events.wants(BrokerEvent.ProtocolError.class)) {
            Loop loop = connection.loop();
            loop.emit(
                    events,
                    new BrokerEvent.ProtocolError(
                            loop.epochMillis(),
                            connection.out().remoteAddress(),
                            connection.out().listener(),
                            Optional.ofNullable(client),
                            reason,
                            detail,
                            ByteBuffer.wrap(decoder.failedBytes())));
        }
    }

    void refused(Connection connection, @Nullable ClientInfo client, ReasonCode reason, String detail) {
        connection.loop().counters().increment(Counter.CONNECTS_REFUSED);
        gaveUp(connection, client, reason, detail);
    }

    /** The connection has not come to anything, and nobody has refused it. */
    void gaveUp(Connection connection, @Nullable ClientInfo client, ReasonCode reason, String detail) {
        connection.refusalTold();
        if (events.wants(BrokerEvent.ConnectRefused.class)) {
            Loop loop = connection.loop();
            loop.emit(
                    events,
                    new BrokerEvent.ConnectRefused(
                            loop.epochMillis(),
                            connection.out().remoteAddress(),
                            connection.out().listener(),
                            client == null ? Tenant.DEFAULT : client.tenant(),
                            client == null ? "" : client.clientId(),
                            reason,
                            detail,
                            Optional.ofNullable(client)));
        }
        log.debug("refused: {} {} {} {}", connection.out().remoteAddress(), client, reason, detail);
    }

    void handshakeFailed(SocketAddress remote, String listener, String detail, Loop loop) {
        if (events.wants(BrokerEvent.TlsHandshakeFailed.class)) {
            loop.emit(events, new BrokerEvent.TlsHandshakeFailed(loop.epochMillis(), remote, listener, detail));
        }
        log.debug("no TLS: {} at {}: {}", remote, listener, detail);
    }

    void webSocketRefused(SocketAddress remote, String listener, String detail, Loop loop) {
        if (events.wants(BrokerEvent.WebSocketRefused.class)) {
            loop.emit(events, new BrokerEvent.WebSocketRefused(loop.epochMillis(), remote, listener, detail));
        }
        log.debug("no WebSocket: {} at {}: {}", remote, listener, detail);
    }

    void subscribed(Connection connection, TopicFilter filter, QoS qos) {
        ClientInfo client = connection.client();
        if (client != null && events.wants(BrokerEvent.Subscribed.class)) {
            Loop loop = connection.loop();
            loop.emit(events, new BrokerEvent.Subscribed(loop.epochMillis(), client, filter.toString(), qos));
        }
    }

    /** The settings want a subscription that the client cannot have. */
    void notSubscribed(ClientInfo client, String filter, String why) {
        log.debug("not subscribed automatically to {}, {}: {}", filter, why, client);
    }

    void unsubscribed(Connection connection, String filter) {
        ClientInfo client = connection.client();
        if (client != null && events.wants(BrokerEvent.Unsubscribed.class)) {
            Loop loop = connection.loop();
            loop.emit(
                    events,
                    new BrokerEvent.Unsubscribed(
                            loop.epochMillis(), client.tenant(), client.clientId(), filter, Optional.of(client)));
        }
    }

    void slowConsumer(ClientInfo client, long pendingBytes, Duration withoutProgress, Loop loop) {
        if (events.wants(BrokerEvent.SlowConsumer.class)) {
            loop.emit(
                    events,
                    new BrokerEvent.SlowConsumer(loop.epochMillis(), client, pendingBytes, withoutProgress, true));
        }
        log.debug("cut off with {} bytes that it took nothing of for {}: {}", pendingBytes, withoutProgress, client);
    }
}
