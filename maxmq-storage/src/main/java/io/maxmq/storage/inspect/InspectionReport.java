package io.maxmq.storage.inspect;

import java.io.PrintStream;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Where an inspection writes its lines. */
public final class InspectionReport {
    private final PrintStream out;

    public InspectionReport(PrintStream out) {
        this.out = out;
    }

    void line(String format, @Nullable Object... arguments) {
        out.println(String.format(Locale.ROOT, format, arguments));
    }
}
