package io.maxmq.core.engine;

import io.maxmq.core.access.CallerLoop;
import io.maxmq.core.loop.Loop;
import io.maxmq.core.observe.Events;
import io.maxmq.spi.Registration;
import io.maxmq.spi.event.BrokerEvent;

/** A loop as the access chains see it: where answers and deadlines arrive. */
public record LoopCaller(Loop loop) implements CallerLoop {
    @Override
    public void execute(Runnable task) {
        loop.execute(task);
    }

    @Override
    public Registration after(long delayNanos, Runnable task) {
        long id = loop.schedule(delayNanos, task::run);
        return () -> loop.cancel(id);
    }

    @Override
    public void emit(Events to, BrokerEvent event) {
        loop.emit(to, event);
    }
}
