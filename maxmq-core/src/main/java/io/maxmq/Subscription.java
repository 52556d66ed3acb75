package io.maxmq;

import io.maxmq.spi.Registration;
import io.maxmq.spi.Stable;
import java.util.concurrent.CompletionStage;

/**
 * A subscription of this application. Ends when it or the broker is closed. Thread-safe.
 *
 * @since 0.1.0
 */
@Stable
public final class Subscription implements AutoCloseable {
    private final String topicFilter;
    private final Registration registration;
    private final CompletionStage<Void> active;

    Subscription(String topicFilter, Registration registration, CompletionStage<Void> active) {
        this.topicFilter = topicFilter;
        this.registration = registration;
        this.active = active;
    }

    /** Returns the filter as subscribed, with {@code $share/NAME/} if the subscription is shared. */
    public String topicFilter() {
        return topicFilter;
    }

    /** Completes, on an event loop, when the subscription is in effect: messages published later reach the handler. */
    public CompletionStage<Void> active() {
        return active;
    }

    /** Ends the subscription: the handler gets no further message, but may still process one. Idempotent. */
    @Override
    public void close() {
        registration.close();
    }

    @Override
    public String toString() {
        return "Subscription[topicFilter=" + topicFilter + "]";
    }
}
