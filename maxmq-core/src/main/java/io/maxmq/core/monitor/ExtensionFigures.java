package io.maxmq.core.monitor;

import io.maxmq.codec.Utf8;
import io.maxmq.codec.topic.TopicName;
import io.maxmq.core.observe.PluginFailures;
import io.maxmq.spi.Registration;
import io.maxmq.spi.event.BrokerEvent.Failure;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;

/** Figures that extensions publish below {@code $SYS/broker/}, by their names. Thread-safe. */
public final class ExtensionFigures {
    private final PluginFailures failures;
    private final Map<String, LongSupplier> figures = new ConcurrentSkipListMap<>();

    public ExtensionFigures(PluginFailures failures) {
        this.failures = failures;
    }

    /**
     * Adds a figure.
     *
     * @throws IllegalArgumentException when the name is not valid, or is taken
     */
    public Registration add(String name, LongSupplier value) {
        int slash = name.indexOf('/');
        if (TopicName.problem(name) != null || slash < 1 || SysFigures.isOwn(name.substring(0, slash))) {
            throw new IllegalArgumentException(
                    "name must be a topic name of two levels or more, the first one the extension's own: name="
                            + Utf8.quote(name));
        }
        if (figures.putIfAbsent(name, value) != null) {
            throw new IllegalArgumentException("a figure has this name: name=" + name);
        }
        return () -> figures.remove(name, value);
    }

    /** Reads all figures, by their names. One that throws is reported and left out. */
    void read(BiConsumer<String, String> to) {
        figures.forEach((name, value) -> {
            long now;
            try {
                now = value.getAsLong();
            } catch (Throwable t) { // the extension's code
                failures.report(value.getClass().getName(), "sysFigure", Failure.THREW, t);
                return;
            }
            to.accept(name, Long.toString(now));
        });
    }
}
