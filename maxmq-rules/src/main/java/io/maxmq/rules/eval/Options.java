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
 * @param isTraced whether each value on the way is told to the evaluation's {@link Trace}; costs nothing when not
 */
public record Options(Functions functions, Set<String> events, Limits limits, boolean isTraced) {

    /** Without a trace and with the default limits. */
    public Options(Functions functions, Set<String> events) {
        this(functions, events, Limits.DEFAULT, false);
    }
}
