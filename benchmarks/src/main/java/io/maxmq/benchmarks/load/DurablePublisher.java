package io.maxmq.benchmarks.load;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Publishes to sessions in turn, up to a window of unacknowledged messages. Payload: 8 bytes unused, session (4), sequence within
 * the session (4), filler. Runs on the thread of its loop.
 */
final class DurablePublisher extends ClientConnection {
    private final LoadLoop loop;
    private final int[] sessions;
    private final int[] sentTo;
    private final int qos;
    private final ByteBuffer filler;
    private final int payloadBytes;
    private final Histogram latency;
    private final long[] sentNanos;
    private final int[] freeIds;
    private int free;
    private int nextSession;

    private long limit = Long.MAX_VALUE;
    private long sent;
    private long acknowledged;

    /**
     * @param sessions their numbers; no other publisher uses them
     *
     * @param latency where the time from a message's write to its last acknowledgement goes
     */
    DurablePublisher(LoadLoop loop, String clientId, int[] sessions, DurablePlan plan, Histogram latency) {
        super(loop, clientId);
        this.loop = loop;
        this.sessions = sessions;
        this.sentTo = new int[sessions.length];
        this.qos = plan.qos();
        this.payloadBytes = plan.payloadBytes();
        this.filler = ByteBuffer.allocate(plan.payloadBytes() - TrafficPlan.MIN_PAYLOAD_BYTES);
        this.latency = latency;
        this.sentNanos = new long[plan.window() + 1];
        this.freeIds = new int[plan.window()];
    }

    /** Sends no more than that many in all. */
    void limit(long messages) {
        limit = messages;
    }

    long sent() {
        return sent;
    }

    long acknowledged() {
        return acknowledged;
    }

    /** Returns the number of messages sent to this publisher's {@code index}-th session. */
    int sentTo(int index) {
        return sentTo[index];
    }

    @Override
    void onReady(int receiveMaximum) {
        for (int id = Math.min(freeIds.length, receiveMaximum); id > 0; id--) {
            freeIds[free++] = id;
        }
    }

    @Override
    void onAcknowledgement(int type, int id) {
        switch (type) {
            case Wire.PUBREC -> acknowledge(Wire.PUBREL, id);
            case Wire.PUBACK, Wire.PUBCOMP -> {
                acknowledged++;
                freeIds[free++] = id;
                latency.record(loop.nowNanos() - sentNanos[id]);
            }
            default -> throw new ProtocolException("unexpected acknowledgement " + type);
        }
    }

    /** Sends as much as there is room for. */
    void pump() throws IOException {
        if (free == 0 || sent >= limit || isClosed()) {
            return;
        }
        long now = System.nanoTime();
        while (free > 0 && sent < limit) {
            append(now);
        }
        flush();
    }

    private void append(long now) {
        int id = freeIds[--free];
        int index = nextSession;
        nextSession = index + 1 == sessions.length ? 0 : index + 1;
        int version = loop.endpoint.version();
        ByteBuffer head = Wire.publishHead(version, LastingSessions.topic(sessions[index]), qos, false, payloadBytes);
        head.putShort(head.limit() - 2 - (version == Wire.V5 ? 1 : 0), (short) id);
        reserve(head.remaining() + payloadBytes);
        out.put(head)
                .putLong(now)
                .putInt(sessions[index])
                .putInt(sentTo[index]++)
                .put(filler.rewind());
        sentNanos[id] = now;
        sent++;
    }
}
