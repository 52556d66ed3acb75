package io.maxmq.rules.eval;

import io.maxmq.rules.function.EvaluationLimits;
import io.maxmq.rules.function.Functions;
import java.util.Set;

/**
 * The environment in which a statement is compiled.
 *
 *
 * @param functions that it may call
 *
 * @param events the topics of the events that it may name, older names among them
 *
 * @param limits for the evaluation of constants
 * @param isFast whether a payload is read only until all paths are found; else all of it must be valid JSON
 * @param leavesOutUndefined whether records omit undefined values
 * @param isTraced whether each intermediate value is passed to the evaluation's {@link Trace}; false costs nothing
 */
public record CompileOptions(
        Functions functions,
        Set<String> events,
        EvaluationLimits limits,
        boolean isFast,
        boolean leavesOutUndefined,
        boolean isTraced) {

    /** With the default limits, strict, without a trace. */
    public CompileOptions(Functions functions, Set<String> events) {
        this(functions, events, EvaluationLimits.DEFAULT, false, false, false);
    }

    /** With what is undefined as null in records. */
    public CompileOptions(
            Functions functions, Set<String> events, EvaluationLimits limits, boolean isFast, boolean isTraced) {
        this(functions, events, limits, isFast, false, isTraced);
    }

    /** Strict. */
    public CompileOptions(Functions functions, Set<String> events, EvaluationLimits limits, boolean isTraced) {
        this(functions, events, limits, false, false, isTraced);
    }
}
