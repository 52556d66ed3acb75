package io.maxmq.core.access;

import io.maxmq.core.observe.Events;
import io.maxmq.spi.Registration;
import io.maxmq.spi.event.BrokerEvent;
import java.util.concurrent.Executor;

/** The event loop that asks a question, as far as the answer needs it: answers and deadlines arrive there. */
public interface CallerLoop extends Executor {

    /** Runs the task on this loop after the delay, unless the registration is closed before. Called on this loop. */
    Registration after(long delayNanos, Runnable task);

    /** Emits an event: its listeners may be woken up later, once for several. Called on this loop. */
    default void emit(Events to, BrokerEvent event) {
        to.emit(event);
    }
}
