package io.maxmq.core.observe;

import io.maxmq.codec.Utf8;
import java.io.Serial;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.AbstractLogger;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;
import org.slf4j.spi.LocationAwareLogger;

/**
 * A logger that escapes control and format characters in every argument and in the messages of exceptions
 * ({@link Utf8#escape}): clients choose client ids, user names, topics and host names, and must not be able to forge
 * log lines or control the terminal of an operator. A disabled level has no additional cost. Thread-safe.
 */
final class EscapingLogger extends LegacyAbstractLogger {
    @Serial
    private static final long serialVersionUID = 1L;

    /** The class with the methods that callers invoke: a backend reports the frame above it as the caller. */
    private static final String CALLED = AbstractLogger.class.getName();

    private static final Object[] NO_ARGUMENTS = {};

    private final transient Logger backend;

    EscapingLogger(Logger backend) {
        this.backend = backend;
        this.name = backend.getName();
    }

    @Override
    public boolean isTraceEnabled() {
        return backend.isTraceEnabled();
    }

    @Override
    public boolean isDebugEnabled() {
        return backend.isDebugEnabled();
    }

    @Override
    public boolean isInfoEnabled() {
        return backend.isInfoEnabled();
    }

    @Override
    public boolean isWarnEnabled() {
        return backend.isWarnEnabled();
    }

    @Override
    public boolean isErrorEnabled() {
        return backend.isErrorEnabled();
    }

    @Override
    protected String getFullyQualifiedCallerName() {
        return CALLED;
    }

    @Override
    protected void handleNormalizedLoggingCall(
            Level level,
            @Nullable Marker marker,
            String pattern,
            Object @Nullable [] arguments,
            @Nullable Throwable throwable) {
        Object[] escaped = escaped(arguments);
        Throwable shown = throwable == null ? null : EscapedThrowable.of(throwable);
        if (backend instanceof LocationAwareLogger aware) {
            aware.log(marker, CALLED, level.toInt(), pattern, escaped, shown);
            return;
        }
        String message = MessageFormatter.basicArrayFormat(pattern, escaped);
        switch (level) {
            case ERROR -> backend.error(message, shown);
            case WARN -> backend.warn(message, shown);
            case INFO -> backend.info(message, shown);
            case DEBUG -> backend.debug(message, shown);
            case TRACE -> backend.trace(message, shown);
        }
    }

    private static Object[] escaped(Object @Nullable [] arguments) {
        if (arguments == null) {
            return NO_ARGUMENTS;
        }
        Object[] escaped = new Object[arguments.length];
        for (int i = 0; i < escaped.length; i++) {
            escaped[i] = escaped(arguments[i]);
        }
        return escaped;
    }

    private static @Nullable Object escaped(@Nullable Object argument) {
        if (argument == null || argument instanceof Number || argument instanceof Enum) {
            return argument;
        }
        return Utf8.escape(MessageFormatter.basicArrayFormat("{}", new Object[] {argument}));
    }
}
