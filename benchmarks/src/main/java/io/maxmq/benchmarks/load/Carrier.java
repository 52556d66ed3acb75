package io.maxmq.benchmarks.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * The transport of one client's bytes: its socket, or TLS or WebSocket above it. Runs on the thread of the loop that
 * its client is on.
 */
abstract class Carrier {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    final SocketChannel channel;

    /** Bytes that the socket has not taken, ready to be written. */
    private ByteBuffer unsent = NOTHING;

    Carrier(SocketChannel channel) {
        this.channel = channel;
    }

    static Carrier of(TargetAddress.Over over, SocketChannel channel) {
        return switch (over) {
            case TCP -> new TcpCarrier(channel);
            case TLS -> new TlsCarrier(channel);
            case WEB_SOCKET -> new WebSocketCarrier(channel);
        };
    }

    /** TCP is connected: begins what has to go before the first byte. */
    abstract void begin() throws IOException;

    /** Returns whether bytes may be written. Changes with {@link #begin} or {@link #read}. */
    abstract boolean isOpen();

    /** Reads the socket once, and appends what it has carried; -1 at the end. */
    abstract int read(ByteBuffer to) throws IOException;

    /** Takes what it can; writes the socket once or a few times. */
    abstract void write(ByteBuffer from) throws IOException;

    /** Returns whether something waits for the socket beside what {@link #write} has not taken. */
    final boolean hasUnsent() {
        return unsent.hasRemaining();
    }

    /** Writes what waits, and that behind it; keeps a copy of what the socket does not take. */
    final void send(ByteBuffer bytes) throws IOException {
        if (!sendUnsent()) {
            ByteBuffer both = ByteBuffer.allocate(unsent.remaining() + bytes.remaining());
            unsent = both.put(unsent).put(bytes).flip();
            return;
        }
        channel.write(bytes);
        if (bytes.hasRemaining()) {
            unsent = ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
        }
    }

    /** Writes what waits; false when some still does. */
    final boolean sendUnsent() throws IOException {
        if (unsent.hasRemaining()) {
            channel.write(unsent);
        }
        return !unsent.hasRemaining();
    }
}
