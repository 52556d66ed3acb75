package io.maxmq.rules.function;

import io.maxmq.rules.error.StatementException;
import org.jspecify.annotations.Nullable;

/** Looks at the constant arguments of a call while its statement is made. Thread-safe. */
@FunctionalInterface
public interface Check {

    /**
     * Why the statement can't be.
     *
     * @param argument which one, counted from 0
     * @param constant its value; undefined is null
     * @return null when it can
     */
    @Nullable
    Refusal refusal(int argument, @Nullable Object constant);

    /**
     * The error of a constant argument.
     * @param problem for the error's text, after the position
     */
    record Refusal(StatementException.Code code, String problem) {}
}
