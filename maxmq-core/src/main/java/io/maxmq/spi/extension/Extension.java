package io.maxmq.spi.extension;

import io.maxmq.spi.PluginName;
import io.maxmq.spi.Stable;
import io.maxmq.spi.intercept.Interceptor;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A component with the lifecycle of a broker that uses its services: rules, a management API, a bridge. Passed to the
 * builder; one object serves one broker.
 *
 * <p>Order: {@code start} of each extension in the order of the builder, after storage and before the first listener
 * opens; {@code stop} in reverse, after the last listener has closed and while publishing still works. Both are called
 * on the thread that starts or closes the broker, not on an event loop.
 *
 * @since 0.1.0
 */
@Stable
public interface Extension {

    /** Returns the name in logs, metrics and events. */
    default String name() {
        return PluginName.of(this, Extension.class);
    }

    /**
     * Interceptors of the extension, in addition to those of the builder. Called once, before {@link #start}, on the thread that starts the
     * broker. Each has the cost of its kind, so return only those that are needed.
     */
    default List<Interceptor> interceptors() {
        return List.of();
    }

    /**
     * Registers what the extension needs and prepares it.
     *
     * @return completes when it is ready; the broker's own start waits for it. An exception, null or an exceptional
     *     completion fails the broker's start, which stops the extensions already started
     * @throws IllegalArgumentException when a setting of the extension is wrong; the broker's start throws it as it is
     * @throws ExtensionInUseException when it serves another broker; this one's start fails, and does not {@link #stop}
     *     it
     * @throws Exception fails the broker's start with this as its cause
     */
    CompletionStage<Void> start(BrokerContext context) throws Exception;

    /**
     * Releases the resources of {@code start}. Registrations at the context are closed by the broker anyway. Called
     * once, also after a failed {@code start}, unless that has thrown {@link ExtensionInUseException}.
     *
     * @return the broker's close waits for it, up to its own deadline; a failure is logged and reported as {@code
     *     PluginFailed}
     */
    default CompletionStage<Void> stop() {
        return CompletableFuture.completedFuture(null);
    }
}
