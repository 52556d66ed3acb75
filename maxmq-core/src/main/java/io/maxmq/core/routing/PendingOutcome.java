package io.maxmq.core.routing;

import io.maxmq.spi.DropReason;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Outcome of a message at recipients that answer later: on other loops or in storage. Allocated only if an answer is
 * outstanding. Runs on the publisher's loop. Not thread-safe.
 */
public final class PendingOutcome {
    private static final Map<DropReason, Integer> UNSTORED = Map.of(DropReason.STORAGE, 1);

    private final boolean withReasons;
    private int outstanding;
    private int matched;
    private int accepted;
    private int refused;
    private Map<DropReason, Integer> drops = Map.of();
    private @Nullable Unstored unstored;
    private @Nullable Runnable onComplete;

    /** @param withReasons true to collect the drop reasons as well */
    PendingOutcome(boolean withReasons) {
        this.withReasons = withReasons;
    }

    boolean withReasons() {
        return withReasons;
    }

    void await() {
        outstanding++;
    }

    /** Adds one awaited answer: the recipient counts and the drop reasons. */
    public void complete(int matched, int accepted, int refused, @Nullable Map<DropReason, Integer> dropped) {
        add(matched, accepted, refused, dropped);
        if (--outstanding == 0 && onComplete != null) {
            onComplete.run();
        }
    }

    /** Adds one awaited answer with the counts of another outcome. */
    void complete(PendingOutcome other) {
        Unstored more = other.unstored;
        if (more != null) {
            unstored().addAll(more);
        }
        complete(other.matched, other.accepted, other.refused, other.drops);
    }

    /** Adds one awaited answer: storage refused the write for the recipient of this subscription. */
    public void refuseUnstored(FilterSubscription by) {
        unstored().add(by);
        complete(0, 0, 1, UNSTORED);
    }

    /** Adds one awaited answer: storage refused the write for all members of a shared subscription. */
    public void refuseUnstored(SharedGroup shared) {
        unstored().add(shared);
        complete(0, 0, 1, UNSTORED);
    }

    /** Adds one awaited answer: storage refused a write that belongs to no recipient. */
    public void refuseUnstored() {
        complete(0, 0, 1, UNSTORED);
    }

    private Unstored unstored() {
        Unstored present = unstored;
        if (present == null) {
            present = new Unstored();
            unstored = present;
        }
        return present;
    }

    /** Adds the counts that are known at once to those that arrive later. */
    public void addKnown(RoutedMessage message) {
        add(message.matched(), message.accepted(), message.refused(), message.drops());
    }

    private void add(int more, int moreAccepted, int moreRefused, @Nullable Map<DropReason, Integer> dropped) {
        matched += more;
        accepted += moreAccepted;
        refused += moreRefused;
        if (dropped != null && !dropped.isEmpty()) {
            if (drops.isEmpty()) {
                drops = new EnumMap<>(DropReason.class);
            }
            dropped.forEach((reason, count) -> drops.merge(reason, count, Integer::sum));
        }
    }

    public boolean isComplete() {
        return outstanding == 0;
    }

    /**
     * Runs {@code action} after the last answer and after earlier actions. Not called if all answers are already
     * present.
     */
    public void onComplete(Runnable action) {
        Runnable before = onComplete;
        onComplete = before == null
                ? action
                : () -> {
                    before.run();
                    action.run();
                };
    }

    public int matched() {
        return matched;
    }

    public int accepted() {
        return accepted;
    }

    public int refused() {
        return refused;
    }

    /** True if storage refused any part of the message. */
    public boolean isUnstored() {
        return drops.containsKey(DropReason.STORAGE);
    }

    /** Recipients for which storage refused the write. */
    public Unstored refusedByStorage() {
        return unstored();
    }

    /** Drop reasons, if collected. */
    public Map<DropReason, Integer> drops() {
        return drops;
    }
}
