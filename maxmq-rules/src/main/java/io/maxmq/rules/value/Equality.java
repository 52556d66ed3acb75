package io.maxmq.rules.value;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.error.EvaluationException.Code;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One deep comparison. Values may share parts, so that one of few objects is, read as a tree, larger than any memory: a long comparison
 * remembers which arrays and maps it has found equal, or is about to, and passes them by. Used once, by one thread.
 */
final class Equality {
    private static final int MAX_STEPS = 1_000_000;
    /** Before this it is cheaper to remember nothing. */
    private static final int STEPS_UNREMEMBERED = 1_000;

    private static final int MAX_PAIRS = 100_000;
    private static final int STEPS_OF_WORK = 64;

    /** A pair of objects, compared by identity. */
    private record Pair(Object a, Object b) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Pair that && a == that.a && b == that.b;
        }

        @Override
        public int hashCode() {
            return 31 * System.identityHashCode(a) + System.identityHashCode(b);
        }
    }

    private final boolean isStrict;
    private final @Nullable WorkBudget work;
    private int steps;
    private @Nullable Set<Pair> pairs;

    /**
     * A comparison.
     *
     *
     * @param isStrict whether 2.0 differs from 2
     * @param work null without a limit
     */
    Equality(boolean isStrict, @Nullable WorkBudget work) {
        this.isStrict = isStrict;
        this.work = work;
    }

    /**
     * Returns whether they are equal.
     *
     * @throws EvaluationException LIMIT_EXCEEDED when that takes too long
     */
    boolean of(@Nullable Object a, @Nullable Object b) {
        if (a == b) {
            return true;
        }
        if (a == null || b == null) {
            return false;
        }
        if (a instanceof List<?> x && b instanceof List<?> y) {
            return x.size() == y.size() && (isKnown(x, y) || elements(x, y));
        }
        if (a instanceof Map<?, ?> x && b instanceof Map<?, ?> y) {
            return x.size() == y.size() && (isKnown(x, y) || members(x, y));
        }
        return Values.equalScalars(a, b, isStrict);
    }

    /** Unequal parts end all, so what has been met before is equal as far as it matters. */
    private boolean isKnown(Object a, Object b) {
        if (steps < STEPS_UNREMEMBERED) {
            return false;
        }
        Set<Pair> present = pairs;
        if (present == null) {
            present = new HashSet<>();
            pairs = present;
        }
        Pair pair = new Pair(a, b);
        return present.size() < MAX_PAIRS ? !present.add(pair) : present.contains(pair);
    }

    private boolean elements(List<?> a, List<?> b) {
        Iterator<?> others = b.iterator();
        for (Object element : a) {
            step();
            if (!of(element, others.next())) {
                return false;
            }
        }
        return true;
    }

    private boolean members(Map<?, ?> a, Map<?, ?> b) {
        for (Map.Entry<?, ?> member : a.entrySet()) {
            step();
            Object other = b.get(member.getKey());
            if ((other == null && !b.containsKey(member.getKey())) || !of(member.getValue(), other)) {
                return false;
            }
        }
        return true;
    }

    private void step() {
        if (++steps % STEPS_OF_WORK == 0 && work != null) {
            work.work(STEPS_OF_WORK);
        }
        if (steps > MAX_STEPS) {
            throw new EvaluationException(
                    Code.LIMIT_EXCEEDED, "comparison", "more than " + MAX_STEPS + " elements and members");
        }
    }
}
