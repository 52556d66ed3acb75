package io.maxmq.core.routing;

/** Who receives messages: a session or an in-process subscription. Belongs to one event loop for ever. */
public interface Subscriber {
    /** The index of its event loop, 0..63. Constant. */
    int loopIndex();

    /**
     * Takes one message. Runs on its event loop. May add and remove subscriptions, its own included.
     *
     * @param message valid only during the call
     * @param subscription why it receives the message: one of its own, or several of them merged
     */
    void deliver(RoutedMessage message, FilterSubscription subscription);

    /** Whether it can take a message now. Any thread; a volatile read. */
    boolean isOnline();
}
