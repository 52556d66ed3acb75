package io.maxmq.codec.wire;

import io.maxmq.codec.ReasonCode;
import org.jspecify.annotations.Nullable;

/** The six return codes of CONNACK before 5.0 (3.1.1 §3.2.2.3) and the reasons that they stand for. Stateless. */
final class ReturnCode {
    private ReturnCode() {}

    /** The code that comes closest: 3, server unavailable, for a reason that 3.1.1 can't say. */
    static int of(ReasonCode reason) {
        return switch (reason) {
            case SUCCESS -> 0;
            case UNSUPPORTED_PROTOCOL_VERSION -> 1;
            case CLIENT_IDENTIFIER_NOT_VALID -> 2;
            case BAD_USER_NAME_OR_PASSWORD -> 4;
            case NOT_AUTHORIZED, BANNED, BAD_AUTHENTICATION_METHOD -> 5;
            default -> 3;
        };
    }

    /** The reason of a code, or null when it is not 0..5. */
    static @Nullable ReasonCode reason(int code) {
        return switch (code) {
            case 0 -> ReasonCode.SUCCESS;
            case 1 -> ReasonCode.UNSUPPORTED_PROTOCOL_VERSION;
            case 2 -> ReasonCode.CLIENT_IDENTIFIER_NOT_VALID;
            case 3 -> ReasonCode.SERVER_UNAVAILABLE;
            case 4 -> ReasonCode.BAD_USER_NAME_OR_PASSWORD;
            case 5 -> ReasonCode.NOT_AUTHORIZED;
            default -> null;
        };
    }
}
