package io.maxmq.spi.config;

import io.maxmq.codec.Utf8;
import io.maxmq.spi.Stable;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * A configuration file can't be used. The message begins with where: {@code /etc/maxmq.conf:12: …}, or {@code environment
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

    /**
     * Says where, and what is wrong.
     *
     * @param where the file, the environment variable or the system property
     * @param line of the file, counted from 1; 0 when it is not about a line
     */
    public ConfigFileException(String where, int line, String problem, @Nullable Throwable cause) {
        super(Utf8.escape(where + (line > 0 ? ":" + line : "") + ": " + problem), cause);
        this.line = line;
    }

    /** Counted from 1; 0 when it is not about a line. */
    public int line() {
        return line;
    }
}
