package io.maxmq;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.BasicMarkerFactory;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;
import org.slf4j.helpers.NOPMDCAdapter;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/**
 * The logging backend of the tests: keeps errors, and what a test watches; prints nothing. A broker logs an error when a task fails on an event
 * loop, and goes on; a test would not notice. Named by the system property {@code slf4j.provider}, hence public.
 */
public final class RecordedLogs implements SLF4JServiceProvider {
    private static final Queue<Entry> ERRORS = new ConcurrentLinkedQueue<>();

    private static final Queue<Watch> WATCHES = new ConcurrentLinkedQueue<>();

    private final IMarkerFactory markers = new BasicMarkerFactory();
    private final MDCAdapter mdc = new NOPMDCAdapter();

    private record Entry(String logger, String text) {}

    /** What the broker of this name has logged as errors. */
    static List<String> errorsOf(String broker) {
        String prefix = "io.maxmq." + broker;
        return ERRORS.stream()
                .filter(entry -> entry.logger().equals(prefix) || entry.logger().startsWith(prefix + "."))
                .map(Entry::text)
                .toList();
    }

    /** Keeps all that the broker of this name logs, from DEBUG on, until the watch is closed. */
    public static Watch watch(String broker) {
        Watch watch = new Watch("io.maxmq." + broker);
        WATCHES.add(watch);
        return watch;
    }

    /** Lines of one broker, {@code LEVEL text} each. Thread-safe. */
    public static final class Watch implements AutoCloseable {
        private final String prefix;
        private final Queue<String> lines = new ConcurrentLinkedQueue<>();

        private Watch(String prefix) {
            this.prefix = prefix;
        }

        private boolean covers(String logger) {
            return logger.equals(prefix) || logger.startsWith(prefix + ".");
        }

        /** What has been logged so far. */
        public List<String> lines() {
            return List.copyOf(lines);
        }

        /** The lines of WARN so far, without the level. */
        public List<String> warnings() {
            return lines.stream()
                    .filter(line -> line.startsWith("WARN "))
                    .map(line -> line.substring("WARN ".length()))
                    .toList();
        }

        @Override
        public void close() {
            WATCHES.remove(this);
        }
    }

    @Override
    public ILoggerFactory getLoggerFactory() {
        return ErrorLogger::new;
    }

    @Override
    public IMarkerFactory getMarkerFactory() {
        return markers;
    }

    @Override
    public MDCAdapter getMDCAdapter() {
        return mdc;
    }

    @Override
    public String getRequestedApiVersion() {
        return "2.0.99";
    }

    @Override
    public void initialize() {}

    private static final class ErrorLogger extends LegacyAbstractLogger {
        private static final long serialVersionUID = 1;

        ErrorLogger(String name) {
            this.name = name;
        }

        @Override
        public boolean isTraceEnabled() {
            return false;
        }

        @Override
        public boolean isDebugEnabled() {
            return isWatched();
        }

        @Override
        public boolean isInfoEnabled() {
            return isWatched();
        }

        @Override
        public boolean isWarnEnabled() {
            return isWatched();
        }

        @Override
        public boolean isErrorEnabled() {
            return true;
        }

        @Override
        protected String getFullyQualifiedCallerName() {
            return ErrorLogger.class.getName();
        }

        @Override
        protected void handleNormalizedLoggingCall(
                Level level, Marker marker, String pattern, Object[] arguments, Throwable throwable) {
            StringBuilder text = new StringBuilder(MessageFormatter.basicArrayFormat(pattern, arguments));
            for (Throwable cause = throwable; cause != null; cause = cause.getCause()) {
                text.append("; ").append(cause);
                for (StackTraceElement frame : cause.getStackTrace()) {
                    text.append("\n    at ").append(frame);
                }
            }
            if (level == Level.ERROR) {
                ERRORS.add(new Entry(name, text.toString()));
            }
            for (Watch watch : WATCHES) {
                if (watch.covers(name)) {
                    watch.lines.add(level + " " + text);
                }
            }
        }

        private boolean isWatched() {
            return WATCHES.stream().anyMatch(watch -> watch.covers(name));
        }
    }
}
