package io.maxmq.core.access;

import io.maxmq.spi.event.BrokerEvent.Failure;

/** Callback for the result of a plug-in: exactly one of {@link #answered} and {@link #failed} is called, once, on {@link #loop}. */
public interface PluginAnswer<T> {

    /** The loop that asks. */
    CallerLoop loop();

    /** The plug-in answered in time. */
    void answered(T value);

    /** It did not; already counted and reported. */
    void failed(Failure failure);
}
