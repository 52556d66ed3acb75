package io.maxmq.rules.error;

import io.maxmq.spi.Preview;
import java.io.Serial;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A statement failed on an event. It comes without a stack trace, as it tells about the statement and not about the program.
 *
 * @since 0.1.0
 */
@Preview
public final class EvaluationException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final Code code;
    private final String where;
    private @Nullable Clause clause;
    private int line;
    private int column;

    /**
     * Says what failed.
     *
     * @param where the function or operator
     * @param problem what was wrong with which value
     */
    public EvaluationException(Code code, String where, String problem) {
        this(code, where, problem, null);
    }

    /** As the other, with what it comes from. */
    public EvaluationException(Code code, String where, String problem, @Nullable Throwable cause) {
        super(where + ": " + problem, cause, false, false);
        this.code = code;
        this.where = where;
    }

    /** Says where in the statement it was, unless that is said already; gives the same exception. */
    public EvaluationException at(int line, int column) {
        if (this.line == 0) {
            this.line = line;
            this.column = column;
        }
        return this;
    }

    /** Says in which clause it was, unless that is said already; gives the same exception. */
    public EvaluationException in(Clause clause) {
        if (this.clause == null) {
            this.clause = clause;
        }
        return this;
    }

    /** With the clause and the place in the statement in front, where they are known. */
    @Override
    public String getMessage() {
        return (clause == null ? "" : clause.name().toLowerCase(Locale.ROOT) + ", ")
                + (line == 0 ? "" : "line " + line + ", column " + column + ": ")
                + super.getMessage();
    }

    /** The clause that failed; null outside of a statement, as in a template. */
    public @Nullable Clause clause() {
        return clause;
    }

    /** The line of the function or operator in the statement, counted from 1; 0 without one. */
    public int line() {
        return line;
    }

    /** In characters, counted from 1; 0 where there is no line. */
    public int column() {
        return column;
    }

    /** The code of the error. */
    public Code code() {
        return code;
    }

    /** The function or operator that failed. */
    public String where() {
        return where;
    }

    /**
     * The clauses of a statement.
     *
     * @since 0.1.0
     */
    @Preview
    public enum Clause {
        /** The list of SELECT. */
        SELECT,
        /** The list of FOREACH. */
        FOREACH,
        /** The list of DO. */
        DO,
        /** INCASE. */
        INCASE,
        /** JOIN and its ON. */
        JOIN,
        /** WHERE. */
        WHERE,
        /** GROUP BY. */
        GROUP,
        /** HAVING. */
        HAVING
    }

    /**
     * The kinds. Their names in lower case are those of the language.
     *
     * @since 0.1.0
     */
    @Preview
    public enum Code {
        /** An argument of a kind or value that the function does not take. */
        BAD_ARGUMENT,
        /** No number comes of it: a division by zero, a root of a negative number. */
        ARITHMETIC,
        /** A text that is no number, compared with one. */
        BAD_COMPARISON,
        /** A range with a bound 0, or one that ends before it begins. */
        BAD_INDEX,
        /** A condition that is neither true nor false nor undefined. */
        NOT_BOOLEAN,
        /** The payload is no JSON, and a path reads it. */
        DECODE_JSON,
        /** More time, memory, depth or steps than the rule may have. */
        LIMIT_EXCEEDED,
        /** A row could not be looked up. */
        LOOKUP_FAILED,
        /** A schema does not fit. */
        SCHEMA_ERROR,
        /** A fault of the engine, or of a function of the embedder's. */
        INTERNAL;
    }
}
