package io.maxmq.rules.error;

import io.maxmq.codec.Utf8;
import io.maxmq.spi.Preview;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * A statement can't be a rule. The message begins with where: {@code line 2, column 17: …}, and is one line: control characters are
 * escaped.
 *
 * @since 0.1.0
 */
@Preview
public final class StatementException extends IllegalArgumentException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final Code code;
    private final int line;
    private final int column;

    /**
     * Says where, and what is wrong.
     *
     * @param line counted from 1
     * @param column of the first character that is wrong, in characters, counted from 1
     * @param problem the token, what was expected, and the nearest name where there is one
     */
    public StatementException(Code code, int line, int column, String problem, @Nullable Throwable cause) {
        super("line " + line + ", column " + column + ": " + Utf8.escape(problem), cause);
        this.code = code;
        this.line = line;
        this.column = column;
    }

    /** The code of the error. */
    public Code code() {
        return code;
    }

    /** Counted from 1. */
    public int line() {
        return line;
    }

    /** In characters, counted from 1. */
    public int column() {
        return column;
    }

    /**
     * The kinds. Their names in lower case are those of the language.
     *
     * @since 0.1.0
     */
    @Preview
    public enum Code {
        /** An unexpected or missing token. */
        SYNTAX_ERROR,
        /** A character that begins no token. */
        ILLEGAL_CHARACTER,
        /** A string without its end. */
        UNTERMINATED_STRING,
        /** A remark without its end. */
        UNTERMINATED_REMARK,
        /** No function has this name. */
        UNKNOWN_FUNCTION,
        /** The function takes another number of arguments. */
        WRONG_ARITY,
        /** A source that is no valid topic filter. */
        INVALID_TOPIC_FILTER,
        /** No event has this name. */
        UNKNOWN_EVENT,
        /** No table has this name. */
        UNKNOWN_TABLE,
        /** No schema has this name. */
        UNKNOWN_SCHEMA,
        /** A constant that is no regular expression. */
        BAD_REGEX,
        /** A window that can't be. */
        BAD_WINDOW,
        /** An aggregate without GROUP BY. */
        AGGREGATE_WITHOUT_WINDOW,
        /** An aggregate in WHERE. */
        AGGREGATE_IN_WHERE,
        /** Part of the language, and not there yet. */
        NOT_SUPPORTED;
    }
}
