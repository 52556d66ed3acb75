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

    /**
     * Returns the bytes that the broker sends. A read blocks until bytes arrive, and returns -1 after the broker has
     * closed the connection.
     */
    public InputStream inputStream() {
        return pipe.clientInput();
    }

    /** Returns the stream to the broker. A write blocks while the broker does not read. */
    public OutputStream outputStream() {
        return pipe.clientOutput();
    }

    /** Closes the connection. The broker sees the same as when a socket breaks. Idempotent. */
    @Override
    public void close() {
        pipe.clientClose();
    }
}
