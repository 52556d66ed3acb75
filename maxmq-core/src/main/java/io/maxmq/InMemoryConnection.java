package io.maxmq;

import io.maxmq.core.transport.MemoryPipe;
import io.maxmq.spi.Stable;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * The client's end of a connection inside the JVM: a pair of blocking streams of MQTT bytes, with bounded buffers in both
 * directions. Thread-safe.
 *
 * @since 0.1.0
 */
@Stable
public final class InMemoryConnection implements AutoCloseable {
    private final MemoryPipe pipe;

    InMemoryConnection(MemoryPipe pipe) {
        this.pipe = pipe;
    }

    /** What the broker sends; reads block, and answer -1 when the broker has closed. */
    public InputStream inputStream() {
        return pipe.clientInput();
    }

    /** What the broker receives; writes block while it does not read. */
    public OutputStream outputStream() {
        return pipe.clientOutput();
    }

    /** Closes the connection, for the broker as suddenly as a socket that breaks. Idempotent. */
    @Override
    public void close() {
        pipe.clientClose();
    }
}
