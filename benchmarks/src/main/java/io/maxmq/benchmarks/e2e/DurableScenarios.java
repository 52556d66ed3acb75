package io.maxmq.benchmarks.e2e;

import io.maxmq.benchmarks.load.DurableLoad;
import io.maxmq.benchmarks.load.DurablePlan;
import io.maxmq.benchmarks.load.DurableResult;
import io.maxmq.benchmarks.load.LoadMeter;
import io.maxmq.benchmarks.load.MemoryProbe;
import io.maxmq.benchmarks.load.RecoveryLoad;
import io.maxmq.benchmarks.load.SessionMemoryLoad;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The rows about sessions that outlive their connections, and a broker that outlives its process. */
final class DurableScenarios {
    private static final int[] PUBLISHERS = {1, 10, 100, 1000};
    private static final DurablePlan DRAIN = new DurablePlan(10, 1, false, 64, 100);
    private static final double KEEPS_UP = 0.95;

    private DurableScenarios() {}

    static List<Scenario> all() {
        List<Scenario> all = new ArrayList<>();
        for (int qos = 1; qos <= 2; qos++) {
            for (int publishers : PUBLISHERS) {
                all.add(throughput(
                        "offline" + qos + "-" + publishers,
                        "QoS " + qos + ", " + publishers(publishers) + " → offline",
                        DurablePlan.toOffline(publishers, qos)));
            }
            for (int publishers : PUBLISHERS) {
                all.add(throughput(
                        "online" + qos + "-" + publishers,
                        "QoS " + qos + ", " + publishers(publishers) + " → online",
                        DurablePlan.toOnline(publishers, qos)));
            }
        }
        all.add(new Scenario(
                "drain",
                "queued messages to ten clients that come back: k/CPU s (k msg/s), bytes each while queued live / resident",
                DurableScenarios::drain));
        all.add(new Scenario(
                "sessions",
                "offline session with one filter: live bytes / resident bytes",
                DurableScenarios::sessions));
        all.add(new Scenario(
                "recovery",
                "killed and started again: accepting / serving (ms), of a client's messages kept",
                DurableScenarios::recovery));
        return all;
    }

    private static String publishers(int count) {
        return count == 1 ? "1 publisher" : count + " publishers";
    }

    private static Scenario throughput(String id, String title, DurablePlan plan) {
        return new Scenario(id, title + ": k/CPU s (k msg/s), p50 / p99 ms", (broker, options) -> {
            DurableResult result = DurableLoad.run(
                    Scenario.endpoint(broker, options),
                    plan,
                    new LoadMeter(broker::cpuNanos),
                    broker::storeFigures,
                    options.warmup(),
                    options.measured());
            String text = "%s (%s), %s / %s"
                    .formatted(
                            Cell.number(result.acknowledgedPerBrokerSecond() / 1e3),
                            Cell.number(result.acknowledgedPerSecond() / 1e3),
                            Cell.number(result.p50Nanos() / 1e6),
                            Cell.number(result.p99Nanos() / 1e6));
            List<String> remarks = remarks(plan, result);
            remarks.addAll(Cell.conditions(result.usage(), true));
            return new Cell(text, List.of(result.acknowledgedPerBrokerSecond()), remarks);
        });
    }

    private static List<String> remarks(DurablePlan plan, DurableResult result) {
        List<String> remarks = new ArrayList<>();
        if (!Double.isNaN(result.recordsPerSync())) {
            remarks.add(Cell.number(result.recordsPerSync()) + " records per fsync");
        }
        if (plan.online() && result.delivered() < KEEPS_UP * result.acknowledged()) {
            remarks.add("delivered only "
                    + Cell.number(result.delivered() / result.usage().seconds() / 1e3) + " k msg/s meanwhile");
        }
        if (result.unacknowledged() > 0) {
            remarks.add(result.unacknowledged() + " never acknowledged");
        }
        if (result.lost() > 0) {
            remarks.add(String.format(Locale.ROOT, "lost %.2f %%", 100.0 * result.lost() / result.expected()));
        }
        if (result.duplicates() > 0) {
            remarks.add(result.duplicates() + " duplicates");
        }
        if (result.outOfOrder() > 0) {
            remarks.add(result.outOfOrder() + " out of order");
        }
        if (result.corrupt() > 0) {
            remarks.add(result.corrupt() + " corrupt");
        }
        if (!result.trouble().isEmpty()) {
            remarks.add("ended early: " + result.trouble());
        }
        return remarks;
    }

    private static Cell drain(BrokerProcess broker, BenchmarkOptions options) throws IOException {
        DurableLoad.Drained drained = DurableLoad.drain(
                Scenario.endpoint(broker, options),
                DRAIN,
                options.queued(),
                new LoadMeter(broker::cpuNanos),
                broker::memory);
        List<String> remarks = new ArrayList<>();
        if (drained.lost() > 0) {
            remarks.add(String.format(Locale.ROOT, "lost %.2f %%", 100.0 * drained.lost() / options.queued()));
        }
        if (!drained.trouble().isEmpty()) {
            remarks.add("ended early: " + drained.trouble());
        }
        remarks.addAll(Cell.conditions(drained.usage(), true));
        String text = Cell.number(drained.deliveredPerBrokerSecond() / 1e3) + " ("
                + Cell.number(drained.deliveredPerSecond() / 1e3) + "), " + Scenario.bytes(drained.perQueued());
        return new Cell(text, List.of(drained.deliveredPerBrokerSecond()), remarks);
    }

    private static Cell sessions(BrokerProcess broker, BenchmarkOptions options) throws IOException {
        MemoryProbe.PerItem each =
                SessionMemoryLoad.run(Scenario.endpoint(broker, options), options.sessions(), broker::memory);
        return new Cell(Scenario.bytes(each), List.of(), List.of());
    }

    private static Cell recovery(BrokerProcess broker, BenchmarkOptions options)
            throws IOException, InterruptedException {
        RecoveryLoad.prepare(Scenario.endpoint(broker, options), options.recovered(), options.queued());
        broker.close();
        long begin = System.nanoTime();
        try (BrokerProcess again = broker.startAgain()) {
            long accepting = System.nanoTime();
            RecoveryLoad.Result result =
                    RecoveryLoad.awaitService(Scenario.endpoint(again, options), options.recovered(), options.queued());
            String kept = result.sessionPresent()
                    ? String.format(Locale.ROOT, "%.0f %%", 100.0 * result.kept() / result.queued())
                    : "session lost";
            String text = Scenario.millis(Duration.ofNanos(accepting - begin)) + " / "
                    + Scenario.millis(Duration.ofNanos(result.servedNanos() - begin)) + ", " + kept;
            return new Cell(text, List.of(), List.of());
        }
    }
}
