package io.maxmq.core.routing;

import io.maxmq.spi.DropReason;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a message at recipients that do not answer at once: on other loops, in storage. Allocated only when
 * there is something to wait for. Runs on the loop of the publisher. Not thread-safe.
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

    /** @param withReasons whether the awaited are asked why recipients have not got the message */
    PendingOutcome(boolean withReasons) {
        this.withReasons = withReasons;
    }

    boolean withReasons() {
        return withReasons;
    }

    void await() {
        outstanding++;
    }

    /** One of the awaited has answered, with how many recipients it had and why some have not got the message. */
    public void complete(int matched, int accepted, int refused, @Nullable Map<DropReason, Integer> dropped) {
        add(matched, accepted, refused, dropped);
        if (--outstanding == 0 && onComplete != null) {
            onComplete.run();
        }
    }

    /** The same, with what another outcome has come to. */
    void complete(PendingOutcome other) {
        Unstored more = other.unstored;
        if (more != null) {
            unstored().addAll(more);
        }
        complete(other.matched, other.accepted, other.refused, other.drops);
    }

    /** The same: storage has refused it to who was to have it by this subscription. */
    public void refuseUnstored(FilterSubscription by) {
        unstored().add(by);
        complete(0, 0, 1, UNSTORED);
    }

    /** The same: storage has refused it to all members of a shared subscription. */
    public void refuseUnstored(SharedGroup shared) {
        unstored().add(shared);
        complete(0, 0, 1, UNSTORED);
    }

    /** The same: storage has refused something about it that is no recipient's. */
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

    /** Adds what is known at once to what comes later. */
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

    /** Runs {@code action} when the last has answered, after those that were given before; not called when all have. */
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

    /** Whether storage has refused any part of it. */
    public boolean isUnstored() {
        return drops.containsKey(DropReason.STORAGE);
    }

    /** To whom storage has refused it. */
    public Unstored refusedByStorage() {
        return unstored();
    }

    /** Why recipients have not got the message, where that was asked for. */
    public Map<DropReason, Integer> drops() {
        return drops;
    }
}
