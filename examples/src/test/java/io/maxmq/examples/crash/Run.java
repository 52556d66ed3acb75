package io.maxmq.examples.crash;

import io.maxmq.examples.crash.FaultyBroker.Fault;
import io.maxmq.examples.crash.JournaledDisk.Unpromised;
import io.maxmq.examples.crash.PowerCut.Lie;
import io.maxmq.examples.crash.Publisher.Kind;
import io.maxmq.examples.crash.Subscriber.Habit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One data directory and all that happens to it: clients work, the broker is killed or loses its power again and again,
 * then all that is due is awaited and the history is judged.
 */
final class Run {
    private static final Duration DEADLINE = Duration.ofSeconds(90);

    /** When clients do not get far in it, they are not waited for. */
    private static final Duration ROUND_DEADLINE = Duration.ofSeconds(10);

    /** What the broker is to say when a cut has left a part of a group that nobody was promised. */
    private static final String TORN_TAIL = "torn tail";

    /** One round of so many, at random, ends with a full disk. */
    private static final int FULL_EACH = 3;

    private static final int EVENTS_WHEN_FULL = 200;

    private static final int POLL_MILLIS = 200;
    private static final int SHOWN_MOST = 20;

    private static final String SHARED = "$share/g/plain/+/2";

    private static final List<String> RETAINED =
            List.of("retained/r5/0", "retained/r5/1", "retained/r5/2", "retained/r5/3");

    private final Settings settings;
    private final Path directory;
    private final PowerCut powerCut;
    private final Stage stage = new Stage();
    private final Random random;
    private final List<Thread> workers = new ArrayList<>();
    private final List<Thread> audience = new ArrayList<>();

    /**
     * What a run is like.
     *
     * @param rounds how often the broker is killed
     * @param mostEvents after how many events at most, counted from when the broker is ready
     * @param cuts whether the disk keeps only what it has promised then
     * @param durability as the command line names it; null for a broker without a data directory
     * @param lie of the disk that loses its power
     * @param fault of the broker
     * @param patience for how long nothing at all may come of what is due
     */
    record Settings(
            long seed,
            int rounds,
            int mostEvents,
            boolean cuts,
            String durability,
            Lie lie,
            Fault fault,
            Duration patience) {}

    /**
     * @param directory empty; for the broker's data and what the disk needs
     * @param powerCut null unless the disk loses its power or lies
     */
    Run(Settings settings, Path directory, PowerCut powerCut) {
        this.settings = settings;
        this.directory = directory;
        this.powerCut = powerCut;
        this.random = new Random(settings.seed());
    }

    /** What was wrong; empty when all is well. */
    List<String> violations() throws InterruptedException, IOException {
        Files.createDirectory(data());
        DataDirectory.closeToOthers(data());
        Files.createDirectory(before());
        castClients();
        List<String> violations = new ArrayList<>();
        try {
            storm();
        } catch (Broker.DoesNotStartException e) {
            violations.add(e.getMessage());
        } finally {
            stage.begin(Stage.Act.OVER);
        }
        for (Thread thread : audience) {
            thread.join(DEADLINE.toMillis());
        }
        violations.addAll(stage.problems);
        violations.addAll(Oracle.violations(stage.history.entries()));
        return violations;
    }

    List<History.Entry> stageHistory() {
        return stage.history.entries();
    }

    /** Fails when something was wrong, and then leaves the history in a file. */
    void assertAllIsWell() throws InterruptedException, IOException {
        List<String> violations = violations();
        if (!violations.isEmpty()) {
            Path kept = Path.of("target", "crash", settings.seed() + (settings.cuts() ? "-cuts.txt" : "-kills.txt"))
                    .toAbsolutePath();
            Files.createDirectories(kept.getParent());
            Files.write(
                    kept,
                    stage.history.entries().stream()
                            .map(History.Entry::toString)
                            .toList());
            assertThat(violations.subList(0, Math.min(SHOWN_MOST, violations.size())))
                    .as("%s, %d violations, history in %s", settings, violations.size(), kept)
                    .isEmpty();
        }
    }

    private void castClients() {
        work("p4", new Publisher(stage, "p4", 4, Kind.PLAIN, random.nextLong()));
        work("p5", new Publisher(stage, "p5", 5, Kind.PLAIN, random.nextLong()));
        work("q5", new Publisher(stage, "q5", 5, Kind.PLAIN, random.nextLong()));
        work("r5", new Publisher(stage, "r5", 5, Kind.RETAINED, random.nextLong()));
        work("d4", new Publisher(stage, "d4", 4, Kind.DELAYED, random.nextLong()));
        work("w1", new Doomed(stage, "w1", random.nextLong()));
        work("w2", new Doomed(stage, "w2", random.nextLong()));
        work("passing", new Passing(stage, "passing", random.nextLong()));
        work("reader", new RetainedReader(stage, "reader", RETAINED));
        watch("online-2", 5, 0, 2, List.of("plain/#", "late/#"), Habit.ONLINE);
        watch("online-1", 4, 0, 1, List.of("plain/+/1", "will/#"), Habit.ONLINE);
        watch("flapping-2", 4, 0, 2, List.of("plain/+/+", "will/+"), Habit.FLAPPING);
        watch("flapping-1", 5, 5, 1, List.of("plain/p4/#", "plain/p5/#", "late/+/+"), Habit.FLAPPING);
        // Now and then none of them is there: then what they share waits in the queue of the group.
        watch("shared-a", 5, 0, 2, List.of(SHARED), Habit.FLAPPING);
        watch("shared-b", 4, 0, 2, List.of(SHARED), Habit.FLAPPING);
        watch("absent-2", 5, 0, 2, List.of("plain/#", "will/w1", "late/#"), Habit.ABSENT);
        watch("absent-1", 4, 0, 1, List.of("plain/p5/#"), Habit.ABSENT);
        watch(
                "changing-2",
                5,
                10,
                2,
                List.of("plain/+/0", "plain/p4/1", "plain/p5/2", "plain/q5/3", "will/w2"),
                Habit.CHANGING);
    }

    private void work(String name, Stage.Part part) {
        workers.add(stage.perform(name, part));
    }

    private void watch(String name, int version, int receiveMaximum, int qos, List<String> filters, Habit habit) {
        audience.add(stage.perform(
                name, new Subscriber(stage, name, version, receiveMaximum, qos, filters, habit, random.nextLong())));
    }

    private void storm() throws InterruptedException, IOException, Broker.DoesNotStartException {
        Random timing = new Random(random.nextLong());
        for (int round = 0; ; round++) {
            try (Broker broker = start()) {
                int port = broker.awaitReady();
                stage.history.add(new Event.Ready(round));
                stage.brokerAt(port);
                letPass(1 + timing.nextInt(settings.mostEvents()));
                if (round == settings.rounds()) {
                    calm(broker, port);
                    return;
                }
                if (!broker.isAlive()) {
                    throw new Broker.DoesNotStartException("the broker has ended by itself: " + broker.stderr());
                }
                boolean isFull = settings.cuts() && timing.nextInt(FULL_EACH) == 0;
                if (isFull) {
                    stage.mayRefuse(port);
                    stage.history.add(new Event.DiskFull(round));
                    Files.createFile(full());
                    letPass(EVENTS_WHEN_FULL);
                }
                stage.brokerGone();
                broker.kill();
                stage.history.add(new Event.Killed(round));
                broker.stderr().stream()
                        // A process may be killed between two writes of one record, too.
                        .filter(said -> !isFull && !said.contains(TORN_TAIL))
                        .forEach(said -> stage.problems.add("the broker says " + said));
                Files.deleteIfExists(full());
                if (settings.cuts()) {
                    cut(timing);
                }
            }
        }
    }

    /** Events, not time: a slow machine shall see as much as a quick one. */
    private void letPass(int events) {
        int enough = stage.history.size() + events;
        long startNanos = System.nanoTime();
        while (stage.history.size() < enough && System.nanoTime() - startNanos < ROUND_DEADLINE.toNanos()) {
            Stage.pause(1);
        }
    }

    private Broker start() {
        Map<String, String> environment =
                powerCut == null ? Map.of() : powerCut.environment(data(), journal(), full(), settings.lie());
        List<String> options = settings.durability() == null
                ? List.of()
                : List.of("--data-dir", data().toString(), "--durability", settings.durability());
        return new Broker(environment, options, settings.fault());
    }

    /** Puts in place of the data what the disk has kept. */
    private void cut(Random timing) throws IOException {
        JournaledDisk disk = JournaledDisk.read(before(), journal());
        List<String> differences = disk.differencesFrom(data());
        if (differences.size() > 2) {
            stage.problems.add("the simulated disk has missed changes: " + differences);
        }
        Path image = directory.resolve("image");
        disk.writeTo(image, timing.nextInt(3) == 0 ? Unpromised.LOST : Unpromised.TORN, timing);
        DataDirectory.delete(data());
        DataDirectory.delete(before());
        DataDirectory.copy(image, before());
        Files.move(image, data());
        DataDirectory.closeToOthers(data());
    }

    private void calm(Broker broker, int port) throws InterruptedException, IOException, Broker.DoesNotStartException {
        stage.begin(Stage.Act.CALM);
        for (Thread worker : workers) {
            worker.join(DEADLINE.toMillis());
            if (worker.isAlive()) {
                stage.problems.add(worker.getName() + " does not come to its end");
            }
        }
        new RetainedReader(stage, "last-reader", RETAINED).read(port);
        long progressNanos = System.nanoTime();
        int seen = 0;
        while (!Oracle.missing(stage.history.entries()).isEmpty()
                && System.nanoTime() - progressNanos < settings.patience().toNanos()) {
            if (stage.history.size() > seen) {
                seen = stage.history.size();
                progressNanos = System.nanoTime();
            }
            Stage.pause(POLL_MILLIS);
        }
        if (!broker.isAlive()) {
            throw new Broker.DoesNotStartException("the broker has ended by itself: " + broker.stderr());
        }
        stage.begin(Stage.Act.OVER);
        for (Thread thread : audience) {
            thread.join(DEADLINE.toMillis());
        }
    }

    private Path data() {
        return directory.resolve("data");
    }

    private Path before() {
        return directory.resolve("before");
    }

    /** While it is there, the disk is full. */
    private Path full() {
        return directory.resolve("full");
    }

    private Path journal() {
        return directory.resolve("journal");
    }
}
