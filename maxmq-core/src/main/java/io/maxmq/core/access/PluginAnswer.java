package io.maxmq.core.access;

import io.maxmq.spi.event.BrokerEvent.Failure;

/** Who waits for a plug-in. Exactly one of the two is called, once, on the loop that asked. */
public interface PluginAnswer<T> {

    /** The plug-in answered in time. */
    void answered(T value);

    /** It did not; already counted and reported. */
    void failed(Failure failure);
}
