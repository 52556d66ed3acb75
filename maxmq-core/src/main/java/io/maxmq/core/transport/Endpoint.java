package io.maxmq.core.transport;

import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/**
 * Bind address and connection limit of a listener. Immutable.
 *
 * @param kind {@code tcp}, {@code tls}, {@code ws}, {@code wss}, {@code tcp+ws}, {@code tls+wss} or {@code unix}
 */
public record Endpoint(String name, String kind, Site site, int backlog, int maxConnections) {

    /** Address of a listener. */
    public sealed interface Site permits Port, LocalFile {}

    /** @param host name or address; resolving it may block */
    public record Port(String host, int port) implements Site {
        @Override
        public String toString() {
            return host + ":" + port;
        }
    }

    /** A local socket. */
    public record LocalFile(Path path, Set<PosixFilePermission> permissions) implements Site {
        @Override
        public String toString() {
            return path.toString();
        }
    }
}
