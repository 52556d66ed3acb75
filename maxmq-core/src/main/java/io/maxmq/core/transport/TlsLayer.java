package io.maxmq.core.transport;

import io.maxmq.config.Tls;
import io.maxmq.core.tls.TlsMaterial;
import io.netty.channel.Channel;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The TLS of one listener. Its files can be read again while it runs: what is new counts for handshakes that begin afterwards, and
 * sessions of before cannot be resumed, so that a certificate that has been revoked does not come in by one. Thread-safe.
 */
public final class TlsLayer implements SocketLayer {
    private final Tls settings;
    private volatile ClientHelloHandler.@Nullable Tls current;

    /** Nothing is read yet: {@link #load} before the first connection. */
    public TlsLayer(Tls settings) {
        this.settings = settings;
    }

    /** The settings of the listener's TLS. */
    public Tls settings() {
        return settings;
    }

    /**
     * Reads the files, for the first time or again. Blocks.
     *
     * @return what they hold
     * @throws IOException when they cannot be used; one line that names the file; then all stays as it was
     * @throws IllegalStateException when a library is missing; names the artifact
     */
    public synchronized TlsMaterial load() throws IOException {
        try {
            NettyVersion.checkTls();
            TlsMaterial material = TlsMaterial.read(settings);
            current = TlsHandlers.of(settings, material);
            return material;
        } catch (NoClassDefFoundError e) {
            throw new IllegalStateException(
                    "TLS needs Netty's handlers: add io.netty:netty-handler, as a module io.netty.handler", e);
        }
    }

    @Override
    public void addTo(Channel channel, SocketConnection connection) {
        channel.pipeline().addLast(new ClientHelloHandler(connection, this::loaded));
    }

    private ClientHelloHandler.Tls loaded() {
        ClientHelloHandler.Tls loaded = current;
        if (loaded == null) {
            throw new IllegalStateException("not loaded");
        }
        return loaded;
    }
}
