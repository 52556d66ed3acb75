package io.maxmq.examples.standalone;

import io.maxmq.config.Listener;
import io.maxmq.config.Tls;
import io.maxmq.config.Tls.ClientCertificates;
import io.maxmq.config.TlsListener;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What the command line says about TLS. Immutable.
 *
 * @param port 0..65535; 0 takes a free one
 * @param certificates PEM file with the broker's certificate, then those that issued it
 * @param key PEM file
 * @param clientAuthorities PEM file; null when clients need no certificate
 */
record TlsOptions(
        int port, Path certificates, Path key, @Nullable Path clientAuthorities) {

    /** What has been read so far. Not thread-safe. */
    static final class Parts {
        int port = -1;

        @Nullable
        Path certificates;

        @Nullable
        Path key;

        @Nullable
        Path clientAuthorities;

        /**
         * All of it, or null when nothing is said about TLS.
         *
         * @throws UsageException when something is missing
         */
        @Nullable
        TlsOptions whole() throws UsageException {
            if (port < 0) {
                if (certificates != null || key != null || clientAuthorities != null) {
                    throw new UsageException("--cert, --key and --client-ca need --tls-port");
                }
                return null;
            }
            if (certificates == null || key == null) {
                throw new UsageException("--tls-port needs --cert and --key");
            }
            return new TlsOptions(port, certificates, key, clientAuthorities);
        }
    }

    TlsListener listener(String host) {
        Tls tls = Tls.pem(certificates, key);
        return Listener.tls(
                host,
                port,
                clientAuthorities == null
                        ? tls
                        : tls.withClientCertificates(ClientCertificates.REQUIRED, clientAuthorities));
    }
}
