package io.maxmq.spi.intercept;

import io.maxmq.codec.packet.UserProperty;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Stable;
import io.maxmq.spi.Will;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A CONNECT as interceptors see and change it. Immutable.
 *
 * @since 0.1.0
 */
@Stable
public final class ConnectRequest {

    private final ClientInfo client;
    private final @Nullable Will will;
    private final List<UserProperty> userProperties;

    /** A request. */
    public ConnectRequest(ClientInfo client, @Nullable Will will, List<UserProperty> userProperties) {
        this.client = client;
        this.will = will;
        this.userProperties = List.copyOf(userProperties);
    }

    /** The client as CONNECT describes it; nothing of it is proven yet. */
    public ClientInfo client() {
        return client;
    }

    /** The will; empty when CONNECT carried none. */
    public Optional<Will> will() {
        return Optional.ofNullable(will);
    }

    /** CONNECT's user properties (v5), in order. Unmodifiable. */
    public List<UserProperty> userProperties() {
        return userProperties;
    }

    /**
     * Changes client id (v5 clients are told by Assigned Client Identifier), user name, keep alive (v5 clients are told
     * by Server Keep Alive), session expiry (v5 clients are told) or attributes. Changes of address, listener, protocol
     * version and clean start are ignored.
     */
    public ConnectRequest withClient(ClientInfo newClient) {
        return new ConnectRequest(newClient, will, userProperties);
    }

    /** Changes, adds or (null) removes the will. */
    public ConnectRequest withWill(@Nullable Will newWill) {
        return new ConnectRequest(client, newWill, userProperties);
    }

    @Override
    public String toString() {
        return "ConnectRequest[" + client + ", will=" + will + "]";
    }
}
