package io.maxmq.rules.eval;

import io.maxmq.rules.function.Functions;
import io.maxmq.rules.function.Limits;
import java.util.Set;

/**
 * What a statement is compiled against.
 *
 * @param functions that it may call
 * @param events the topics of the events that it may name, older names among them
 * @param limits by which constants are worked out
 * @param isFast whether of a payload no more is looked at than until all paths are found; else all of it must be JSON
 * @param leavesOutUndefined whether what is undefined is no member of a record
 * @param isTraced whether each value on the way is told to the evaluation's {@link Trace}; costs nothing when not
 */
public record Options(
        Functions functions,
        Set<String> events,
        Limits limits,
        boolean isFast,
        boolean leavesOutUndefined,
        boolean isTraced) {

    /** With the default limits, strict, without a trace. */
    public Options(Functions functions, Set<String> events) {
        this(functions, events, Limits.DEFAULT, false, false, false);
    }

    /** With what is undefined as null in records. */
    public Options(Functions functions, Set<String> events, Limits limits, boolean isFast, boolean isTraced) {
        this(functions, events, limits, isFast, false, isTraced);
    }

    /** Strict. */
    public Options(Functions functions, Set<String> events, Limits limits, boolean isTraced) {
        this(functions, events, limits, false, false, isTraced);
    }
}
