package io.maxmq.spi.auth;

import io.maxmq.codec.packet.UserProperty;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Stable;
import io.maxmq.spi.TlsSession;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The identity and credentials in a CONNECT. Immutable and thread-safe.
 *
 * @since 0.1.0
 */
@Stable
public final class AuthenticationRequest {

    private final ClientInfo client;
    private final byte @Nullable [] password;
    private final List<UserProperty> userProperties;

    /**
     * Creates a request; the password is copied.
     *
     * @param password null for a CONNECT without a password, which differs from an empty one
     */
    public AuthenticationRequest(ClientInfo client, byte @Nullable [] password, List<UserProperty> userProperties) {
        this.client = client;
        this.password = password == null ? null : password.clone();
        this.userProperties = List.copyOf(userProperties);
    }

    /** The client as CONNECT describes it; only its certificates are verified yet. */
    public ClientInfo client() {
        return client;
    }

    /**
     * Returns the TLS session with the client's verified certificates; empty for a connection without TLS. The same as
     * {@code client().tls()}.
     */
    public Optional<TlsSession> tls() {
        return client.tls();
    }

    /** Returns a copy of the password; empty for a CONNECT without a password, which differs from an empty one. */
    public Optional<byte[]> password() {
        return password == null ? Optional.empty() : Optional.of(password.clone());
    }

    /** Compares in a time that depends on the lengths only. False when CONNECT carried no password. */
    public boolean passwordEquals(byte[] expected) {
        return password != null && MessageDigest.isEqual(password, expected);
    }

    /** {@link #passwordEquals(byte[])} of the text in UTF-8. */
    public boolean passwordEquals(String expected) {
        return passwordEquals(expected.getBytes(StandardCharsets.UTF_8));
    }

    /** CONNECT's user properties (v5), in order. Unmodifiable. */
    public List<UserProperty> userProperties() {
        return userProperties;
    }

    /** For logs: never the password. */
    @Override
    public String toString() {
        return "AuthenticationRequest[" + client + ", password=" + (password == null ? "none" : "***") + "]";
    }
}
