package io.maxmq.api.access;

import io.maxmq.spi.Stable;
import java.net.SocketAddress;
import java.security.cert.Certificate;
import java.util.List;
import java.util.Optional;

/**
 * The head of an HTTP request, for {@link ApiAuthenticator}. Only the API server implements it. Thread-safe.
 *
 * @since 0.1.0
 */
@Stable
public interface ApiRequest {

    /** Returns the method, such as {@code GET}. */
    String method();

    /** Returns the path as received, percent-encoded and without the query. */
    String path();

    /** Returns the first value of a header; the name is case-insensitive. */
    Optional<String> header(String name);

    /** Returns the address of the connection; a proxy's behind a proxy. */
    SocketAddress remoteAddress();

    /**
     * Returns the verified certificate chain of the client, its own first; empty without TLS or without a client
     * certificate.
     */
    List<Certificate> clientCertificates();
}
