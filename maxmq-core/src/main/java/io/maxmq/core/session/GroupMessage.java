package io.maxmq.core.session;

import io.maxmq.core.routing.PendingOutcome;
import io.maxmq.core.routing.RoutedMessage;
import io.maxmq.core.routing.SharedGroup;
import io.maxmq.core.routing.StoredMessage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One message of a {@link GroupQueue}: its record, if there is storage, who waits for that, and how often a member has been tried.
 * Its publisher is answered when the record is written or a member has the message, whichever comes first; and refused when the
 * record is refused and nobody has the message.
 *
 * <p>Runs on the queue's loop. Not thread-safe.
 */
final class GroupMessage {
    /** The queue, as this sees it. */
    interface Listener {
        /** Storage has refused the record. True when the message was in the queue, and is not any more. */
        boolean onRefused(GroupMessage message);
    }

    private final Listener listener;
    private final SharedGroup group;
    /** Null without storage. */
    private final @Nullable GroupRecords records;

    private final long sequence;
    private final StoredMessage message;
    /** Null without storage, and of one that was read from storage. */
    private GroupRecords.@Nullable Record record;
    /** Who waits for the record, or for a member's; null when nobody has to. */
    private @Nullable List<PendingOutcome> waits;
    /** Storage has refused the record while the message was with a member, perhaps. */
    private boolean isUnwritten;

    private int attempt;
    /** It has come back from the last attempt. */
    private boolean isBack;

    GroupMessage(
            Listener listener,
            SharedGroup group,
            @Nullable GroupRecords records,
            long sequence,
            StoredMessage message) {
        this.listener = listener;
        this.group = group;
        this.records = records;
        this.sequence = sequence;
        this.message = message;
    }

    /** Its place in the queue. */
    long sequence() {
        return sequence;
    }

    StoredMessage message() {
        return message;
    }

    int bytes() {
        return message.bytes();
    }

    /** The lower half of the message id, which is unique within a process. */
    long id() {
        return message.idLow();
    }

    // ---- its record

    /** Has its record written; without effect where there is no storage. */
    void write() {
        if (records == null) {
            return;
        }
        isUnwritten = false;
        if (waits == null) {
            waits = new ArrayList<>(1);
        }
        record = records.write(sequence, message, group.hasOnline(), this::written);
    }

    /** Has the outcome of a message wait for the record, if that is not written yet. */
    void await(RoutedMessage transit) {
        List<PendingOutcome> present = waits;
        if (present == null) {
            transit.countAccepted();
        } else {
            present.add(transit.await());
        }
    }

    private void written(@Nullable Throwable failure) {
        if (failure != null && record != null) {
            record.refused();
        }
        if (waits == null) {
            return; // somebody has taken it
        }
        if (failure == null) {
            answer(true);
        } else if (listener.onRefused(this)) {
            answer(false);
        } else {
            isUnwritten = true; // a member may have it: who waits is answered when it has, or by the next record
        }
    }

    private void answer(boolean isKept) {
        List<PendingOutcome> present = waits;
        waits = null;
        for (PendingOutcome each : present == null ? List.<PendingOutcome>of() : present) {
            if (isKept) {
                each.complete(0, 1, 0, null);
            } else {
                each.refuseUnstored(group);
            }
        }
    }

    /** Its record is needed no more: a member has it, or nobody is to have it. */
    void forget() {
        if (records == null) {
            return;
        }
        GroupRecords.Record own = record;
        if (own == null) {
            records.remove(sequence, message);
        } else if (!isUnwritten) {
            own.remove();
        }
        answer(true);
    }

    // ---- members that are tried

    /** It goes to a member; gives the number of the attempt. */
    int goes() {
        isBack = false;
        return ++attempt;
    }

    /** Whether no other attempt has begun since that one. */
    boolean isAt(int thatAttempt) {
        return attempt == thatAttempt;
    }

    /** The member has not taken it: it is the queue's again, and is to have a record. */
    void comesBack() {
        isBack = true;
        if (isUnwritten) {
            write();
        }
    }

    boolean isBack() {
        return isBack;
    }
}
