package io.maxmq.core.session;

import io.maxmq.core.persistence.Payloads;
import io.maxmq.core.persistence.Routings;
import io.maxmq.core.persistence.Write;
import io.maxmq.core.persistence.WriteCallback;
import io.maxmq.core.routing.StoredMessage;
import org.jspecify.annotations.Nullable;

/**
 * State of an inbound QoS 2 packet id whose message arrived in this run, until PUBREL. PUBREL may never arrive, so the
 * message itself is held only until it is written. Runs on the session's event loop. Not thread-safe.
 */
final class InboundQos2State implements WriteCallback {
    private final Payloads payloads;
    private final long idHigh;
    private final long idLow;
    private final boolean isApart;
    private final Routings.Routing routing;
    /** Null if the message is not retained. */
    private final Routings.@Nullable Routing retaining;
    /** Callback for the record; null once called. */
    private @Nullable WriteCallback completion;
    /** Callback that {@link Payloads} returned for the record with the message; null once called. */
    private @Nullable WriteCallback referred;

    private boolean written;
    /** Whether the record contains the message. */
    private boolean whole = true;

    /** The later write of the record without the message; null if there is none, or if it must not be withdrawn. */
    private @Nullable Write routedWrite;

    /**
     * Begins with the arrival of the message.
     *
     * @param routing ends when the record is marked as routed or is deleted
     * @param retaining ends together with {@code routing}; null if the message is not retained
     */
    InboundQos2State(
            Payloads payloads, StoredMessage message, Routings.Routing routing, Routings.@Nullable Routing retaining) {
        this.payloads = payloads;
        this.idHigh = message.idHigh();
        this.idLow = message.idLow();
        this.isApart = Payloads.isApart(message);
        this.routing = routing;
        this.retaining = retaining;
    }

    /**
     * Prepares the write of the record.
     *
     * @param told called when the record, and a separately stored body, are written or failed
     * @return the callback to pass to the write of the record
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

    /** Returns whether the record contains the message, or will contain it after its pending write. */
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

    /** Ends the entries in {@link Routings}: the write that they wait for has been submitted. */
    void end() {
        routing.end();
        if (retaining != null) {
            retaining.end();
        }
    }

    /**
     * Notes that all recipients have the message.
     *
     * @param write the write of the record without the message; null for none
     */
    void routed(@Nullable Write write) {
        routedWrite = write;
        forgetMessage();
    }

    /** Notes that the record is about to be deleted. */
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
