package io.maxmq.core.transport;

import java.net.InetAddress;
import java.net.Socket;
import java.util.function.Supplier;
import javax.net.SocketFactory;

/** Factory of sockets that are pipes into a broker, regardless of the address they connect to. Thread-safe. */
public final class MemorySocketFactory extends SocketFactory {
    private final Supplier<MemoryPipe> connect;

    public MemorySocketFactory(Supplier<MemoryPipe> connect) {
        this.connect = connect;
    }

    @Override
    public Socket createSocket() {
        return new MemorySocket(connect);
    }

    @Override
    public Socket createSocket(String host, int port) {
        return connected();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
        return connected();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) {
        return connected();
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress localAddress, int localPort) {
        return connected();
    }

    private Socket connected() {
        MemorySocket socket = new MemorySocket(connect);
        socket.connect();
        return socket;
    }
}
