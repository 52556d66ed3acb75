package io.maxmq.spi.config;

import io.maxmq.codec.Utf8;
import io.maxmq.spi.Stable;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * A configuration file can't be used. The message begins with where: {@code /etc/maxmq.conf:12: …} or {@code
 * /etc/maxmq.conf:12:30: …} with a column, or {@code environment
 * variable MAXMQ_SESSIONS_MAX_SESSIONS: …}, or {@code system property maxmq.sessions.max-sessions: …}. Control characters in it are escaped:
 * it is one line.
 *
 * @since 0.1.0
 */
@Stable
public final class ConfigFileException extends IllegalArgumentException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final int line;
    private final int column;

    /**
     * Says where, and what is wrong.
     *
     * @param where the file, the environment variable or the system property
     * @param line of the file, counted from 1; 0 when it is not about a line
     */
    public ConfigFileException(String where, int line, String problem, @Nullable Throwable cause) {
        this(where, line, 0, problem, cause);
    }

    /**
     * Says where, and what is wrong.
     *
     * @param where the file, the environment variable or the system property
     * @param line of the file, counted from 1; 0 when it is not about a line
     * @param column in characters, counted from 1; 0 when it is not known
     */
    public ConfigFileException(String where, int line, int column, String problem, @Nullable Throwable cause) {
        super(
                Utf8.escape(where + (line > 0 ? ":" + line : "") + (line > 0 && column > 0 ? ":" + column : "") + ": "
                        + problem),
                cause);
        this.line = line;
        this.column = line > 0 ? column : 0;
    }

    /** Counted from 1; 0 when it is not about a line. */
    public int line() {
        return line;
    }

    /** In characters, counted from 1; 0 when it is not known. */
    public int column() {
        return column;
    }
}
