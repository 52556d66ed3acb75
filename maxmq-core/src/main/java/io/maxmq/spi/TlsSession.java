package io.maxmq.spi;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The negotiated parameters of a TLS connection and the verified certificates of its client. Immutable and thread-safe.
 * Created once per connection, after the handshake and before the first MQTT packet is read.
 *
 * @since 0.1.0
 */
@Stable
public final class TlsSession {
    private final String protocol;
    private final String cipherSuite;
    private final @Nullable String serverName;
    private final List<X509Certificate> peerCertificates;

    /**
     * Creates a session.
     *
     * @param protocol {@code TLSv1.3} or {@code TLSv1.2}
     * @param cipherSuite by its name in the JDK, such as {@code TLS_AES_256_GCM_SHA384}
     * @param serverName the host that the client requested (SNI, RFC 6066 §3), in lower case; null without one
     * @param peerCertificates the client's own certificate first, then those that issued it; empty when it sent no
     *     certificate
     */
    public TlsSession(
            String protocol, String cipherSuite, @Nullable String serverName, List<X509Certificate> peerCertificates) {
        this.protocol = protocol;
        this.cipherSuite = cipherSuite;
        this.serverName = serverName;
        this.peerCertificates = List.copyOf(peerCertificates);
    }

    /** {@code TLSv1.3} or {@code TLSv1.2}. */
    public String protocol() {
        return protocol;
    }

    /** By its name in the JDK, such as {@code TLS_AES_256_GCM_SHA384}. */
    public String cipherSuite() {
        return cipherSuite;
    }

    /**
     * Returns the host that the client requested (SNI), in lower case; empty without one. A claim of the client, not
     * verified.
     */
    public Optional<String> serverName() {
        return Optional.ofNullable(serverName);
    }

    /**
     * Returns the client's own certificate, then those that issued it. All were verified against the listener's
     * authorities, and the client has proven that it holds the key of the first. Empty when the client sent no
     * certificate. Unmodifiable.
     */
    public List<X509Certificate> peerCertificates() {
        return peerCertificates;
    }

    /** For logs: names only. */
    @Override
    public String toString() {
        return "TlsSession[" + protocol + ", " + cipherSuite + ", serverName=" + serverName + ", peer="
                + (peerCertificates.isEmpty()
                        ? "none"
                        : peerCertificates.get(0).getSubjectX500Principal().getName())
                + "]";
    }
}
