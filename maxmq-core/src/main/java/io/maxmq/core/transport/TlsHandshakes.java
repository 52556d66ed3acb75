package io.maxmq.core.transport;

import io.maxmq.core.loop.Loop;
import io.maxmq.core.observe.Counter;
import io.netty.channel.Channel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The TLS handshakes of one listener that have not come to an end: so many at a time, as what they take of the loop and of memory is
 * known only afterwards. Sockets beyond that wait in their order, not registered, so that nothing is read from them and they cost
 * little; for as long as CONNECT may take at most. While any waits, a handshake that has been under way for half of that time is ended, the oldest
 * first: who begins handshakes and leaves them there holds others up. Who begins more than so many in that half keeps out a part of the
 * others; that is for a connection rate by address to bound.
 *
 * <p>Runs on the accepting loop. Not thread-safe.
 */
final class TlsHandshakes {
    /** Of one listener. */
    private static final int MAX_WAITING = 1024;

    private record Waiting(Channel channel, long sinceNanos) {}

    private final Loop loop;
    private final int most;
    private final long maxWaitNanos;
    private final Consumer<Channel> begin;
    private final Consumer<Channel> refuse;

    /** Since when; the oldest first. */
    private final Map<SocketConnection, Long> underWay = new LinkedHashMap<>();

    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private long timer;

    /**
     * @param most under way at a time, at least 1
     * @param maxWaitNanos how long a socket waits, at most
     * @param begin begins the handshake of a socket, and calls {@link #begun} before it returns unless it has failed
     * @param refuse closes a socket that has waited too long
     */
    TlsHandshakes(Loop loop, int most, long maxWaitNanos, Consumer<Channel> begin, Consumer<Channel> refuse) {
        this.loop = loop;
        this.most = most;
        this.maxWaitNanos = maxWaitNanos;
        this.begin = begin;
        this.refuse = refuse;
    }

    /** Begins the handshake of an accepted socket, now or when there is room; false when too many wait. */
    boolean add(Channel channel) {
        if (underWay.size() < most && waiting.isEmpty()) {
            begin.accept(channel);
            return true;
        }
        if (waiting.size() >= MAX_WAITING) {
            return false;
        }
        waiting.add(new Waiting(channel, loop.refreshTime()));
        look();
        return true;
    }

    /** A handshake is under way. */
    void begun(SocketConnection connection) {
        underWay.put(connection, loop.refreshTime());
    }

    /** It is done, or has failed. Without effect when that is known. */
    void ended(SocketConnection connection) {
        if (underWay.remove(connection) != null) {
            beginWaiting();
        }
    }

    private void beginWaiting() {
        while (underWay.size() < most && !waiting.isEmpty()) {
            begin.accept(waiting.remove().channel());
        }
    }

    /** Makes room, and waits for when there may be more to do. */
    private void look() {
        if (timer != 0) {
            return;
        }
        long now = loop.refreshTime();
        while (!waiting.isEmpty() && now - waiting.element().sinceNanos() >= maxWaitNanos) {
            loop.counters().increment(Counter.REFUSED_HANDSHAKES);
            refuse.accept(waiting.remove().channel());
        }
        List<SocketConnection> late = new ArrayList<>();
        Iterator<Map.Entry<SocketConnection, Long>> oldest = underWay.entrySet().iterator();
        long nextNanos = maxWaitNanos / 2;
        while (oldest.hasNext() && late.size() < waiting.size()) {
            Map.Entry<SocketConnection, Long> each = oldest.next();
            long left = maxWaitNanos / 2 - (now - each.getValue());
            if (left > 0) {
                nextNanos = left;
                break;
            }
            late.add(each.getKey());
            oldest.remove();
        }
        late.forEach(SocketConnection::abort);
        beginWaiting();
        if (!waiting.isEmpty()) {
            nextNanos =
                    Math.min(nextNanos, maxWaitNanos - (now - waiting.element().sinceNanos()));
            timer = loop.schedule(nextNanos, () -> {
                timer = 0;
                look();
            });
        }
    }

    /** Waits no longer for any. */
    void end() {
        List<Waiting> left = List.copyOf(waiting);
        waiting.clear();
        left.forEach(each -> refuse.accept(each.channel()));
    }
}
