package io.maxmq.core.routing;

/** Listener for changes of retained messages, called on the loop that makes the change. */
public interface RetainedListener {
    /** Listener without effect. */
    RetainedListener NONE = new RetainedListener() {
        @Override
        public void stored(Routes routes, StoredMessage message) {}

        @Override
        public void cleared(Routes routes, Topic topic, boolean expired) {}
    };

    /** Called after a message was retained, possibly in place of another. */
    void stored(Routes routes, StoredMessage message);

    /** Called after the retained message of a topic was removed. */
    void cleared(Routes routes, Topic topic, boolean expired);
}
