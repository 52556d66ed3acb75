package io.maxmq.core.routing;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Who has not got a message because storage has refused the record of it: those are to have it when its publisher sends it again,
 * and nobody else. Filled on one loop at a time. Not thread-safe.
 */
public final class Unstored {
    /** Beyond this many they are not told apart: then everybody is to have it. */
    private static final int MAX_SUBSCRIPTIONS = 4096;

    private final List<FilterSubscription> subscriptions = new ArrayList<>(1);
    private final Set<SharedGroup> groups = new LinkedHashSet<>(1);
    private boolean tooMany;

    /** Who was to have it by this subscription; of a shared one whichever member gets it. */
    void add(FilterSubscription by) {
        SharedGroup shared = by.group();
        if (shared != null) {
            groups.add(shared);
        } else if (subscriptions.size() < MAX_SUBSCRIPTIONS) {
            subscriptions.add(by);
        } else {
            tooMany = true;
        }
    }

    /** The members of a shared subscription, of whom one is to have it. */
    void add(SharedGroup shared) {
        groups.add(shared);
    }

    void addAll(Unstored others) {
        others.subscriptions.forEach(this::add);
        groups.addAll(others.groups);
        tooMany |= others.tooMany;
    }

    /** Whether there were more of them than can be told. */
    public boolean isTooMany() {
        return tooMany;
    }

    List<FilterSubscription> subscriptions() {
        return subscriptions;
    }

    Set<SharedGroup> groups() {
        return groups;
    }
}
