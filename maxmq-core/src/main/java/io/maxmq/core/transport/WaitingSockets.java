package io.maxmq.core.transport;

import io.maxmq.core.loop.Loop;
import io.netty.channel.Channel;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Accepted sockets that wait for the end of a rate limiter's pause. They are not registered with a loop, so nothing is
 * read from them and each costs little. Runs on the accepting loop. Not thread-safe.
 */
final class WaitingSockets {
    /** Limit per listener. */
    private static final int MAX_WAITING = 1024;

    private final Loop loop;
    private final Set<Channel> waiting = new HashSet<>();

    WaitingSockets(Loop loop) {
        this.loop = loop;
    }

    /** Calls {@code then} with the socket after this time; returns false if too many wait. */
    boolean await(Channel channel, long nanos, Consumer<Channel> then) {
        assert loop.inLoop();
        if (waiting.size() >= MAX_WAITING) {
            return false;
        }
        waiting.add(channel);
        loop.schedule(nanos, () -> {
            if (waiting.remove(channel)) {
                then.accept(channel);
            }
        });
        return true;
    }

    /** Stops waiting and calls {@code then} with each waiting socket. */
    void end(Consumer<Channel> then) {
        assert loop.inLoop();
        Set<Channel> left = Set.copyOf(waiting);
        waiting.clear();
        left.forEach(then);
    }
}
