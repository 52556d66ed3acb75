package io.maxmq.core.loop;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Distinguishes an exhausted Java heap from other failures of a task. Stateless. */
public final class HeapExhaustion {
    /** Parts of the messages about other exhausted memory. */
    private static final List<String> OTHERS = List.of("direct", "Direct", "thread", "VM limit");

    private HeapExhaustion() {}

    /**
     * Returns whether the failure means that the JVM has no heap left. Exhausted direct memory or native threads, and
     * an array larger than any heap, affect a connection or a plug-in; an exhausted heap may stop any code between any
     * two steps.
     */
    public static boolean isIn(Throwable failure) {
        if (!(failure instanceof OutOfMemoryError)) {
            return false;
        }
        @Nullable String message = failure.getMessage();
        return message == null || OTHERS.stream().noneMatch(message::contains);
    }
}
