package io.maxmq.benchmarks.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** The socket itself. */
final class TcpCarrier extends Carrier {
    TcpCarrier(SocketChannel channel) {
        super(channel);
    }

    @Override
    void begin() {}

    @Override
    boolean isOpen() {
        return true;
    }

    @Override
    int read(ByteBuffer to) throws IOException {
        return channel.read(to);
    }

    @Override
    void write(ByteBuffer from) throws IOException {
        channel.write(from);
    }
}
