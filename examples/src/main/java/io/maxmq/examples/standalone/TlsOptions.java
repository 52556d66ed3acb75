package io.maxmq.examples.standalone;

import io.maxmq.config.Listener;
import io.maxmq.config.Tls;
import io.maxmq.config.Tls.ClientCertificates;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The TLS options of the command line. Immutable.
 *
 *
 * @param port 0..65535; 0 takes a free one; -1 for none
 *
 * @param webSocketPort the same for WebSocket
 *
 * @param certificates PEM file with the broker's certificate, then those that issued it
 *
 * @param key PEM file
 *
 * @param clientAuthorities PEM file; null when clients need no certificate
 */
record TlsOptions(
        int port,
        int webSocketPort,
        Path certificates,
        Path key,
        @Nullable Path clientAuthorities) {

    /** The options read so far. Not thread-safe. */
    static final class Parts {
        int port = Options.NONE;
        int webSocketPort = Options.NONE;

        @Nullable
        Path certificates;

        @Nullable
        Path key;

        @Nullable
        Path clientAuthorities;

        boolean hasPort() {
            return port != Options.NONE || webSocketPort != Options.NONE;
        }

        /**
         * All of it, or null when nothing is said about TLS.
         *
         * @throws UsageException when something is missing
         */
        @Nullable
        TlsOptions whole() throws UsageException {
            if (!hasPort()) {
                if (certificates != null || key != null || clientAuthorities != null) {
                    throw new UsageException("--cert, --key and --client-ca need --tls-port or --wss-port");
                }
                return null;
            }
            if (certificates == null || key == null) {
                throw new UsageException("--tls-port and --wss-port need --cert and --key");
            }
            return new TlsOptions(port, webSocketPort, certificates, key, clientAuthorities);
        }
    }

    /** One or two. */
    List<Listener> listeners(String host) {
        Tls tls = Tls.pem(certificates, key);
        if (clientAuthorities != null) {
            tls = tls.withClientCertificates(ClientCertificates.REQUIRED, clientAuthorities);
        }
        List<Listener> listeners = new ArrayList<>();
        if (port != Options.NONE) {
            listeners.add(Listener.tls(host, port, tls));
        }
        if (webSocketPort != Options.NONE) {
            listeners.add(Listener.secureWebSocket(host, webSocketPort, tls));
        }
        return listeners;
    }
}
