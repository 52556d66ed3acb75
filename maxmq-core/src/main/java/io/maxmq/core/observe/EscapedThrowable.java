package io.maxmq.core.observe;

import io.maxmq.codec.Utf8;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Replacement in the log for an exception whose message, or the message of a cause, contains control or format
 * characters: the same name, message and frames, escaped. Immutable.
 */
final class EscapedThrowable extends Throwable {
    @Serial
    private static final long serialVersionUID = 1L;

    /** Causes and suppressed exceptions beyond this depth are omitted; also ends a cycle. */
    private static final int MAX_DEPTH = 20;

    private final String text;

    private EscapedThrowable(Throwable original, @Nullable Throwable cause) {
        super(escaped(original.getMessage()), cause, true, true);
        this.text = Utf8.escape(original.toString());
        setStackTrace(original.getStackTrace());
    }

    private static @Nullable String escaped(@Nullable String message) {
        return message == null ? null : Utf8.escape(message);
    }

    /** Returns an escaped copy, or {@code original} itself if it contains nothing to escape. */
    static Throwable of(Throwable original) {
        return isSafe(original, 0) ? original : escaped(original, 0);
    }

    private static boolean isSafe(Throwable each, int depth) {
        String said = each.toString();
        if (!Utf8.escape(said).equals(said) || depth == MAX_DEPTH) {
            return false;
        }
        for (Throwable suppressed : each.getSuppressed()) {
            if (!isSafe(suppressed, depth + 1)) {
                return false;
            }
        }
        return each.getCause() == null || isSafe(each.getCause(), depth + 1);
    }

    private static Throwable escaped(Throwable original, int depth) {
        Throwable cause = original.getCause();
        boolean deeper = depth < MAX_DEPTH;
        EscapedThrowable escaped =
                new EscapedThrowable(original, cause == null || !deeper ? null : escaped(cause, depth + 1));
        if (deeper) {
            for (Throwable suppressed : original.getSuppressed()) {
                escaped.addSuppressed(escaped(suppressed, depth + 1));
            }
        }
        return escaped;
    }

    /** Same as the original's, escaped: with the class name, which starts a stack trace. */
    @Override
    public String toString() {
        return text;
    }
}
