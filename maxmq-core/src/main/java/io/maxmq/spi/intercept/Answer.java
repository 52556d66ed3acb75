package io.maxmq.spi.intercept;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.UserProperty;
import io.maxmq.spi.Stable;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The part of a CONNACK, SUBACK, UNSUBACK or DISCONNECT for an MQTT 5.0 client that informs people and programs rather than the protocol.
 * Immutable.
 *
 * @since 0.1.0
 */
@Stable
public final class Answer {
    private final PacketType type;
    private final List<ReasonCode> reasonCodes;
    private final @Nullable String reasonString;
    private final List<UserProperty> userProperties;

    /** Creates an answer. */
    public Answer(
            PacketType type,
            List<ReasonCode> reasonCodes,
            @Nullable String reasonString,
            List<UserProperty> userProperties) {
        this.type = type;
        this.reasonCodes = List.copyOf(reasonCodes);
        this.reasonString = reasonString;
        this.userProperties = List.copyOf(userProperties);
    }

    /** Packet type: CONNACK, SUBACK, UNSUBACK or DISCONNECT. */
    public PacketType type() {
        return type;
    }

    /** Reason codes: one, or for SUBACK and UNSUBACK one per filter, in order. Unmodifiable. */
    public List<ReasonCode> reasonCodes() {
        return reasonCodes;
    }

    /** Reason String (MQTT 5.0 §3.2.2.3.9 and its counterparts); empty without one. */
    public Optional<String> reasonString() {
        return Optional.ofNullable(reasonString);
    }

    /** User Properties, in order. Unmodifiable. */
    public List<UserProperty> userProperties() {
        return userProperties;
    }

    /** Replaces the reason string; null removes it. */
    public Answer withReasonString(@Nullable String newReasonString) {
        return new Answer(type, reasonCodes, newReasonString, userProperties);
    }

    /** Replaces the user properties. */
    public Answer withUserProperties(List<UserProperty> newUserProperties) {
        return new Answer(type, reasonCodes, reasonString, newUserProperties);
    }

    @Override
    public String toString() {
        return "Answer[" + type + " " + reasonCodes + ", reasonString=" + reasonString + ", userProperties="
                + userProperties.size() + "]";
    }
}
