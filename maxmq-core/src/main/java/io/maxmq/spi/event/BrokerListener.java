package io.maxmq.spi.event;

import io.maxmq.spi.PluginName;
import io.maxmq.spi.Stable;

/**
 * Observes the broker; cannot change anything.
 *
 * <p><b>Thread:</b> the worker pool, one event at a time per listener; may block. <b>Order:</b> as the events happened
 * on each event loop; those of one client are in order. <b>Bound:</b> a listener has a queue of events; what overflows
 * it is lost to this listener and counted. <b>Cost:</b> an event that no listener {@link #wants} is never created.
 * <b>Failure:</b> a throw is counted and reported as {@link BrokerEvent.PluginFailed} to the other listeners; the next
 * event comes all the same.
 *
 * @since 0.1.0
 */
@Stable
@FunctionalInterface
public interface BrokerListener {

    /** Called with each event that it wants. */
    void onEvent(BrokerEvent event);

    /** Which events it wants; asked once per kind, when it is added. Narrow it: drops can be frequent. */
    default boolean wants(Class<? extends BrokerEvent> kind) {
        return true;
    }

    /**
     * Whether events about messages bring these along, with a copy of the payload for each. At most 16 MiB of them wait for one
     * listener; what comes beyond that comes without. Asked once, when it is added.
     */
    default boolean wantsMessages() {
        return false;
    }

    /** What logs, metrics and events call it. */
    default String name() {
        return PluginName.of(this, BrokerListener.class);
    }
}
