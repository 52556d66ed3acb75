package io.maxmq.core.transport;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Socket whose streams are a pipe into a broker in the same JVM. Thread-safe. */
final class MemorySocket extends Socket {
    private final Supplier<MemoryPipe> connect;
    private volatile @Nullable MemoryPipe pipe;
    private volatile boolean closed;
    private volatile int readTimeoutMillis;

    MemorySocket(Supplier<MemoryPipe> connect) {
        this.connect = connect;
    }

    void connect() {
        MemoryPipe opened = connect.get();
        opened.clientReadTimeoutMillis(readTimeoutMillis);
        pipe = opened;
    }

    @Override
    public void connect(SocketAddress endpoint) throws IOException {
        connect(endpoint, 0);
    }

    @Override
    public void connect(SocketAddress endpoint, int timeout) throws IOException {
        if (closed) {
            throw new SocketException("socket is closed");
        }
        if (pipe != null) {
            throw new SocketException("socket is already connected");
        }
        connect();
    }

    private MemoryPipe connected() throws SocketException {
        MemoryPipe present = pipe;
        if (present == null || closed) {
            throw new SocketException(closed ? "socket is closed" : "socket is not connected");
        }
        return present;
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return connected().clientInput();
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return connected().clientOutput();
    }

    @Override
    public void close() {
        closed = true;
        MemoryPipe present = pipe;
        if (present != null) {
            present.clientClose();
        }
    }

    @Override
    public boolean isConnected() {
        return pipe != null;
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    @Override
    public boolean isBound() {
        return pipe != null;
    }

    @Override
    public InetAddress getInetAddress() {
        return InetAddress.getLoopbackAddress();
    }

    @Override
    public InetAddress getLocalAddress() {
        return InetAddress.getLoopbackAddress();
    }

    @Override
    public int getPort() {
        return 0;
    }

    @Override
    public int getLocalPort() {
        return 0;
    }

    @Override
    public void setSoTimeout(int timeout) {
        readTimeoutMillis = timeout;
        MemoryPipe present = pipe;
        if (present != null) {
            present.clientReadTimeoutMillis(timeout);
        }
    }

    @Override
    public int getSoTimeout() {
        return readTimeoutMillis;
    }

    @Override
    public void setTcpNoDelay(boolean on) {}

    @Override
    public void setKeepAlive(boolean on) {}

    @Override
    public void setSoLinger(boolean on, int linger) {}

    @Override
    public void shutdownInput() {}

    @Override
    public void shutdownOutput() {}

    @Override
    public String toString() {
        return "MemorySocket[connected=" + isConnected() + ", closed=" + closed + "]";
    }
}
