package io.maxmq.spi.intercept;

import io.maxmq.codec.packet.UserProperty;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Stable;
import io.maxmq.spi.Will;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A CONNECT packet that interceptors see and change. Immutable.
 *
 * @since 0.1.0
 */
@Stable
public final class ConnectRequest {

    private final ClientInfo client;
    private final @Nullable Will will;
    private final List<UserProperty> userProperties;

    /** Creates a request. */
    public ConnectRequest(ClientInfo client, @Nullable Will will, List<UserProperty> userProperties) {
        this.client = client;
        this.will = will;
        this.userProperties = List.copyOf(userProperties);
    }

    /** Client as CONNECT describes it; unauthenticated. */
    public ClientInfo client() {
        return client;
    }

    /** Will; empty for a CONNECT without one. */
    public Optional<Will> will() {
        return Optional.ofNullable(will);
    }

    /** User properties of CONNECT (MQTT 5.0), in order. Unmodifiable. */
    public List<UserProperty> userProperties() {
        return userProperties;
    }

    /**
     * Replaces client id, user name, keep alive, session expiry or attributes. CONNACK tells MQTT 5.0 clients a changed client id (Assigned
     * Client Identifier), keep alive (Server Keep Alive) and session expiry. The broker ignores changes of address, listener, protocol
     * version and clean start.
     */
    public ConnectRequest withClient(ClientInfo newClient) {
        return new ConnectRequest(newClient, will, userProperties);
    }

    /** Replaces or adds the will; null removes it. */
    public ConnectRequest withWill(@Nullable Will newWill) {
        return new ConnectRequest(client, newWill, userProperties);
    }

    @Override
    public String toString() {
        return "ConnectRequest[" + client + ", will=" + will + "]";
    }
}
