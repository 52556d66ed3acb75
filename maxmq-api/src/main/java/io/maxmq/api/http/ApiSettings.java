package io.maxmq.api.http;

import io.maxmq.api.access.ApiAuthenticator;
import io.maxmq.config.Tls;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Settings of the API server. Immutable.
 *
 * @param host name or address to listen on
 * @param port 0..65535, where 0 picks a free port; -1 without TCP
 * @param unixPath file of the local socket; null without one
 * @param keys file of the keys; null without one
 * @param authenticators asked before the keys
 * @param tls key and certificates; null for plain HTTP
 * @param insecure whether the server listens beyond loopback without keys or without TLS
 * @param hosts further names that requests may carry in Host
 * @param origins of pages that may call the API (CORS)
 * @param maxHeadBytes of a request: the line, and all headers together
 * @param maxBodyBytes of a request
 * @param maxConnections at a time
 * @param maxStreams at a time
 * @param idleTimeout after which a connection without progress is closed
 * @param handlerTimeout within which an operation completes
 * @param requestsPerSecond of one key; 0 for unlimited
 */
public record ApiSettings(
        String host,
        int port,
        @Nullable Path unixPath,
        @Nullable Path keys,
        List<ApiAuthenticator> authenticators,
        @Nullable Tls tls,
        boolean insecure,
        List<String> hosts,
        List<String> origins,
        int maxHeadBytes,
        int maxBodyBytes,
        int maxConnections,
        int maxStreams,
        Duration idleTimeout,
        Duration handlerTimeout,
        int requestsPerSecond) {
    /** No TCP. */
    public static final int NO_PORT = -1;

    /** Copies the lists. */
    public ApiSettings {
        authenticators = List.copyOf(authenticators);
        hosts = List.copyOf(hosts);
        origins = List.copyOf(origins);
    }

    /** Returns whether callers can authenticate. */
    boolean hasAuthentication() {
        return keys != null || !authenticators.isEmpty();
    }
}
