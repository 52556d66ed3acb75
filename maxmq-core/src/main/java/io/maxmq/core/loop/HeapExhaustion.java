package io.maxmq.core.loop;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells an exhausted Java heap from other failures of a task. Stateless. */
public final class HeapExhaustion {
    /** Parts of the messages of other exhausted memory. */
    private static final List<String> OTHERS = List.of("direct", "Direct", "thread", "VM limit");

    private HeapExhaustion() {}

    /**
     * Whether the failure says that the JVM has no heap left. Direct memory and native threads that have run out,
     * and an array that no heap could hold concern a connection or a plug-in; an exhausted heap may stop any
     * code between any two steps.
     */
    public static boolean isIn(Throwable failure) {
        if (!(failure instanceof OutOfMemoryError)) {
            return false;
        }
        @Nullable String message = failure.getMessage();
        return message == null || OTHERS.stream().noneMatch(message::contains);
    }
}
