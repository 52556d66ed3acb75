package io.maxmq.core.connection;

import io.maxmq.codec.ReasonCode;
import io.maxmq.config.ConnectionLimits;
import io.maxmq.core.loop.Loop;
import io.maxmq.core.observe.Counter;
import io.maxmq.spi.event.BrokerEvent.Initiator;
import org.jspecify.annotations.Nullable;

/**
 * What ends a connection by its time: no CONNECT, no packet for longer than the keep alive allows, a packet that is not completed, a proof
 * that is no longer valid.
 *
 * <p>Runs on the connection's loop. Not thread-safe.
 */
final class ConnectionDeadlines {
    private final Connection connection;
    private final ConnectionLimits limits;
    private Loop loop;
    private @Nullable PacketDeadline packet;
    private @Nullable ConnectTime proof;

    /** For CONNECT, then for the keep alive; 0 for none. */
    private long timer;

    private long keepAliveNanos;
    /** When a whole packet has come, or as much of a large one as must come until the next. */
    private long lastPacketNanos;

    private int packets;
    private @Nullable PacketProgress large;

    ConnectionDeadlines(Connection connection, Loop loop, ConnectionLimits limits) {
        this.limits = limits;
        this.connection = connection;
        this.loop = loop;
        this.lastPacketNanos = loop.refreshTime();
    }

    /** The connection is on another loop. No deadline is pending: CONNECT has come, and the keep alive has yet to begin. */
    void moved(Loop to) {
        assert timer == 0;
        loop = to;
    }

    // ---- CONNECT

    /** An absolute deadline, however busily the client sends (threat of slow handshakes). */
    void awaitConnect() {
        timer = loop.schedule(limits.connectTimeout().toNanos(), this::connectTimedOut);
    }

    private void connectTimedOut() {
        timer = 0;
        loop.counters().increment(Counter.CONNECTS_REFUSED);
        connection.end(
                Initiator.BROKER, ReasonCode.MAXIMUM_CONNECT_TIME, "no CONNECT within " + limits.connectTimeout());
    }

    void connectHasCome() {
        cancelTimer();
    }

    // ---- what is read

    /** Something has been read; refreshes the loop's time. */
    void read() { // hot: per read
        loop.refreshTime();
    }

    /** So many packets have been decoded on this connection. */
    void decoded(int count) { // hot: per read
        if (count != packets) {
            packets = count;
            lastPacketNanos = loop.nowNanos();
        }
    }

    /** A read has ended inside this packet. */
    void endedInside(int cutOffPacket) {
        PacketDeadline present = packet;
        if (present == null) {
            present = new PacketDeadline(connection, loop, limits.packetTimeout());
            packet = present;
        }
        present.endedInside(cutOffPacket);
    }

    /** The broker stops reading: the client can do nothing about it. */
    void paused() {
        if (packet != null) {
            packet.paused();
        }
    }

    void resumed() {
        lastPacketNanos = loop.refreshTime();
        if (packet != null) {
            packet.resumed();
        }
    }

    // ---- keep alive

    /** Begins with the keep alive; 0 for none. */
    void keepAlive(int seconds) {
        if (seconds > 0) {
            // One and a half times the interval (§3.1.2.10).
            keepAliveNanos = seconds * 1_500_000_000L;
            timer = loop.schedule(keepAliveNanos, this::checkKeepAlive);
        }
    }

    /**
     * The timer does not move with each packet: it looks when the last one came, and comes again. Bytes do not count [MQTT-3.1.2-22], but
     * for a large packet that comes fast enough: its client can send nothing else meanwhile.
     */
    private void checkKeepAlive() {
        timer = 0;
        long now = loop.refreshTime();
        if (connection.isHeld()) {
            // The broker itself does not read: the client may have sent.
            lastPacketNanos = now;
        }
        if (now - lastPacketNanos >= keepAliveNanos && isGrowing(now - lastPacketNanos)) {
            lastPacketNanos = now;
        }
        long idleNanos = now - lastPacketNanos;
        if (idleNanos >= keepAliveNanos) {
            connection.end(
                    Initiator.BROKER,
                    ReasonCode.KEEP_ALIVE_TIMEOUT,
                    "no packet received for " + idleNanos / 1_000_000 + " ms");
            return;
        }
        timer = loop.scheduleAt(lastPacketNanos + keepAliveNanos, this::checkKeepAlive);
    }

    private boolean isGrowing(long nanos) {
        if (!connection.isInsidePacket()) {
            return false;
        }
        PacketProgress present = large;
        if (present == null) {
            present = new PacketProgress();
            large = present;
        }
        return present.isEnough(connection.cutOffPacket(), connection.cutOffBytes(), nanos);
    }

    // ---- what the client has proven

    /** It is valid until then, in milliseconds since 1970; {@link Long#MAX_VALUE} for ever. */
    void until(long epochMillis) {
        ConnectTime present = proof;
        if (present == null) {
            if (epochMillis == Long.MAX_VALUE) {
                return;
            }
            present = new ConnectTime(connection, loop);
            proof = present;
        }
        if (!connection.isClosed()) {
            present.until(epochMillis);
        }
    }

    // ---- the end

    void close() {
        cancelTimer();
        if (packet != null) {
            packet.close();
        }
        if (proof != null) {
            proof.close();
        }
    }

    private void cancelTimer() {
        if (timer != 0) {
            loop.cancel(timer);
            timer = 0;
        }
    }
}
