package io.maxmq.spi.event;

import io.maxmq.spi.Registration;
import io.maxmq.spi.Stable;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * A registry for the broker's metrics. The broker registers each once; the sink reads them at any time. The hot path
 * only increments plain numbers.
 *
 * <p><b>Thread:</b> registrations come from the thread that starts the broker, adds a listener or an extension. The
 * suppliers may be read on any thread, never block and never throw; a value may lag by a moment. After the registration
 * is closed a supplier still answers with the last value. A registration is closed on the thread that closes the
 * broker, or on an event loop when a listener has gone, and must not block there. <b>Failure:</b> an exception is
 * logged, and that metric is missing.
 *
 * <p>Names are in lower case with dots, in MQTT's words ({@code maxmq.messages.received}). A name that ends in {@code
 * .bytes} is in bytes, all others are plain numbers. Metrics of one name differ by the values of the same tags, of
 * which {@code broker} is the broker's name. {@code METRICS.md} lists them; {@code io.maxmq.micrometer} shows them in
 * Micrometer.
 *
 * @since 0.1.0
 */
@Stable
public interface MetricsSink {

    /** Keeps nothing. */
    MetricsSink NONE = new MetricsSink() {
        @Override
        public Registration counter(String name, String description, Map<String, String> tags, LongSupplier value) {
            return Registration.NONE;
        }

        @Override
        public Registration gauge(String name, String description, Map<String, String> tags, LongSupplier value) {
            return Registration.NONE;
        }
    };

    /**
     * A number that only grows while the broker runs.
     *
     * @param tags unmodifiable
     * @return closed when what it counts is gone
     */
    Registration counter(String name, String description, Map<String, String> tags, LongSupplier value);

    /**
     * A number that goes up and down.
     *
     * @param tags unmodifiable
     * @return closed when what it measures is gone
     */
    Registration gauge(String name, String description, Map<String, String> tags, LongSupplier value);
}
