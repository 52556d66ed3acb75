package io.maxmq.core.access;

import io.maxmq.core.observe.Events;
import io.maxmq.spi.Registration;
import io.maxmq.spi.event.BrokerEvent;
import java.util.concurrent.Executor;

/** The event loop of a question: answers and deadlines are delivered there. */
public interface CallerLoop extends Executor {

    /** Runs the task on this loop after the delay, unless the registration is closed earlier. Called on this loop. */
    Registration after(long delayNanos, Runnable task);

    /** Emits an event. May delay the wake-up of listeners to combine several events. Called on this loop. */
    default void emit(Events to, BrokerEvent event) {
        to.emit(event);
    }
}
