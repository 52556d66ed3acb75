package io.maxmq.spi;

import io.maxmq.codec.ProtocolVersion;
import java.net.SocketAddress;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The client of a connection, or the owner of a session. One object per connection, created at CONNECT and replaced
 * when authentication changes a name. Immutable and thread-safe.
 *
 * @since 0.1.0
 */
@Stable
public final class ClientInfo {

    private final Tenant tenant;
    private final String clientId;
    private final @Nullable String username;
    private final @Nullable String claimedUsername;
    private final SocketAddress remoteAddress;
    private final String listener;
    private final ProtocolVersion protocolVersion;
    private final boolean cleanStart;
    private final int keepAliveSeconds;
    private final long sessionExpirySeconds;
    private final long connectedAtEpochMillis;
    private final Map<String, String> attributes;
    private final @Nullable TlsSession tls;

    private ClientInfo(Builder builder) {
        tenant = builder.tenant;
        clientId = builder.clientId;
        username = builder.username;
        claimedUsername = builder.claimedUsername;
        remoteAddress = builder.remoteAddress;
        listener = builder.listener;
        protocolVersion = builder.protocolVersion;
        cleanStart = builder.cleanStart;
        keepAliveSeconds = builder.keepAliveSeconds;
        sessionExpirySeconds = builder.sessionExpirySeconds;
        connectedAtEpochMillis = builder.connectedAtEpochMillis;
        attributes = builder.attributes;
        tls = builder.tls;
    }

    /** Starts one: default tenant, no user name, clean start, no keep alive, no session expiry, no attributes, no TLS. */
    public static Builder builder(
            String clientId, ProtocolVersion protocolVersion, SocketAddress remoteAddress, String listener) {
        return new Builder(clientId, protocolVersion, remoteAddress, listener);
    }

    /** Starts from this one. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** The namespace that the client id and all topics of this client belong to. */
    public Tenant tenant() {
        return tenant;
    }

    /** The client identifier; empty only at CONNECT, before the broker has assigned one. */
    public String clientId() {
        return clientId;
    }

    /**
     * The user name that an authenticator vouches for; empty when no authenticator does. Until the authenticators have decided it is
     * the one that CONNECT carries: they, interceptors of CONNECT and events about refused clients see it unproven.
     */
    public Optional<String> username() {
        return Optional.ofNullable(username);
    }

    /**
     * The user name that CONNECT carried and no authenticator vouched for. It gives no rights, as any client can claim any name: it is
     * for display, and keeps clients that claim different names from each other's sessions. Empty when {@link #username()} is present,
     * and for a client that is known from storage only.
     */
    public Optional<String> claimedUsername() {
        return Optional.ofNullable(claimedUsername);
    }

    /** The client's address; behind a trusted proxy the one that the proxy names. */
    public SocketAddress remoteAddress() {
        return remoteAddress;
    }

    /** The name of the listener that accepted the connection. */
    public String listener() {
        return listener;
    }

    /** The version of MQTT that CONNECT named. */
    public ProtocolVersion protocolVersion() {
        return protocolVersion;
    }

    /** Clean Start (v5), Clean Session (v3). */
    public boolean cleanStart() {
        return cleanStart;
    }

    /** The keep alive in force, 0..65535; 0 without a keep alive. */
    public int keepAliveSeconds() {
        return keepAliveSeconds;
    }

    /** Returns the session expiry interval in seconds, 0..2^32-1, where 2^32-1 means that the session never expires. */
    public long sessionExpirySeconds() {
        return sessionExpirySeconds;
    }

    /** When CONNECT was read, in milliseconds since 1970. */
    public long connectedAtEpochMillis() {
        return connectedAtEpochMillis;
    }

    /** Returns the attributes that authenticators set for this client, for authorizers and limiters. Unmodifiable. */
    public Map<String, String> attributes() {
        return attributes;
    }

    /**
     * Returns the TLS session with its verified certificates; empty for a connection without TLS, and for one that is
     * known from storage only. The broker stores nothing of a certificate; use {@link #attributes()} for facts that
     * must outlive a restart.
     */
    public Optional<TlsSession> tls() {
        return Optional.ofNullable(tls);
    }

    /** For logs: names and addresses only. */
    @Override
    public String toString() {
        return "ClientInfo[tenant=" + tenant + ", clientId=" + clientId + ", username=" + username
                + (claimedUsername == null ? "" : ", claimedUsername=" + claimedUsername) + ", remoteAddress="
                + remoteAddress + ", listener=" + listener + ", " + protocolVersion + "]";
    }

    /**
     * Collects a client's parts. Not thread-safe.
     *
     * @since 0.1.0
     */
    @Stable
    public static final class Builder {

        private Tenant tenant = Tenant.DEFAULT;
        private String clientId;
        private @Nullable String username;
        private @Nullable String claimedUsername;
        private SocketAddress remoteAddress;
        private String listener;
        private ProtocolVersion protocolVersion;
        private boolean cleanStart = true;
        private int keepAliveSeconds;
        private long sessionExpirySeconds;
        private long connectedAtEpochMillis;
        private Map<String, String> attributes = Map.of();
        private @Nullable TlsSession tls;

        private Builder(
                String clientId, ProtocolVersion protocolVersion, SocketAddress remoteAddress, String listener) {
            this.clientId = clientId;
            this.protocolVersion = protocolVersion;
            this.remoteAddress = remoteAddress;
            this.listener = listener;
        }

        private Builder(ClientInfo from) {
            tenant = from.tenant;
            clientId = from.clientId;
            username = from.username;
            claimedUsername = from.claimedUsername;
            remoteAddress = from.remoteAddress;
            listener = from.listener;
            protocolVersion = from.protocolVersion;
            cleanStart = from.cleanStart;
            keepAliveSeconds = from.keepAliveSeconds;
            sessionExpirySeconds = from.sessionExpirySeconds;
            connectedAtEpochMillis = from.connectedAtEpochMillis;
            attributes = from.attributes;
            tls = from.tls;
        }

        /** Default {@link Tenant#DEFAULT}. */
        public Builder tenant(Tenant newTenant) {
            tenant = newTenant;
            return this;
        }

        /** Replaces the client identifier. */
        public Builder clientId(String newClientId) {
            clientId = newClientId;
            return this;
        }

        /** Sets the user name, null for a client without one. Replaces a claimed one. */
        public Builder username(@Nullable String newUsername) {
            username = newUsername;
            claimedUsername = null;
            return this;
        }

        /** A user name that no authenticator vouches for; the client has no {@link ClientInfo#username()} then. */
        public Builder claimedUsername(@Nullable String unproven) {
            username = null;
            claimedUsername = unproven;
            return this;
        }

        /** Replaces the address. */
        public Builder remoteAddress(SocketAddress address) {
            remoteAddress = address;
            return this;
        }

        /** Default true. */
        public Builder cleanStart(boolean newCleanStart) {
            cleanStart = newCleanStart;
            return this;
        }

        /** 0..65535. */
        public Builder keepAliveSeconds(int seconds) {
            if (seconds < 0 || seconds > 0xFFFF) {
                throw new IllegalArgumentException("keepAliveSeconds must be 0..65535: keepAliveSeconds=" + seconds);
            }
            keepAliveSeconds = seconds;
            return this;
        }

        /** 0..2^32-1. */
        public Builder sessionExpirySeconds(long seconds) {
            if (seconds < 0 || seconds > 0xFFFF_FFFFL) {
                throw new IllegalArgumentException(
                        "sessionExpirySeconds must be 0..4294967295: sessionExpirySeconds=" + seconds);
            }
            sessionExpirySeconds = seconds;
            return this;
        }

        /** Milliseconds since 1970. */
        public Builder connectedAtEpochMillis(long epochMillis) {
            connectedAtEpochMillis = epochMillis;
            return this;
        }

        /** Replaces all; copied. */
        public Builder attributes(Map<String, String> newAttributes) {
            attributes = Map.copyOf(newAttributes);
            return this;
        }

        /** Null, as by default, for a connection without TLS. */
        public Builder tls(@Nullable TlsSession session) {
            tls = session;
            return this;
        }

        /** The client. */
        public ClientInfo build() {
            return new ClientInfo(this);
        }
    }
}
