package io.maxmq.core.transport;

import io.maxmq.core.loop.Loop;
import io.netty.channel.Channel;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Sockets that were accepted and are told to come later: not registered, so nothing is read from them, and each costs little. Runs on the
 * accepting loop. Not thread-safe.
 */
final class WaitingSockets {
    /** Of one listener. */
    private static final int MAX_WAITING = 1024;

    private final Loop loop;
    private final Set<Channel> waiting = new HashSet<>();

    WaitingSockets(Loop loop) {
        this.loop = loop;
    }

    /** Has {@code then} called with the socket after that time; false when too many wait. */
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

    /** Waits no longer for any. */
    void end(Consumer<Channel> then) {
        assert loop.inLoop();
        Set<Channel> left = Set.copyOf(waiting);
        waiting.clear();
        left.forEach(then);
    }
}
