package io.maxmq.junit;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The end of a direction: lets whole packets out, one after the other, while nothing stalls the client. Written to by the
 * direction's own thread and that of its late acknowledgements. Thread-safe.
 */
final class PumpOutput {
    private final ProxiedConnection connection;
    private final AckFault.Sender sender;
    private final Socket sink;
    /** Held for the whole of a packet. */
    private final ReentrantLock packet = new ReentrantLock();

    PumpOutput(ProxiedConnection connection, AckFault.Sender sender, Socket sink) {
        this.connection = connection;
        this.sender = sender;
        this.sink = sink;
    }

    void write(byte[] bytes) throws IOException, InterruptedException {
        write(bytes, bytes.length);
    }

    void write(byte[] bytes, int length) throws IOException, InterruptedException {
        packet.lockInterruptibly();
        try {
            let(bytes, length);
        } finally {
            packet.unlock();
        }
    }

    /** Writes the header, and as much of {@code in} as is behind it. */
    void copy(byte[] header, InputStream in, int length, byte[] chunk) throws IOException, InterruptedException {
        packet.lockInterruptibly();
        try {
            let(header, header.length);
            int left = length;
            while (left > 0) {
                int read = in.read(chunk, 0, Math.min(left, chunk.length));
                if (read < 0) {
                    return;
                }
                let(chunk, read);
                left -= read;
            }
        } finally {
            packet.unlock();
        }
    }

    /** Nothing follows: what is half sent stays so. */
    void end() throws IOException, InterruptedException {
        packet.lockInterruptibly();
        try {
            if (!sink.isClosed()) {
                awaitNoStall();
                sink.shutdownOutput();
            }
        } finally {
            packet.unlock();
        }
    }

    private void let(byte[] bytes, int length) throws IOException, InterruptedException {
        awaitNoStall();
        sink.getOutputStream().write(bytes, 0, length);
    }

    private void awaitNoStall() throws InterruptedException {
        String clientId = connection.clientId();
        if (sender == AckFault.Sender.BROKER && clientId != null) {
            connection.proxy().rules().awaitNoStall(clientId);
        }
    }
}
