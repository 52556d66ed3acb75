package io.maxmq.core.session;

import io.maxmq.core.persistence.Payloads;
import io.maxmq.core.persistence.Routings;
import io.maxmq.core.persistence.Write;
import io.maxmq.core.persistence.WriteCallback;
import io.maxmq.core.routing.StoredMessage;
import org.jspecify.annotations.Nullable;

/**
 * A QoS 2 packet id whose message has come since the broker has started, from then until it is released. That may be never:
 * so it holds the message only until it is written. Runs on the session's event loop. Not thread-safe.
 */
final class InboundQos2State implements WriteCallback {
    private final Payloads payloads;
    private final long idHigh;
    private final long idLow;
    private final boolean isApart;
    private final Routings.Routing routing;
    /** Null when it sets no retained message. */
    private final Routings.@Nullable Routing retaining;
    /** Who waits; null when told. */
    private @Nullable WriteCallback completion;
    /** What {@link Payloads} has given for the record, which has the message; null when told. */
    private @Nullable WriteCallback referred;

    private boolean written;
    /** Whether its record has the message. */
    private boolean whole = true;

    /** The later record without the message; null when there is none, or it is needed for sure. */
    private @Nullable Write routedWrite;

    /**
     * Its message has come.
     *
     * @param routing ends when its record says that it is routed, or is gone
     * @param retaining ends with it; null when the message sets no retained one
     */
    InboundQos2State(Payloads payloads, StoredMessage message, Routings.Routing routing, Routings.@Nullable Routing retaining) {
        this.payloads = payloads;
        this.idHigh = message.idHigh();
        this.idLow = message.idLow();
        this.isApart = Payloads.isApart(message);
        this.routing = routing;
        this.retaining = retaining;
    }

    /**
     * Its record is about to be written.
     *
     * @param told when that, and the body if it is kept apart, is written or has failed
     * @return who is to be told about the record
     */
    WriteCallback refer(StoredMessage message, WriteCallback told) {
        completion = told;
        WriteCallback record = payloads.refer(message, this);
        referred = record;
        return record;
    }

    long idHigh() {
        return idHigh;
    }

    long idLow() {
        return idLow;
    }

    /** Whether its record has the message, or will have it. */
    boolean isWhole() {
        return whole;
    }

    @Override
    public void onWritten(@Nullable Throwable failure) {
        written = failure == null;
        whole &= failure == null;
        WriteCallback waiting = completion;
        completion = null;
        referred = null;
        if (waiting != null) {
            waiting.onWritten(failure);
        }
    }

    /** What {@link Routings} waits for is on its way to storage. */
    void end() {
        routing.end();
        if (retaining != null) {
            retaining.end();
        }
    }

    /** All recipients have the message: this is the write of the record without it; null when there is none. */
    void routed(@Nullable Write write) {
        routedWrite = write;
        forgetMessage();
    }

    /** Its record is about to be removed. */
    void released() {
        forgetMessage();
        if (routedWrite != null) {
            routedWrite.withdraw();
            routedWrite = null;
        }
    }

    private void forgetMessage() {
        if (!whole) {
            return;
        }
        whole = false;
        if (written) {
            if (isApart) {
                payloads.forget(idHigh, idLow);
            }
        } else if (referred != null) {
            payloads.withdraw(referred);
        }
    }
}
