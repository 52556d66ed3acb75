package io.maxmq.benchmarks.e2e;

import io.maxmq.benchmarks.load.IdleLoad;
import io.maxmq.benchmarks.load.LoadMeter;
import io.maxmq.benchmarks.load.MemoryProbe;
import io.maxmq.benchmarks.load.RetainedLoad;
import io.maxmq.benchmarks.load.StormLoad;
import io.maxmq.benchmarks.load.TargetAddress;
import io.maxmq.benchmarks.load.TrafficLoad;
import io.maxmq.benchmarks.load.TrafficPlan;
import io.maxmq.benchmarks.load.TrafficResult;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One row of the table.
 *
 * @param title with the units of what the cells show
 */
record Scenario(String id, String title, Run run) {
    private static final double QOS0_LOSS_WORTH_MENTIONING = 0.0001;
    private static final double RATE_REACHED = 0.98;

    /** Measures a broker that has just been started. */
    interface Run {
        Cell on(BrokerProcess broker, BenchmarkOptions options) throws IOException, InterruptedException;
    }

    static List<Scenario> all() {
        return List.of(
                throughput("qos0", "QoS 0, 8 pairs", TrafficPlan.pairs(8, 0)),
                throughput("qos1", "QoS 1, 8 pairs", TrafficPlan.pairs(8, 1)),
                throughput("qos2", "QoS 2, 8 pairs", TrafficPlan.pairs(8, 2)),
                throughput("fanout200", "fan-out 1 → 200, QoS 0", TrafficPlan.fanOut(200)),
                throughput("fanout1000", "fan-out 1 → 1000, QoS 0", TrafficPlan.fanOut(1000)),
                throughput("fanin200", "fan-in 200 → 1, QoS 0", TrafficPlan.fanIn(200)),
                throughput(
                        "single100",
                        "QoS 0, 100 pairs, 1 outstanding",
                        TrafficPlan.pairs(100, 0).outstanding(1)),
                throughput(
                        "qos0-1k",
                        "QoS 0, 8 pairs, 1 KB",
                        TrafficPlan.pairs(8, 0).payload(1024)),
                latency(
                        "latency0",
                        "QoS 0 at 20 k msg/s",
                        TrafficPlan.pairs(8, 0).rate(20_000)),
                latency(
                        "latency1",
                        "QoS 1 at 5 k msg/s",
                        TrafficPlan.pairs(8, 1).rate(5_000)),
                new Scenario("connect", "connect and disconnect: k cycles/CPU s (k/s)", Scenario::storm),
                new Scenario("idle", "idle connection: live bytes / resident bytes", Scenario::idle),
                new Scenario(
                        "retained",
                        "retained, fetched with one wildcard: k msg/CPU s (k msg/s), bytes each live / resident",
                        Scenario::retained),
                new Scenario("start", "start: first / later; stop (ms)", Scenario::start));
    }

    private static Scenario throughput(String id, String title, TrafficPlan plan) {
        return new Scenario(id, title + ": k/CPU s (k msg/s)", (broker, options) -> {
            TrafficResult result = traffic(plan, broker, options);
            List<String> remarks = findings(plan, result);
            remarks.addAll(Cell.conditions(result.usage(), true));
            String text = Cell.number(result.receivedPerBrokerSecond() / 1e3) + " ("
                    + Cell.number(result.receivedPerSecond() / 1e3) + ")";
            return new Cell(text, List.of(result.receivedPerBrokerSecond()), remarks);
        });
    }

    private static Scenario latency(String id, String title, TrafficPlan plan) {
        return new Scenario(id, title + ": p50 / p99 µs", (broker, options) -> {
            TrafficResult result = traffic(plan, broker, options);
            List<String> remarks = findings(plan, result);
            if (result.sentPerSecond() < plan.ratePerSecond() * RATE_REACHED) {
                remarks.add("only " + Cell.number(result.sentPerSecond() / 1e3) + " k msg/s");
            }
            remarks.addAll(Cell.conditions(result.usage(), false));
            double p50 = result.p50Nanos() / 1e3;
            double p99 = result.p99Nanos() / 1e3;
            String text = String.format(Locale.ROOT, "%,.0f / %,.0f", p50, p99);
            return new Cell(text, List.of(p50, p99), remarks);
        });
    }

    private static TrafficResult traffic(TrafficPlan plan, BrokerProcess broker, BenchmarkOptions options)
            throws IOException {
        return TrafficLoad.run(
                endpoint(broker, options), plan, new LoadMeter(broker::cpuNanos), options.warmup(), options.measured());
    }

    private static List<String> findings(TrafficPlan plan, TrafficResult result) {
        List<String> findings = new ArrayList<>();
        if (result.lost() > (plan.qos() == 0 ? QOS0_LOSS_WORTH_MENTIONING * result.expected() : 0)) {
            findings.add(String.format(Locale.ROOT, "lost %.2f %%", 100.0 * result.lost() / result.expected()));
        }
        if (result.duplicates() > 0) {
            findings.add(result.duplicates() + " duplicates");
        }
        if (result.outOfOrder() > 0) {
            findings.add(result.outOfOrder() + " out of order");
        }
        if (result.corrupt() > 0) {
            findings.add(result.corrupt() + " corrupt");
        }
        if (!result.trouble().isEmpty()) {
            findings.add("ended early: " + result.trouble());
        }
        return findings;
    }

    private static Cell storm(BrokerProcess broker, BenchmarkOptions options) throws IOException {
        StormLoad.Result result = StormLoad.run(
                endpoint(broker, options), new LoadMeter(broker::cpuNanos), options.warmup(), options.measured());
        if (!result.trouble().isEmpty()) {
            return Cell.failed(result.trouble());
        }
        String text = Cell.number(result.cyclesPerBrokerSecond() / 1e3) + " ("
                + Cell.number(result.cyclesPerSecond() / 1e3) + ")";
        return new Cell(text, List.of(result.cyclesPerBrokerSecond()), Cell.conditions(result.usage(), true));
    }

    private static Cell idle(BrokerProcess broker, BenchmarkOptions options) throws IOException {
        MemoryProbe.PerItem each = IdleLoad.run(endpoint(broker, options), options.connections(), broker::memory);
        return new Cell(bytes(each), List.of(), List.of());
    }

    private static Cell retained(BrokerProcess broker, BenchmarkOptions options) throws IOException {
        RetainedLoad.Result result = RetainedLoad.run(
                endpoint(broker, options),
                options.retained(),
                new LoadMeter(broker::cpuNanos),
                broker::memory,
                options.warmup(),
                options.measured());
        String text = Cell.number(result.fetchedPerBrokerSecond() / 1e3) + " ("
                + Cell.number(result.fetchedPerSecond() / 1e3) + "), " + bytes(result.perMessage());
        return new Cell(text, List.of(result.fetchedPerBrokerSecond()), Cell.conditions(result.usage(), true));
    }

    private static Cell start(BrokerProcess broker, BenchmarkOptions options) throws IOException, InterruptedException {
        BrokerProcess.StartTimes times = broker.startTimes();
        String later = times.later().map(Scenario::millis).orElse("–");
        String text = millis(times.first()) + " / " + later + "; " + millis(times.stop());
        return new Cell(text, List.of(), List.of());
    }

    static String bytes(MemoryProbe.PerItem each) {
        return Cell.number(each.liveBytes()) + " / " + Cell.number(each.residentBytes());
    }

    static String millis(Duration duration) {
        return Cell.number(duration.toNanos() / 1e6);
    }

    static TargetAddress endpoint(BrokerProcess broker, BenchmarkOptions options) {
        return new TargetAddress(broker.address(), broker.over(), options.version());
    }
}
