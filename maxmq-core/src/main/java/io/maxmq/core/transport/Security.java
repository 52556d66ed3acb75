package io.maxmq.core.transport;

import io.maxmq.spi.TlsSession;
import org.jspecify.annotations.Nullable;

/** The TLS below a connection, as that sees it. Runs on the connection's loop. Not thread-safe. */
interface Security {
    /** About what a connection takes with TLS beyond what it takes without, in bytes. */
    int EXTRA_BYTES = 16 * 1024;

    /** What the handshake has come to; null until it is done. */
    @Nullable
    TlsSession session();

    /** Whether the client has begun a handshake anew, after its first (TLS 1.2 only). */
    boolean isRenegotiating();
}
