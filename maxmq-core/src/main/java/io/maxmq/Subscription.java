package io.maxmq;

import io.maxmq.spi.Registration;
import io.maxmq.spi.Stable;
import java.util.concurrent.CompletionStage;

/**
 * A subscription of this application, until it is closed or the broker is. Thread-safe.
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

    /** As subscribed, with {@code $share/NAME/} if it is shared. */
    public String topicFilter() {
        return topicFilter;
    }

    /** Completes, on an event loop, when the subscription is in force: what is published later reaches the handler. */
    public CompletionStage<Void> active() {
        return active;
    }

    /** Ends it: the handler gets no further message, but may still be busy with one. Idempotent. */
    @Override
    public void close() {
        registration.close();
    }

    @Override
    public String toString() {
        return "Subscription[topicFilter=" + topicFilter + "]";
    }
}
