package io.maxmq.auth;

import io.maxmq.codec.Utf8;
import io.maxmq.spi.Stable;
import java.io.Serial;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A file that says who may connect, or what clients may do, cannot be used. The message begins with the file and, where there
 * is one, the line: {@code /etc/maxmq/passwd:3: …}. It never shows what a secret could be,
 * and is one line: control characters are escaped.
 *
 * @since 0.1.0
 */
@Stable
public final class AccessFileException extends IllegalArgumentException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** As text, since a {@code Path} can't be serialised. */
    private final String file;

    private final int line;

    /**
     * Says what is wrong, and where.
     *
     * @param line counted from 1; 0 when it is about the file as a whole
     */
    public AccessFileException(Path file, int line, String problem, @Nullable Throwable cause) {
        super(Utf8.escape(file + (line > 0 ? ":" + line : "") + ": " + problem), cause);
        this.file = file.toString();
        this.line = line;
    }

    /** About a line. */
    AccessFileException(Path file, int line, String problem) {
        this(file, line, problem, null);
    }

    /** The file. */
    public Path file() {
        return Path.of(file);
    }

    /** Counted from 1; 0 when it is about the file as a whole. */
    public int line() {
        return line;
    }
}
