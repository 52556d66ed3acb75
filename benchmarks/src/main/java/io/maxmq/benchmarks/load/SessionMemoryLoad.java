package io.maxmq.benchmarks.load;

import java.io.IOException;

/** Sessions whose clients are away and that have one filter each: what each costs the broker in memory. */
public final class SessionMemoryLoad {
    private SessionMemoryLoad() {}

    /** The difference between {@code sessions} and 1.9 times as many, so that no table doubles just then. */
    public static MemoryProbe.PerItem run(TargetAddress endpoint, int sessions, MemoryProbe probe) throws IOException {
        int more = sessions / 10 * 9;
        LastingSessions.create(endpoint, 0, sessions, 1);
        MemoryProbe.Memory before = probe.read();
        LastingSessions.create(endpoint, sessions, sessions + more, 1);
        return probe.read().since(before, more);
    }
}
