package io.maxmq.spi.auth;

import io.maxmq.codec.packet.UserProperty;
import io.maxmq.spi.Stable;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The data of a client in one step of enhanced authentication (MQTT 5.0 §3.15), from CONNECT or AUTH. Immutable and
 * thread-safe.
 *
 * @since 0.1.0
 */
@Stable
public final class AuthenticationStep {

    private final byte @Nullable [] data;
    private final List<UserProperty> userProperties;

    /**
     * Creates a step; the data are copied.
     *
     * @param data null for a packet without data
     */
    public AuthenticationStep(byte @Nullable [] data, List<UserProperty> userProperties) {
        this.data = data == null ? null : data.clone();
        this.userProperties = List.copyOf(userProperties);
    }

    /** Returns a copy of the authentication data (§3.15.2.2.3); empty for a packet without data. */
    public Optional<byte[]> data() {
        return data == null ? Optional.empty() : Optional.of(data.clone());
    }

    /** The packet's user properties, in order. Unmodifiable. */
    public List<UserProperty> userProperties() {
        return userProperties;
    }

    /** For logs: never the data. */
    @Override
    public String toString() {
        return "AuthenticationStep[data=" + (data == null ? "none" : data.length + " bytes") + "]";
    }
}
