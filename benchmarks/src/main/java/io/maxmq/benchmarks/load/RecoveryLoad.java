package io.maxmq.benchmarks.load;

import java.io.IOException;
import java.util.List;

/**
 * The state that a broker is started again with, and when it serves again: a message to a session whose client is away is
 * acknowledged, and a client that comes back has its session and gets all that was queued.
 */
public final class RecoveryLoad {
    private static final DurablePlan PLAN = new DurablePlan(10, 1, false, 64, 100);
    private static final long SERVICE_MILLIS = 120_000;

    private RecoveryLoad() {}

    /** Creates {@code sessions} (at least 10), and queues {@code messages} to ten of them. */
    public static void prepare(TargetAddress endpoint, int sessions, long messages) throws IOException {
        LastingSessions.create(endpoint, 0, sessions, 1);
        DurableLoad.fill(endpoint, PLAN, messages);
    }

    /**
     * The state after recovery.
     *
     *
     * @param servedNanos {@link System#nanoTime} when the broker served fully
     *
     * @param sessionPresent whether the client that came back was known
     *
     * @param kept of the messages queued to it, each counted once
     *
     * @param queued the number of those messages
     */
    public record Result(long servedNanos, boolean sessionPresent, long kept, long queued) {}

    /** Returns when the broker serves, and what it had was read. */
    public static Result awaitService(TargetAddress endpoint, int sessions, long messages) throws IOException {
        long queued = messages / PLAN.publishers();
        try (LoadLoop loop = new LoadLoop(endpoint)) {
            Histogram latency = new Histogram();
            int last = sessions - 1;
            DurablePlan one = DurablePlan.toOffline(1, 1);
            DurablePublisher publisher = new DurablePublisher(loop, "bench-after", new int[] {last}, one, latency);
            SessionSubscriber first = new SessionSubscriber(loop, 0, one.payloadBytes());
            loop.openAll(List.of(publisher, first));
            publisher.limit(1);
            publisher.pump();
            loop.pollUntil(
                    () -> publisher.acknowledged() == 1 && (first.received() > 0 || !first.isSessionPresent()),
                    SERVICE_MILLIS);
            long servedNanos = System.nanoTime();
            if (publisher.acknowledged() == 0 || !loop.firstTrouble().isEmpty()) {
                throw new IOException("does not serve: " + loop.firstTrouble());
            }
            if (first.isSessionPresent()) {
                loop.pollUntil(() -> first.missing((int) queued) == 0, SERVICE_MILLIS);
            }
            return new Result(servedNanos, first.isSessionPresent(), queued - first.missing((int) queued), queued);
        }
    }
}
