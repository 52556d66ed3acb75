package io.maxmq.benchmarks.e2e;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The command line of {@code e2e}. */
record BenchmarkOptions(
        List<String> brokers,
        List<String> scenarios,
        Duration measured,
        Duration warmup,
        int rounds,
        int version,
        int connections,
        int retained,
        int sessions,
        int recovered,
        int queued,
        List<String> jvmArgs,
        String maven,
        Optional<Path> peers,
        Optional<Path> out) {

    static final String USAGE = """
            usage: java -jar benchmarks.jar e2e|carried|durable [options]
              --brokers LIST      %s (default: all that can be had)
              --scenarios LIST    default: all
              --seconds N         measured time of each cell (5)
              --warmup N          seconds before it (10)
              --rounds N          runs of each cell, brokers interleaved; the median counts (1)
              --version 4|5       MQTT 3.1.1 or 5.0 (4)
              --connections N     of the scenario idle (10000)
              --retained N        messages of the scenario retained (100000)
              --sessions N        of the scenario sessions, and nine tenths as many again (10000)
              --recovered N       sessions of the scenario recovery (100000)
              --queued N          messages of the scenarios drain and recovery (1000000)
              --jvm-args "ARGS"   of every broker on the JVM ("-Xms2g -Xmx2g")
              --mvn COMMAND       to build the peers (mvn)
              --peers-dir DIR     where the peers' projects are (found beside the jar)
              --out FILE          the table goes there too
            scenarios:
            """;

    static BenchmarkOptions parse(String[] args, List<String> allBrokers, List<String> allScenarios) {
        Map<String, String> given = new LinkedHashMap<>();
        for (int i = 0; i < args.length; i += 2) {
            if (!args[i].startsWith("--") || i + 1 == args.length) {
                throw new IllegalArgumentException("option without value: " + args[i]);
            }
            given.put(args[i].substring(2), args[i + 1]);
        }
        BenchmarkOptions options = new BenchmarkOptions(
                list(given, "brokers", allBrokers),
                list(given, "scenarios", allScenarios),
                seconds(given, "seconds", 5),
                seconds(given, "warmup", 10),
                number(given, "rounds", 1),
                number(given, "version", 4),
                number(given, "connections", 10_000),
                number(given, "retained", 100_000),
                number(given, "sessions", 10_000),
                number(given, "recovered", 100_000),
                number(given, "queued", 1_000_000),
                List.of(take(given, "jvm-args", "-Xms2g -Xmx2g").split(" +")),
                take(given, "mvn", "mvn"),
                Optional.ofNullable(given.remove("peers-dir")).map(Path::of),
                Optional.ofNullable(given.remove("out")).map(Path::of));
        if (!given.isEmpty()) {
            throw new IllegalArgumentException(
                    "unknown option: --" + given.keySet().iterator().next());
        }
        return options;
    }

    private static List<String> list(Map<String, String> given, String name, List<String> all) {
        String value = given.remove(name);
        if (value == null) {
            return all;
        }
        List<String> unknown = new ArrayList<>(List.of(value.split(",")));
        unknown.removeAll(all);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("unknown in --" + name + ": " + unknown + "; known: " + all);
        }
        return List.of(value.split(","));
    }

    private static Duration seconds(Map<String, String> given, String name, int otherwise) {
        String value = take(given, name, Integer.toString(otherwise));
        return Duration.ofMillis(Math.round(Double.parseDouble(value) * 1000));
    }

    private static int number(Map<String, String> given, String name, int otherwise) {
        return Integer.parseInt(take(given, name, Integer.toString(otherwise)));
    }

    private static String take(Map<String, String> given, String name, String otherwise) {
        String value = given.remove(name);
        return value == null ? otherwise : value;
    }
}
