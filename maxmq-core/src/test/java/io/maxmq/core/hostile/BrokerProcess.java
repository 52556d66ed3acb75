package io.maxmq.core.hostile;

import io.maxmq.MaxMQ;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** A {@link HostileBroker} as the test sees it: its port, its numbers, what it prints, and what its threads wait for. */
final class BrokerProcess implements AutoCloseable {
    private static final int DEADLINE_SECONDS = 60;

    /** Where {@code /proc/stat} says what was stolen, and in which unit: proc(5). */
    private static final int STEAL = 8;

    private static final long TICK_NANOS = 10_000_000;

    private final Process process;
    private final LinkedBlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final ConcurrentLinkedQueue<String> output = new ConcurrentLinkedQueue<>();
    private final Consumer<String> onCut;
    private final int port;

    /** @param onCut told the client id of each client that the broker cuts off; on a thread of its own */
    BrokerProcess(List<String> jvmArguments, long slowConsumerMillis, Consumer<String> onCut) {
        this.onCut = onCut;
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmArguments);
        command.addAll(List.of("-cp", classPath(), HostileBroker.class.getName(), String.valueOf(slowConsumerMillis)));
        try {
            process = new ProcessBuilder(command).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        follow(process.getInputStream(), this::onLine);
        follow(process.getErrorStream(), output::add);
        port = Integer.parseInt(await("READY ").substring("READY ".length()));
    }

    /** Everything that this JVM was given, wherever the build tool has put it. */
    private static String classPath() {
        Set<String> entries = new LinkedHashSet<>();
        String base = System.getProperty("basedir");
        if (base != null) {
            entries.add(Path.of(base, "target", "test-classes").toString());
        }
        CodeSource broker = MaxMQ.class.getProtectionDomain().getCodeSource();
        if (broker != null) {
            entries.add(Path.of(broker.getLocation().getPath()).toString());
        }
        for (String property : List.of("jdk.module.path", "java.class.path", "surefire.test.class.path")) {
            String path = System.getProperty(property);
            if (path != null) {
                entries.addAll(List.of(path.split(File.pathSeparator)));
            }
        }
        return String.join(File.pathSeparator, entries);
    }

    private static void follow(InputStream stream, Consumer<String> onLine) {
        Thread reader = new Thread(
                () -> {
                    try (BufferedReader lines =
                            new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                            onLine.accept(line);
                        }
                    } catch (IOException closed) {
                        // The process has ended.
                    }
                },
                "broker-output");
        reader.setDaemon(true);
        reader.start();
    }

    private void onLine(String line) {
        if (line.startsWith("STATS") || line.startsWith("READY")) {
            answers.add(line);
        } else if (line.startsWith("CUT ")) {
            onCut.accept(line.substring("CUT ".length()));
        } else {
            output.add(line);
        }
    }

    private String await(String start) {
        try {
            String answer = answers.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
            if (answer == null || !answer.startsWith(start)) {
                throw new AssertionError("expected " + start + ", got " + answer + "; output: " + output());
            }
            return answer;
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }

    int port() {
        return port;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** All that it has printed, but for answers. */
    String output() {
        return String.join("\n", output);
    }

    /** Its metrics and peaks. One caller at a time. */
    synchronized Map<String, Long> stats() {
        return ask("stats");
    }

    /** How many objects of a class a full collection leaves, as the JDK's {@code jcmd} says. */
    long live(Class<?> of) {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        try {
            Process asking = new ProcessBuilder(jcmd, String.valueOf(process.pid()), "GC.class_histogram").start();
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(asking.getInputStream(), StandardCharsets.UTF_8))) {
                List<String[]> rows =
                        lines.lines().map(line -> line.trim().split(" +")).toList();
                assertThat(rows).as("class histogram").hasSizeGreaterThan(10);
                return rows.stream()
                        .filter(row -> row.length >= 4 && row[3].equals(of.getName()))
                        .mapToLong(row -> Long.parseLong(row[1]))
                        .sum();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Map<String, Long> ask(String command) {
        try {
            process.getOutputStream().write((command + "\n").getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        } catch (IOException e) {
            throw new AssertionError("the broker does not answer; output: " + output(), e);
        }
        Map<String, Long> stats = new HashMap<>();
        for (String each : await("STATS").substring("STATS".length()).trim().split(" ")) {
            int equals = each.lastIndexOf('=');
            stats.put(each.substring(0, equals), Long.parseLong(each.substring(equals + 1)));
        }
        return stats;
    }

    /**
     * For how long threads of the broker whose names start so were ready to run and had no processor, in ns since their
     * start, of all together: the machine's doing, not the broker's. 0 where the system does not tell.
     */
    long waitedNanos(String threads) {
        long sum = 0;
        try (Stream<Path> tasks = Files.list(Path.of("/proc/" + process.pid() + "/task"))) {
            for (Path task : tasks.toList()) {
                if (Files.readString(task.resolve("comm")).startsWith(threads)) {
                    sum += waitedNanos(task);
                }
            }
        } catch (IOException | UncheckedIOException unknown) {
            return 0;
        }
        return sum;
    }

    /**
     * For how long this machine's processors were taken away by what it runs on, in ns since its start, of all together. 0
     * where the system does not tell.
     */
    static long stolenNanos() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/stat"))) {
            return lines.findFirst()
                    .map(all -> Long.parseLong(all.trim().split(" +")[STEAL]) * TICK_NANOS)
                    .orElse(0L);
        } catch (IOException | RuntimeException unknown) {
            return 0;
        }
    }

    /** The same for the calling thread. */
    static long waitedNanos() {
        try {
            return waitedNanos(Path.of("/proc/thread-self"));
        } catch (IOException unknown) {
            return 0;
        }
    }

    private static long waitedNanos(Path task) throws IOException {
        return Long.parseLong(Files.readString(task.resolve("schedstat")).split(" ")[1]);
    }

    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("the broker did not end; output: " + output());
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
