package io.maxmq.core.routing;

/**
 * Queue of a shared subscription while none of its members is online; the next member to come online gets the messages.
 * To the router it is a subscriber with a loop of its own.
 */
public interface SharedQueue extends Subscriber {
    /** Factory of the queues of groups. */
    interface Maker {
        /** Creates the queue of a group. Called once per group, on any loop. */
        SharedQueue make(SharedGroup group, Routes routes);
    }

    /** True if messages wait. Any thread; a volatile read. */
    boolean hasWaiting();

    /** Starts delivery: a member can take messages. Any thread. */
    void memberCame();

    /** Discards the waiting messages: the last member has left. Any thread. */
    void groupGone();
}
