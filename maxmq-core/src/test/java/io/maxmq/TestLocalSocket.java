package io.maxmq;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** The client's end of a local socket as a socket, with a deadline for reading. Not thread-safe. */
public final class TestLocalSocket extends Socket {
    private final SocketChannel channel;
    private final Selector selector;
    private int readTimeoutMillis = 30_000;

    private TestLocalSocket(SocketChannel channel) throws IOException {
        this.channel = channel;
        this.selector = Selector.open();
        channel.configureBlocking(false);
        channel.register(selector, 0);
    }

    public static TestLocalSocket open(Path path) throws IOException {
        return new TestLocalSocket(SocketChannel.open(UnixDomainSocketAddress.of(path)));
    }

    private void await(int operation) throws IOException {
        channel.keyFor(selector).interestOps(operation);
        selector.select(readTimeoutMillis);
        boolean ready = !selector.selectedKeys().isEmpty();
        selector.selectedKeys().clear();
        if (!ready) {
            throw new SocketTimeoutException("nothing for " + readTimeoutMillis + " ms");
        }
    }

    @Override
    public InputStream getInputStream() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
            }

            @Override
            public int read(byte[] to, int offset, int length) throws IOException {
                ByteBuffer target = ByteBuffer.wrap(to, offset, length);
                int read = channel.read(target);
                while (read == 0 && length > 0) {
                    await(SelectionKey.OP_READ);
                    read = channel.read(target);
                }
                return read;
            }
        };
    }

    @Override
    public OutputStream getOutputStream() {
        return new OutputStream() {
            @Override
            public void write(int value) throws IOException {
                write(new byte[] {(byte) value}, 0, 1);
            }

            @Override
            public void write(byte[] from, int offset, int length) throws IOException {
                ByteBuffer source = ByteBuffer.wrap(from, offset, length);
                while (source.hasRemaining()) {
                    if (channel.write(source) == 0) {
                        await(SelectionKey.OP_WRITE);
                    }
                }
            }
        };
    }

    @Override
    public void setTcpNoDelay(boolean on) {} // there is no TCP

    @Override
    public void setSoTimeout(int millis) {
        readTimeoutMillis = millis;
    }

    @Override
    public void close() throws IOException {
        selector.close();
        channel.close();
    }
}
