package io.maxmq.benchmarks.load;

/**
 * Messages to sessions that outlive their connections. Each publisher sends as long as fewer than {@code window} of its messages
 * are unacknowledged, to its sessions in turn: so many sessions that no queue grows to a broker's limit within a run.
 *
 * @param publishers 1 or more
 * @param qos 1 or 2
 * @param online whether the sessions' clients are connected, and acknowledge at once
 * @param payloadBytes 16 or more
 * @param window unacknowledged messages of a publisher, 1..65535; a smaller receive maximum of the broker is kept
 */
public record DurablePlan(int publishers, int qos, boolean online, int payloadBytes, int window) {
    private static final int PAYLOAD_BYTES = 64;
    private static final int WINDOW = 20;
    private static final int MIN_SESSIONS = 10;

    public DurablePlan {
        if (publishers < 1 || qos < 1 || qos > 2 || payloadBytes < TrafficPlan.MIN_PAYLOAD_BYTES) {
            throw new IllegalArgumentException(
                    "publishers=" + publishers + ", qos=" + qos + ", payloadBytes=" + payloadBytes);
        }
    }

    public static DurablePlan toOffline(int publishers, int qos) {
        return new DurablePlan(publishers, qos, false, PAYLOAD_BYTES, WINDOW);
    }

    public static DurablePlan toOnline(int publishers, int qos) {
        return new DurablePlan(publishers, qos, true, PAYLOAD_BYTES, WINDOW);
    }

    /** As many for each publisher. */
    int sessions() {
        return publishers * sessionsPerPublisher();
    }

    int sessionsPerPublisher() {
        return (MIN_SESSIONS + publishers - 1) / publishers;
    }
}
