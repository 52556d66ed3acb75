package io.maxmq.rules.eval;

import org.jspecify.annotations.Nullable;

/** Is told each value on the way to a statement's result, inner ones first. Called on the thread that evaluates. */
@FunctionalInterface
public interface Trace {

    /**
     * A value.
     *
     * @param line of the expression in the statement, counted from 1
     * @param column in characters, counted from 1
     * @param expression its text
     * @param value undefined is null
     */
    void value(int line, int column, String expression, @Nullable Object value);
}
