package io.maxmq.core.transport;

import io.maxmq.core.loop.Loop;
import io.maxmq.core.observe.Counter;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The TLS handshakes of one listener that clients have begun and that have not come to an end: so many at a time, as what they take of
 * the loop and of memory is known only afterwards. Clients beyond that wait in their order, and nothing more is read from them; for as
 * long as CONNECT may take. While any waits, a handshake that has been under way for half of that time is ended, the oldest first: who
 * begins handshakes and leaves them there holds others up. Who begins more than so many in that half keeps out a part of the others;
 * that is for a connection rate by address to bound. Who begins none takes no place.
 *
 * <p>Runs on the accepting loop. Not thread-safe.
 */
final class TlsHandshakes {
    /** Of one listener. */
    private static final int MAX_WAITING = 1024;

    private final Loop loop;
    private final int most;
    private final long longestNanos;

    /** Since when; the oldest first. */
    private final Map<SocketConnection, Long> underWay = new LinkedHashMap<>();

    /** What goes on with it when there is a place; who has waited longest first. */
    private final Map<SocketConnection, Runnable> waiting = new LinkedHashMap<>();

    private long timer;

    TlsHandshakes(Loop loop, SocketAcceptor.HandshakeLimits limits) {
        this.loop = loop;
        this.most = limits.most();
        this.longestNanos = limits.maxWait().toNanos() / 2;
    }

    /** A client has begun one, which goes on now or when there is a place; it is closed when too many wait. */
    void begins(SocketConnection connection, Runnable goOn) {
        assert loop.inLoop();
        if (underWay.size() < most && waiting.isEmpty()) {
            goOn(connection, goOn);
        } else if (waiting.size() < MAX_WAITING) {
            waiting.put(connection, goOn);
            look();
        } else {
            loop.counters().increment(Counter.REFUSED_HANDSHAKES);
            connection.abort();
        }
    }

    /** It is done, has failed, or had no place in time. Without effect when that is known. */
    void ended(SocketConnection connection) {
        assert loop.inLoop();
        if (underWay.remove(connection) != null) {
            goOnWithWaiting();
        } else if (waiting.remove(connection) != null) {
            loop.counters().increment(Counter.REFUSED_HANDSHAKES);
        }
    }

    private void goOnWithWaiting() {
        while (underWay.size() < most && !waiting.isEmpty()) {
            Iterator<Map.Entry<SocketConnection, Runnable>> first =
                    waiting.entrySet().iterator();
            Map.Entry<SocketConnection, Runnable> next = first.next();
            SocketConnection connection = next.getKey();
            Runnable goOn = next.getValue();
            first.remove();
            goOn(connection, goOn);
        }
    }

    /** What it throws is its own: others may have made room for it. */
    private void goOn(SocketConnection connection, Runnable goOn) {
        underWay.put(connection, loop.refreshTime());
        try {
            goOn.run();
        } catch (Throwable t) {
            loop.reportFailure(t);
            connection.abort();
        }
    }

    /** Makes room, and comes again when there may be more to do. */
    private void look() {
        assert loop.inLoop();
        if (timer != 0) {
            return;
        }
        long now = loop.refreshTime();
        List<SocketConnection> late = new ArrayList<>();
        Iterator<Map.Entry<SocketConnection, Long>> oldest = underWay.entrySet().iterator();
        long nextNanos = longestNanos;
        while (oldest.hasNext() && late.size() < waiting.size()) {
            Map.Entry<SocketConnection, Long> each = oldest.next();
            long left = longestNanos - (now - each.getValue());
            if (left > 0) {
                nextNanos = left;
                break;
            }
            late.add(each.getKey());
            oldest.remove();
        }
        late.forEach(SocketConnection::abort);
        goOnWithWaiting();
        if (!waiting.isEmpty()) {
            timer = loop.schedule(nextNanos, () -> {
                timer = 0;
                look();
            });
        }
    }
}
