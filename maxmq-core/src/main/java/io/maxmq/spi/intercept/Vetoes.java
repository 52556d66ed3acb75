package io.maxmq.spi.intercept;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;

/** Which reason codes a veto may carry. */
final class Vetoes {

    private Vetoes() {}

    static void check(ReasonCode reasonCode, PacketType answer) {
        if (!reasonCode.isError() || !reasonCode.allowedIn(answer)) {
            throw new IllegalArgumentException(
                    "reasonCode must be an error of " + answer + ": reasonCode=" + reasonCode);
        }
    }
}
