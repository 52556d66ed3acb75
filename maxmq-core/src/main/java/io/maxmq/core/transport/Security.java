package io.maxmq.core.transport;

import io.maxmq.spi.TlsSession;
import org.jspecify.annotations.Nullable;

/** TLS state of a connection. Runs on the connection's loop. Not thread-safe. */
interface Security {
    /** Approximate additional memory of a connection with TLS, in bytes. */
    int EXTRA_BYTES = 16 * 1024;

    /** Session that the handshake has established; null until the handshake is complete. */
    @Nullable
    TlsSession session();

    /** True if the client has begun another handshake after its first (TLS 1.2 only). */
    boolean isRenegotiating();
}
