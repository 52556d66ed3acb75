package io.maxmq.spi.event;

import io.maxmq.spi.PluginName;
import io.maxmq.spi.Stable;

/**
 * Observes the broker; cannot change anything.
 *
 * <p><b>Thread:</b> the worker pool, one event at a time per listener; may block. <b>Order:</b> as the events happened
 * on each event loop; those of one client are in order. <b>Bound:</b> a listener has a bounded queue of events; further
 * events are dropped for this listener and counted. <b>Cost:</b> an event that no listener {@link #wants} is never
 * created. <b>Failure:</b> an exception is counted and reported as {@link BrokerEvent.PluginFailed} to the other
 * listeners; the next event comes all the same.
 *
 * @since 0.1.0
 */
@Stable
@FunctionalInterface
public interface BrokerListener {

    /** Called with each event that it wants. */
    void onEvent(BrokerEvent event);

    /**
     * Returns whether it wants events of a kind; called once per kind, when it is added. Narrow it: drops can be
     * frequent.
     */
    default boolean wants(Class<? extends BrokerEvent> kind) {
        return true;
    }

    /**
     * Returns whether events about messages contain the message, with a copy of the payload for each. At most 16 MiB of
     * them wait for one listener; further events come without the message. Called once, when it is added.
     */
    default boolean wantsMessages() {
        return false;
    }

    /** Returns the name in logs, metrics and events. */
    default String name() {
        return PluginName.of(this, BrokerListener.class);
    }
}
