package io.maxmq.core.transport;

import io.maxmq.core.loop.Loop;
import io.maxmq.core.observe.Counter;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * TLS handshakes in progress of one listener. Their number is bounded, because the loop time and the memory of a
 * handshake are known only afterwards. Further clients wait in order of arrival, at most for the CONNECT deadline, and
 * nothing more is read from them. While a client waits, handshakes in progress for half of that time are aborted,
 * oldest first, because an abandoned handshake holds up other clients. A client that begins more handshakes than the
 * bound within that half keeps out some of the others; a connection rate limit per address bounds that. A connection
 * without a handshake uses no capacity.
 *
 * <p>Runs on the accepting loop. Not thread-safe.
 */
final class TlsHandshakes {
    /** Limit per listener. */
    private static final int MAX_WAITING = 1024;

    private final Loop loop;
    private final int most;
    private final long longestNanos;

    /** Start times of the handshakes in progress, oldest first. */
    private final Map<SocketConnection, Long> underWay = new LinkedHashMap<>();

    /** Continuations of the waiting handshakes, longest wait first. */
    private final Map<SocketConnection, Runnable> waiting = new LinkedHashMap<>();

    private long timer;

    TlsHandshakes(Loop loop, SocketAcceptor.HandshakeLimits limits) {
        this.loop = loop;
        this.most = limits.most();
        this.longestNanos = limits.maxWait().toNanos() / 2;
    }

    /**
     * Registers a handshake that a client has begun. It continues now or when there is capacity; the connection is
     * closed if too many wait.
     */
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

    /** Removes a handshake that has completed, failed, or waited too long. No effect if it is removed already. */
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

    /**
     * Continues a handshake. A failure affects only its own connection, because the call may come from another
     * connection.
     */
    private void goOn(SocketConnection connection, Runnable goOn) {
        underWay.put(connection, loop.refreshTime());
        try {
            goOn.run();
        } catch (Throwable t) {
            loop.reportFailure(t);
            connection.abort();
        }
    }

    /** Aborts handshakes that are late while others wait, and schedules the next check. */
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
