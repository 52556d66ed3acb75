package io.maxmq.core.routing;

/** Told what becomes of retained messages, on the loop where it happens. */
public interface RetainedListener {
    /** Tells nobody. */
    RetainedListener NONE = new RetainedListener() {
        @Override
        public void stored(Routes routes, StoredMessage message) {}

        @Override
        public void cleared(Routes routes, Topic topic, boolean expired) {}
    };

    /** A message is retained now, perhaps instead of another. */
    void stored(Routes routes, StoredMessage message);

    /** The topic's retained message is gone. */
    void cleared(Routes routes, Topic topic, boolean expired);
}
