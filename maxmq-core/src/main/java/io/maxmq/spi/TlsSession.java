package io.maxmq.spi;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the TLS handshake of a connection has agreed on, and what it has proven about the client. Immutable and thread-safe.
 * Made once per connection, when its handshake is done, so before anything of MQTT is read.
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
     * A session.
     *
     * @param protocol {@code TLSv1.3} or {@code TLSv1.2}
     * @param cipherSuite by its name in the JDK, such as {@code TLS_AES_256_GCM_SHA384}
     * @param serverName the host that the client has asked for (SNI, RFC 6066 §3), in lower case; null when it named none
     * @param peerCertificates the client's own certificate first, then those that issued it; empty when it sent none
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

    /** The host that the client has asked for (SNI), in lower case; empty when it named none. The client's word, no proof. */
    public Optional<String> serverName() {
        return Optional.ofNullable(serverName);
    }

    /**
     * The client's own certificate first, then those that issued it. All were verified against the listener's authorities,
     * and the client has proven that it holds the key of the first. Empty when it sent none. Unmodifiable.
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
