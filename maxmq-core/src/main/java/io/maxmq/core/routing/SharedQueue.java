package io.maxmq.core.routing;

/**
 * Where messages of a shared subscription wait while none of its members is there, for whichever comes first. A subscriber
 * like any other to the router, with a loop of its own.
 */
public interface SharedQueue extends Subscriber {
    /** Makes the queue of a group. */
    interface Maker {
        /** Called once per group, on any loop. */
        SharedQueue make(SharedGroup group, Routes routes);
    }

    /** Whether messages wait. Any thread; a volatile read. */
    boolean hasWaiting();

    /** A member can take messages now. Any thread. */
    void memberCame();

    /** The last member has left: nobody is to have what waits. Any thread. */
    void groupGone();
}
