package io.maxmq.benchmarks.e2e;

import io.maxmq.benchmarks.load.TargetAddress.Over;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Runs every scenario on every broker, a fresh process each time, the brokers of one scenario one after the other, and
 * prints one table. Progress goes to standard error.
 */
public final class EndToEnd {
    private final BenchmarkOptions options;
    private final List<MeasuredBroker> brokers;
    /** Set by the main thread, read by the shutdown hook. */
    private volatile @Nullable BrokerProcess running;

    private EndToEnd(BenchmarkOptions options, List<MeasuredBroker> brokers) {
        this.options = options;
        this.brokers = brokers;
    }

    /** Brokers in memory. */
    public static void inMemory(String[] args) throws Exception {
        run(
                args,
                List.of("mosquitto", "maxmq", "maxmq-guarded", "maxmq-features", "moquette", "hivemq", "artemis"),
                Scenario.all());
    }

    /** Brokers that keep what they have, as each can. */
    public static void durable(String[] args) throws Exception {
        List<String> ids = List.of(
                "mosquitto-file",
                "maxmq",
                "maxmq-none",
                "maxmq-os",
                "maxmq-fsync",
                "moquette-h2",
                "hivemq-file",
                "artemis-journal");
        run(args, ids, DurableScenarios.all());
    }

    /** Brokers in memory over TLS and WebSocket, beside TCP. */
    public static void carried(String[] args) throws Exception {
        run(args, List.of("mosquitto-tls", "maxmq", "maxmq-tls", "maxmq-openssl", "maxmq-ws"), Scenario.all());
    }

    private static void run(String[] args, List<String> brokers, List<Scenario> scenarios) throws Exception {
        if (List.of(args).contains("--help")) {
            System.out.printf(BenchmarkOptions.USAGE, String.join(",", brokers));
            scenarios.forEach(scenario -> System.out.printf("  %-18s  %s%n", scenario.id(), scenario.title()));
            return;
        }
        BenchmarkOptions options;
        try {
            options = BenchmarkOptions.parse(
                    args, brokers, scenarios.stream().map(Scenario::id).toList());
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        EndToEnd harness = new EndToEnd(options, available(options));
        Runtime.getRuntime().addShutdownHook(new Thread(harness::kill));
        String table = harness.run(scenarios.stream()
                .filter(scenario -> options.scenarios().contains(scenario.id()))
                .toList());
        System.out.print(table);
        if (options.out().isPresent()) {
            Files.writeString(options.out().get(), table);
        }
    }

    private static List<MeasuredBroker> available(BenchmarkOptions options)
            throws InterruptedException, URISyntaxException {
        List<MeasuredBroker> available = new ArrayList<>();
        for (String id : options.brokers()) {
            MeasuredBroker broker = broker(id, options);
            try {
                broker.prepare();
                available.add(broker);
            } catch (IOException e) {
                System.err.println(id + " left out: " + e.getMessage());
            }
        }
        return available;
    }

    private static MeasuredBroker broker(String id, BenchmarkOptions options) throws URISyntaxException {
        return switch (id) {
            case "mosquitto" -> new MosquittoBroker(id, false);
            case "mosquitto-tls" -> new MosquittoBroker(id, false, Over.TLS);
            case "mosquitto-file" -> new MosquittoBroker(id, true);
            case "maxmq" -> maxMq(id, "MaxMQ", Storage.NONE, options);
            case "maxmq-guarded" -> maxMq(id, "MaxMQ, guarded", new Storage(MaxMqPeer.GUARDED, ""), options);
            case "maxmq-features" -> maxMq(id, "MaxMQ, features on", new Storage(MaxMqPeer.FEATURES, ""), options);
            case "maxmq-tls" -> maxMq(id, "MaxMQ, TLS of the JDK", new Storage(MaxMqPeer.TLS, "", Over.TLS), options);
            case "maxmq-openssl" ->
                maxMq(id, "MaxMQ, TLS of tcnative", new Storage(MaxMqPeer.OPENSSL, "", Over.TLS), options);
            case "maxmq-ws" ->
                maxMq(id, "MaxMQ, WebSocket", new Storage(MaxMqPeer.WEB_SOCKET, "", Over.WEB_SOCKET), options);
            case "maxmq-none" ->
                maxMq(
                        id,
                        "MaxMQ `NONE`",
                        new Storage("none", "nothing; a crash leaves a beginning without gaps"),
                        options);
            case "maxmq-os" -> maxMq(id, "MaxMQ `OS`", new Storage("os", "the end of the process"), options);
            case "maxmq-fsync" -> maxMq(id, "MaxMQ `FSYNC`", new Storage("fsync", "power loss"), options);
            case "moquette" -> peer(id, "Moquette 0.17", "MoquettePeer", Storage.NONE, options);
            case "moquette-h2" ->
                peer(id, "Moquette 0.17", "MoquettePeer", new Storage("h2", "nothing: saved every 30 s"), options);
            case "hivemq" -> peer(id, "HiveMQ CE 2025.5", "HiveMqPeer", Storage.NONE, options);
            case "hivemq-file" ->
                peer(
                        id,
                        "HiveMQ CE 2025.5",
                        "HiveMqPeer",
                        new Storage("file", "the end of the process; power loss a second later"),
                        options);
            case "artemis" -> peer(id, "Artemis 2.40.0", "ArtemisPeer", Storage.NONE, options);
            case "artemis-journal" ->
                peer(id, "Artemis 2.40.0", "ArtemisPeer", new Storage("journal", "power loss"), options);
            default -> throw new IllegalArgumentException("unknown broker: " + id);
        };
    }

    private static MeasuredBroker maxMq(String id, String title, Storage storage, BenchmarkOptions options) {
        return new JavaBroker(id, title, MaxMqPeer.class.getName(), JavaBroker.own(), options.jvmArgs(), storage);
    }

    private static MeasuredBroker peer(
            String id, String title, String mainClass, Storage storage, BenchmarkOptions options)
            throws URISyntaxException {
        Path folder = options.peers().isPresent() ? options.peers().get() : peersBesideThisJar();
        return new JavaBroker(
                id,
                title,
                "io.maxmq.benchmarks.peer." + mainClass,
                JavaBroker.built(options.maven(), folder.resolve(id.replaceFirst("-.*", ""))),
                options.jvmArgs(),
                storage);
    }

    private static Path peersBesideThisJar() throws URISyntaxException {
        URI here = EndToEnd.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI();
        for (Path folder = Path.of(here); folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve("peers/pom.xml"))) {
                return folder.resolve("peers");
            }
        }
        return Path.of("peers");
    }

    private String run(List<Scenario> scenarios) throws IOException, InterruptedException {
        Report report = new Report(brokers, options);
        for (Scenario scenario : scenarios) {
            List<List<Cell>> cells = new ArrayList<>();
            brokers.forEach(broker -> cells.add(new ArrayList<>()));
            for (int round = 0; round < options.rounds(); round++) {
                List<Integer> order = new ArrayList<>();
                for (int i = 0; i < brokers.size(); i++) {
                    order.add(i);
                }
                Collections.rotate(order, -round); // no broker is always first
                for (int i : order) {
                    Cell cell = measure(scenario, brokers.get(i));
                    System.err.printf(
                            "%-10s %-10s %s%n", scenario.id(), brokers.get(i).id(), cell.render(cell));
                    cells.get(i).add(cell);
                }
            }
            for (int i = 0; i < brokers.size(); i++) {
                report.add(scenario, brokers.get(i), cells.get(i));
            }
        }
        return report.render();
    }

    private Cell measure(Scenario scenario, MeasuredBroker broker) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("maxmq-e2e");
        try (BrokerProcess process = broker.start(directory)) {
            running = process;
            process.startsAgainBy(() -> {
                BrokerProcess next = broker.start(directory);
                running = next;
                return next;
            });
            return scenario.run().on(process, options);
        } catch (IOException e) {
            return Cell.failed(String.valueOf(e.getMessage()));
        } finally {
            running = null;
            delete(directory);
        }
    }

    private void kill() {
        BrokerProcess process = running;
        if (process != null) {
            process.kill();
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> {
                try {
                    Files.delete(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
