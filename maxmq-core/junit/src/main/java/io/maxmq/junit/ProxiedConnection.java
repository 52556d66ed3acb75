package io.maxmq.junit;

import io.maxmq.codec.MalformedPacketException;
import io.maxmq.codec.PacketType;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.PropertyId;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client's connection through the proxy: two sockets, and a {@link Pump} for each direction. Thread-safe. */
final class ProxiedConnection {
    private final FaultProxy proxy;
    private final Socket client;
    private final Socket broker;
    private final InetSocketAddress addressAtBroker;
    private final List<Pump> pumps;
    private final List<Thread> threads;

    /** Written by the pump that reads CONNECT, or CONNACK with an assigned id; read by both and by tests. */
    private volatile @Nullable String clientId;

    private volatile @Nullable ProtocolVersion version;

    private volatile boolean reset;

    ProxiedConnection(FaultProxy proxy, Socket client, Socket broker) {
        this.proxy = proxy;
        this.client = client;
        this.broker = broker;
        this.addressAtBroker = (InetSocketAddress) broker.getLocalSocketAddress();
        this.pumps = List.of(
                new Pump(this, AckFault.Sender.CLIENT, client, broker),
                new Pump(this, AckFault.Sender.BROKER, broker, client));
        this.threads = pumps.stream().map(proxy::thread).toList();
    }

    void start() {
        threads.forEach(Thread::start);
    }

    FaultProxy proxy() {
        return proxy;
    }

    /** Null until CONNECT was read, or an assigned id in CONNACK. */
    @Nullable
    String clientId() {
        return clientId;
    }

    InetSocketAddress addressAtBroker() {
        return addressAtBroker;
    }

    /** Handles a CONNECT or CONNACK, which names the client, before it is forwarded. */
    void onHandshake(PacketType type, byte[] frame) {
        try {
            if (type == PacketType.CONNECT) {
                Connect connect = Frames.readConnect(frame);
                version = connect.version();
                clientId = connect.clientId().isEmpty() ? null : connect.clientId();
            } else if (version != null) {
                ConnAck connAck = Frames.readConnAck(frame, version);
                String assigned = connAck.properties().string(PropertyId.ASSIGNED_CLIENT_IDENTIFIER);
                if (assigned != null) {
                    clientId = assigned;
                }
            }
        } catch (MalformedPacketException e) {
            // The other side answers that; here the client stays unknown.
        }
    }

    /** One direction has come to its end; with the second one the connection has. */
    void onEnd() {
        if (pumps.stream().allMatch(Pump::hasEnded)) {
            closeQuietly(client);
            closeQuietly(broker);
            proxy.ended(this);
        }
    }

    /** Breaks the connection towards both sides. Idempotent. */
    void reset() {
        reset = true;
        for (Socket socket : List.of(client, broker)) {
            try {
                socket.setSoLinger(true, 0);
            } catch (IOException e) {
                // Closed already.
            }
            closeQuietly(socket);
        }
        threads.forEach(Thread::interrupt); // one may wait for the end of a stall
        pumps.forEach(Pump::stop);
    }

    /** Returns whether it is broken, even if its threads have not all noticed. */
    boolean isReset() {
        return reset;
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is gone in any case.
        }
    }
}
