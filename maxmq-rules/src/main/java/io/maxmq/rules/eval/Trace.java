package io.maxmq.rules.eval;

import org.jspecify.annotations.Nullable;

/** Receives each intermediate value of a statement, inner ones first. Called on the evaluating thread. */
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
