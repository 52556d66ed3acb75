package io.maxmq.spi;

import io.maxmq.codec.ReasonCode;

/**
 * A publication that the broker refused; the message is not delivered to any subscriber. Without a stack trace, since a
 * full broker refuses often.
 *
 * @since 0.1.0
 */
@Stable
public final class PublishRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final ReasonCode reasonCode;

    /** A refusal. */
    public PublishRefusedException(ReasonCode reasonCode, String detail) {
        super(reasonCode + ": " + detail, null, false, false);
        this.reasonCode = reasonCode;
    }

    /** Returns the reason code that a network client would receive in PUBACK or PUBREC. */
    public ReasonCode reasonCode() {
        return reasonCode;
    }
}
