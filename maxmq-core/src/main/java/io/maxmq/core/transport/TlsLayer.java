package io.maxmq.core.transport;

import io.maxmq.config.Tls;
import io.maxmq.core.tls.TlsMaterial;
import io.netty.channel.Channel;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * TLS of one listener. Its certificate files can be reloaded at run time. A reload applies to handshakes that begin
 * afterwards, and sessions from before cannot be resumed, so that a revoked certificate cannot be used through
 * resumption. Thread-safe.
 */
public final class TlsLayer implements SocketLayer {
    private final Tls settings;
    private volatile ClientHelloHandler.@Nullable Tls current;

    /** Creates the layer without reading files: call {@link #load} before the first connection. */
    public TlsLayer(Tls settings) {
        this.settings = settings;
    }

    /** Settings of the listener's TLS. */
    public Tls settings() {
        return settings;
    }

    /**
     * Reads the files, for the first time or again. Blocks.
     *
     * @return the content of the files
     * @throws IOException if the files are not usable; the message has one line and names the file, and the previous
     *     content stays in use
     * @throws IllegalStateException if a library is missing; the message names the artifact
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
