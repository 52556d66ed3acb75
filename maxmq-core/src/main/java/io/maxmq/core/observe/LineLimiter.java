package io.maxmq.core.observe;

import java.util.HashMap;
import java.util.Map;
import java.util.function.ObjLongConsumer;

/**
 * Admits the first lines of each subject within a window of ten seconds and counts the others. The subjects are a fixed
 * set, so the memory is bounded. Thread-safe.
 */
final class LineLimiter {
    static final int LINES = 10;
    static final long WINDOW_NANOS = 10_000_000_000L;

    /** Guarded by this. */
    private final Map<String, Window> windows = new HashMap<>();

    private static final class Window {
        private long startNanos;
        private int lines;
        private long leftOut;
    }

    /** Returns whether a line about this subject may be written now. */
    synchronized boolean admits(String subject, long nowNanos) {
        Window window = windows.get(subject);
        if (window == null) {
            window = new Window();
            window.startNanos = nowNanos;
            windows.put(subject, window);
        } else if (nowNanos - window.startNanos >= WINDOW_NANOS && window.leftOut == 0) {
            window.startNanos = nowNanos;
            window.lines = 0;
        }
        if (window.lines < LINES) {
            window.lines++;
            return true;
        }
        window.leftOut++;
        return false;
    }

    /** Reports the lines suppressed in ended windows and removes those windows. */
    synchronized void endWindows(long nowNanos, ObjLongConsumer<String> leftOut) {
        windows.entrySet().removeIf(each -> {
            Window window = each.getValue();
            if (nowNanos - window.startNanos < WINDOW_NANOS) {
                return false;
            }
            if (window.leftOut > 0) {
                leftOut.accept(each.getKey(), window.leftOut);
            }
            return true;
        });
    }
}
