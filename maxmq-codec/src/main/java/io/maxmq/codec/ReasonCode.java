package io.maxmq.codec;

import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The result of an operation. MQTT 5.0 §2.4. 0x00 has three names in the specification (Success, Normal disconnection,
 * Granted QoS 0) and one here, {@link #SUCCESS}.
 */
public enum ReasonCode {
    /** 0x00 wherever it appears: done, a normal DISCONNECT, or QoS 0 granted in SUBACK. */
    SUCCESS(0x00),
    GRANTED_QOS_1(0x01),
    GRANTED_QOS_2(0x02),
    DISCONNECT_WITH_WILL_MESSAGE(0x04),
    NO_MATCHING_SUBSCRIBERS(0x10),
    NO_SUBSCRIPTION_EXISTED(0x11),
    CONTINUE_AUTHENTICATION(0x18),
    RE_AUTHENTICATE(0x19),
    UNSPECIFIED_ERROR(0x80),
    MALFORMED_PACKET(0x81),
    PROTOCOL_ERROR(0x82),
    IMPLEMENTATION_SPECIFIC_ERROR(0x83),
    UNSUPPORTED_PROTOCOL_VERSION(0x84),
    CLIENT_IDENTIFIER_NOT_VALID(0x85),
    BAD_USER_NAME_OR_PASSWORD(0x86),
    NOT_AUTHORIZED(0x87),
    SERVER_UNAVAILABLE(0x88),
    SERVER_BUSY(0x89),
    BANNED(0x8A),
    SERVER_SHUTTING_DOWN(0x8B),
    BAD_AUTHENTICATION_METHOD(0x8C),
    KEEP_ALIVE_TIMEOUT(0x8D),
    SESSION_TAKEN_OVER(0x8E),
    TOPIC_FILTER_INVALID(0x8F),
    TOPIC_NAME_INVALID(0x90),
    PACKET_IDENTIFIER_IN_USE(0x91),
    PACKET_IDENTIFIER_NOT_FOUND(0x92),
    RECEIVE_MAXIMUM_EXCEEDED(0x93),
    TOPIC_ALIAS_INVALID(0x94),
    PACKET_TOO_LARGE(0x95),
    MESSAGE_RATE_TOO_HIGH(0x96),
    QUOTA_EXCEEDED(0x97),
    ADMINISTRATIVE_ACTION(0x98),
    PAYLOAD_FORMAT_INVALID(0x99),
    RETAIN_NOT_SUPPORTED(0x9A),
    QOS_NOT_SUPPORTED(0x9B),
    USE_ANOTHER_SERVER(0x9C),
    SERVER_MOVED(0x9D),
    SHARED_SUBSCRIPTIONS_NOT_SUPPORTED(0x9E),
    CONNECTION_RATE_EXCEEDED(0x9F),
    MAXIMUM_CONNECT_TIME(0xA0),
    SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED(0xA1),
    WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED(0xA2);

    private static final @Nullable ReasonCode[] BY_CODE = new ReasonCode[0xA3];

    static {
        for (ReasonCode reason : values()) {
            BY_CODE[reason.code] = reason;
        }
    }

    /** §3.2.2.2. */
    private static final Set<ReasonCode> CONNACK = EnumSet.of(
            SUCCESS,
            UNSPECIFIED_ERROR,
            MALFORMED_PACKET,
            PROTOCOL_ERROR,
            IMPLEMENTATION_SPECIFIC_ERROR,
            UNSUPPORTED_PROTOCOL_VERSION,
            CLIENT_IDENTIFIER_NOT_VALID,
            BAD_USER_NAME_OR_PASSWORD,
            NOT_AUTHORIZED,
            SERVER_UNAVAILABLE,
            SERVER_BUSY,
            BANNED,
            BAD_AUTHENTICATION_METHOD,
            TOPIC_NAME_INVALID,
            PACKET_TOO_LARGE,
            QUOTA_EXCEEDED,
            PAYLOAD_FORMAT_INVALID,
            RETAIN_NOT_SUPPORTED,
            QOS_NOT_SUPPORTED,
            USE_ANOTHER_SERVER,
            SERVER_MOVED,
            CONNECTION_RATE_EXCEEDED);

    /** §3.4.2.1 and §3.5.2.1. */
    private static final Set<ReasonCode> PUBACK_AND_PUBREC = EnumSet.of(
            SUCCESS,
            NO_MATCHING_SUBSCRIBERS,
            UNSPECIFIED_ERROR,
            IMPLEMENTATION_SPECIFIC_ERROR,
            NOT_AUTHORIZED,
            TOPIC_NAME_INVALID,
            PACKET_IDENTIFIER_IN_USE,
            QUOTA_EXCEEDED,
            PAYLOAD_FORMAT_INVALID);

    /** §3.6.2.1 and §3.7.2.1. */
    private static final Set<ReasonCode> PUBREL_AND_PUBCOMP = EnumSet.of(SUCCESS, PACKET_IDENTIFIER_NOT_FOUND);

    /** §3.9.3. */
    private static final Set<ReasonCode> SUBACK = EnumSet.of(
            SUCCESS,
            GRANTED_QOS_1,
            GRANTED_QOS_2,
            UNSPECIFIED_ERROR,
            IMPLEMENTATION_SPECIFIC_ERROR,
            NOT_AUTHORIZED,
            TOPIC_FILTER_INVALID,
            PACKET_IDENTIFIER_IN_USE,
            QUOTA_EXCEEDED,
            SHARED_SUBSCRIPTIONS_NOT_SUPPORTED,
            SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED,
            WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED);

    /** §3.11.3. */
    private static final Set<ReasonCode> UNSUBACK = EnumSet.of(
            SUCCESS,
            NO_SUBSCRIPTION_EXISTED,
            UNSPECIFIED_ERROR,
            IMPLEMENTATION_SPECIFIC_ERROR,
            NOT_AUTHORIZED,
            TOPIC_FILTER_INVALID,
            PACKET_IDENTIFIER_IN_USE);

    /** §3.14.2.1, what a client may send. */
    private static final Set<ReasonCode> DISCONNECT_OF_CLIENT = EnumSet.of(
            SUCCESS,
            DISCONNECT_WITH_WILL_MESSAGE,
            UNSPECIFIED_ERROR,
            MALFORMED_PACKET,
            PROTOCOL_ERROR,
            IMPLEMENTATION_SPECIFIC_ERROR,
            TOPIC_NAME_INVALID,
            RECEIVE_MAXIMUM_EXCEEDED,
            TOPIC_ALIAS_INVALID,
            PACKET_TOO_LARGE,
            MESSAGE_RATE_TOO_HIGH,
            QUOTA_EXCEEDED,
            ADMINISTRATIVE_ACTION,
            PAYLOAD_FORMAT_INVALID);

    /** §3.14.2.1, what a server may send; 0x8C stands in §2.4 only. */
    private static final Set<ReasonCode> DISCONNECT_OF_SERVER = EnumSet.of(
            SUCCESS,
            UNSPECIFIED_ERROR,
            MALFORMED_PACKET,
            PROTOCOL_ERROR,
            IMPLEMENTATION_SPECIFIC_ERROR,
            NOT_AUTHORIZED,
            SERVER_BUSY,
            SERVER_SHUTTING_DOWN,
            BAD_AUTHENTICATION_METHOD,
            KEEP_ALIVE_TIMEOUT,
            SESSION_TAKEN_OVER,
            TOPIC_FILTER_INVALID,
            TOPIC_NAME_INVALID,
            RECEIVE_MAXIMUM_EXCEEDED,
            TOPIC_ALIAS_INVALID,
            PACKET_TOO_LARGE,
            MESSAGE_RATE_TOO_HIGH,
            QUOTA_EXCEEDED,
            ADMINISTRATIVE_ACTION,
            PAYLOAD_FORMAT_INVALID,
            RETAIN_NOT_SUPPORTED,
            QOS_NOT_SUPPORTED,
            USE_ANOTHER_SERVER,
            SERVER_MOVED,
            SHARED_SUBSCRIPTIONS_NOT_SUPPORTED,
            CONNECTION_RATE_EXCEEDED,
            MAXIMUM_CONNECT_TIME,
            SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED,
            WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED);

    /** §3.15.2.1. */
    private static final Set<ReasonCode> AUTH_OF_CLIENT = EnumSet.of(CONTINUE_AUTHENTICATION, RE_AUTHENTICATE);

    private static final Set<ReasonCode> AUTH_OF_SERVER = EnumSet.of(SUCCESS, CONTINUE_AUTHENTICATION);

    private final int code;

    ReasonCode(int code) {
        this.code = code;
    }

    /** The byte on the wire, 0x00..0xA2. */
    public int code() {
        return code;
    }

    /** Returns whether the operation failed: 0x80 and above. */
    public boolean isError() {
        return code >= 0x80;
    }

    /** The reason with this code, or null when MQTT 5.0 has none. */
    public static @Nullable ReasonCode of(int code) {
        return code < 0 || code >= BY_CODE.length ? null : BY_CODE[code];
    }

    /** Returns whether a packet of this type may carry the reason, sent by one side or the other. */
    public boolean allowedIn(PacketType type) {
        return allowedIn(type, true) || allowedIn(type, false);
    }

    /**
     * Returns whether a packet of this type may carry the reason when sent by a client ({@code fromClient}) or by a server; the
     * side matters for DISCONNECT and AUTH. False for types that carry none.
     */
    public boolean allowedIn(PacketType type, boolean fromClient) {
        return switch (type) {
            case CONNACK -> CONNACK.contains(this);
            case PUBACK, PUBREC -> PUBACK_AND_PUBREC.contains(this);
            case PUBREL, PUBCOMP -> PUBREL_AND_PUBCOMP.contains(this);
            case SUBACK -> SUBACK.contains(this);
            case UNSUBACK -> UNSUBACK.contains(this);
            case DISCONNECT -> (fromClient ? DISCONNECT_OF_CLIENT : DISCONNECT_OF_SERVER).contains(this);
            case AUTH -> (fromClient ? AUTH_OF_CLIENT : AUTH_OF_SERVER).contains(this);
            case CONNECT, PUBLISH, SUBSCRIBE, UNSUBSCRIBE, PINGREQ, PINGRESP -> false;
        };
    }
}
