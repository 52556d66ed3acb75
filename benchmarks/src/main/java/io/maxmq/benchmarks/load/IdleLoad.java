package io.maxmq.benchmarks.load;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Connections that do nothing: what each costs the broker in memory. */
public final class IdleLoad {
    private static final int FIRST_CONNECTIONS = 500;
    private static final long SETTLE_MILLIS = 1_000;

    private IdleLoad() {}

    /** Reads the memory, opens {@code connections}, reads it again. A few that come first load classes and fill pools. */
    public static MemoryProbe.PerItem run(TargetAddress endpoint, int connections, MemoryProbe probe)
            throws IOException {
        try (LoadLoop loop = new LoadLoop(endpoint)) {
            loop.openAll(clients(loop, "bench-first-", FIRST_CONNECTIONS));
        }
        try (LoadLoop loop = new LoadLoop(endpoint)) {
            loop.pollUntil(() -> false, SETTLE_MILLIS);
            MemoryProbe.Memory before = probe.read();
            loop.openAll(clients(loop, "bench-idle-", connections));
            loop.pollUntil(() -> false, SETTLE_MILLIS);
            MemoryProbe.Memory after = probe.read();
            if (!loop.firstTrouble().isEmpty()) {
                throw new IOException(loop.firstTrouble());
            }
            return after.since(before, connections);
        }
    }

    private static List<ClientConnection> clients(LoadLoop loop, String prefix, int count) {
        List<ClientConnection> clients = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            clients.add(new ClientConnection(loop, prefix + i) {});
        }
        return clients;
    }
}
