package io.maxmq.benchmarks.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Collects cells and prints them as one Markdown table: a row per scenario, a column per broker. */
final class Report {
    private static final Cell MISSING = new Cell("–", List.of(), List.of());

    private final List<MeasuredBroker> brokers;
    private final BenchmarkOptions options;
    private final Map<Scenario, Map<MeasuredBroker, Cell>> rows = new LinkedHashMap<>();

    Report(List<MeasuredBroker> brokers, BenchmarkOptions options) {
        this.brokers = brokers;
        this.options = options;
    }

    /** @param cells of all rounds; the one with the median first value is shown, a failed one only when most failed */
    void add(Scenario scenario, MeasuredBroker broker, List<Cell> cells) {
        List<Cell> sorted = cells.stream()
                .sorted(Comparator.comparingDouble(
                        cell -> cell.values().isEmpty() ? 0 : cell.values().get(0)))
                .toList();
        rows.computeIfAbsent(scenario, key -> new LinkedHashMap<>()).put(broker, sorted.get(sorted.size() / 2));
    }

    String render() {
        StringBuilder table = new StringBuilder(conditions()).append("\n\n| scenario |");
        brokers.forEach(broker -> table.append(' ').append(broker.title()).append(" |"));
        table.append("\n| --- |").append(" --- |".repeat(brokers.size())).append('\n');
        if (brokers.stream().anyMatch(broker -> !broker.promise().isEmpty())) {
            table.append("| what is acknowledged survives |");
            brokers.forEach(broker -> table.append(' ')
                    .append(broker.promise().isEmpty() ? "nothing: in memory" : broker.promise())
                    .append(" |"));
            table.append('\n');
        }
        rows.forEach((scenario, cells) -> {
            table.append("| ").append(scenario.title()).append(" |");
            Cell yardstick = cells.entrySet().stream()
                    .filter(entry -> entry.getKey() instanceof MosquittoBroker)
                    .map(Map.Entry::getValue)
                    .findFirst()
                    .orElse(MISSING);
            brokers.forEach(broker -> table.append(' ')
                    .append(cells.getOrDefault(broker, MISSING).render(yardstick))
                    .append(" |"));
            table.append('\n');
        });
        return table.toString();
    }

    private String conditions() {
        return "%s, %d × %s, %s, JDK %s, brokers on the JVM with `%s`. MQTT %s, 64-byte payloads unless said otherwise, %s s measured after %s s of warm-up, %s."
                .formatted(
                        LocalDate.now(),
                        Runtime.getRuntime().availableProcessors(),
                        processor(),
                        System.getProperty("os.name"),
                        System.getProperty("java.version"),
                        String.join(" ", options.jvmArgs()),
                        options.version() == 4 ? "3.1.1" : "5.0",
                        options.measured().toMillis() / 1e3,
                        options.warmup().toMillis() / 1e3,
                        options.rounds() == 1 ? "one run each" : "median of " + options.rounds() + " runs");
    }

    private static String processor() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/cpuinfo"))) {
                if (line.startsWith("model name")) {
                    return line.substring(line.indexOf(':') + 1).strip();
                }
            }
        } catch (IOException e) {
            // not on this system
        }
        return System.getProperty("os.arch");
    }
}
