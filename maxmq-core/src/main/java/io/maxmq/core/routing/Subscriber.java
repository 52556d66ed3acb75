package io.maxmq.core.routing;

/** Recipient of messages: a session or an in-process subscription. Belongs to one event loop for its lifetime. */
public interface Subscriber {
    /** The index of its event loop, 0..63. Constant. */
    int loopIndex();

    /**
     * Delivers one message. Runs on the subscriber's event loop. May add and remove subscriptions, including its own.
     *
     * @param message valid only during the call
     * @param subscription the matching subscription of this subscriber, or several of them merged
     */
    void deliver(RoutedMessage message, FilterSubscription subscription);

    /** True if it can take a message now. Any thread; a volatile read. */
    boolean isOnline();
}
