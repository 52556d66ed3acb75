package io.maxmq.core.access;

import io.maxmq.spi.event.BrokerEvent.Failure;

/** Callback for the result of a plug-in: exactly one of {@link #answered} and {@link #failed} is called, once, on {@link #loop}. */
public interface PluginAnswer<T> {

    /** The loop that asks. */
    CallerLoop loop();

    /** Called if the plug-in answered in time. */
    void answered(T value);

    /** Called if the plug-in did not answer in time or failed; already counted and reported. */
    void failed(Failure failure);
}
