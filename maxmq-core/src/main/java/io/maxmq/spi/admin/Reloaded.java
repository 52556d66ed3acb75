package io.maxmq.spi.admin;

import io.maxmq.spi.Stable;
import java.util.Optional;

/**
 * One source that {@code MaxMQ.reload()} read again. Immutable.
 *
 * @param source {@code password file /etc/maxmq/users} for example
 * @param problem the reason for which the source could not be used and its former content stays in force; empty after a success
 * @param detail a remark for the operator; may be empty
 * @since 0.1.0
 */
@Stable
public record Reloaded(String source, Optional<String> problem, String detail) {

    /** The new content is in force. */
    public static Reloaded done(String source, String detail) {
        return new Reloaded(source, Optional.empty(), detail);
    }

    /** The former content stays in force. */
    public static Reloaded failed(String source, Throwable problem) {
        String message = problem.getMessage();
        return new Reloaded(source, Optional.of(message == null ? problem.toString() : message), "");
    }
}
