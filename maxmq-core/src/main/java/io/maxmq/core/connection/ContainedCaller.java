package io.maxmq.core.connection;

import io.maxmq.core.access.CallerLoop;
import io.maxmq.core.observe.Events;
import io.maxmq.spi.Registration;
import io.maxmq.spi.event.BrokerEvent;

/**
 * A loop as those see it who are asked on a connection's behalf. What the handling of an answer throws ends that connection: else it
 * would wait for the rest of it, with its packets held and its keep alive not running.
 */
record ContainedCaller(CallerLoop loop, Connection connection) implements CallerLoop {
    @Override
    public void execute(Runnable task) {
        loop.execute(connection.contained(task));
    }

    @Override
    public Registration after(long delayNanos, Runnable task) {
        return loop.after(delayNanos, connection.contained(task));
    }

    @Override
    public void emit(Events to, BrokerEvent event) {
        loop.emit(to, event);
    }
}
