package io.maxmq.spi;

import io.maxmq.codec.ReasonCode;

/**
 * A publication that the broker did not accept: nobody gets the message. Without a stack trace, since a full broker
 * refuses often.
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

    /** What a network client would have got in its PUBACK or PUBREC. */
    public ReasonCode reasonCode() {
        return reasonCode;
    }
}
