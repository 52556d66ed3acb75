package io.maxmq.examples.crash;

import io.maxmq.examples.crash.FaultyBroker.Fault;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The standalone broker as a process that will be killed. */
final class Broker implements AutoCloseable {
    private static final Path JAR = Path.of("target", "maxmq-standalone.jar");
    private static final Pattern READY = Pattern.compile("MaxMQ ready: tcp .+:(\\d+) .*");
    private static final int DEADLINE_SECONDS = 90;

    private final Process process;
    private final BlockingQueue<String> stdout = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> stderr = new LinkedBlockingQueue<>();
    private final List<Thread> readers;

    /** It has ended, or it says nothing. */
    static final class DoesNotStartException extends Exception {
        private static final long serialVersionUID = 1L;

        DoesNotStartException(String message) {
            super(message);
        }
    }

    /**
     * @param environment to add to that of this process
     * @param options of the command line, but for host and port
     */
    Broker(Map<String, String> environment, List<String> options) {
        this(environment, options, Fault.NONE);
    }

    /** @param fault what it does wrong in its storage */
    Broker(Map<String, String> environment, List<String> options, Fault fault) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                // It lives for a second: the quickest start is the best.
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xshare:auto",
                "-Xmx512m"));
        command.addAll(
                fault == Fault.NONE
                        ? List.of("-jar", JAR.toAbsolutePath().toString())
                        : FaultyBroker.program(JAR, fault));
        command.addAll(List.of("--port", "0", "--allow-anonymous"));
        command.addAll(options);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"));
        builder.environment().putAll(environment);
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        readers = List.of(follow(process.getInputStream(), stdout), follow(process.getErrorStream(), stderr));
    }

    private static Thread follow(InputStream stream, BlockingQueue<String> lines) {
        Thread reader = new Thread(
                () -> {
                    try (BufferedReader in =
                            new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                        in.lines().forEach(lines::add);
                    } catch (IOException | UncheckedIOException ended) {
                        // It was killed.
                    }
                },
                "broker-output");
        reader.setDaemon(true);
        reader.start();
        return reader;
    }

    /** Waits until it accepts clients; its port. */
    int awaitReady() throws InterruptedException, DoesNotStartException {
        for (int i = 0; i < DEADLINE_SECONDS * 20; i++) {
            String line = stdout.poll(50, TimeUnit.MILLISECONDS);
            Matcher ready = READY.matcher(line == null ? "" : line);
            if (ready.matches()) {
                return Integer.parseInt(ready.group(1));
            }
            if (line == null && !process.isAlive() && stdout.isEmpty()) {
                break;
            }
        }
        throw new DoesNotStartException("the broker does not start: "
                + (process.isAlive() ? "still" : "exit code " + exitCode()) + ", " + stderr());
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Waits for its end. */
    int exitCode() throws InterruptedException {
        if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("the broker does not end: " + stderr());
        }
        for (Thread reader : readers) {
            reader.join(TimeUnit.SECONDS.toMillis(DEADLINE_SECONDS));
        }
        return process.exitValue();
    }

    /** SIGTERM. */
    void terminate() {
        process.destroy();
    }

    /** SIGKILL, and waits until nothing is left of it. */
    void kill() throws InterruptedException {
        process.toHandle().destroyForcibly(); // that of the process itself closes the streams too
        exitCode();
    }

    /** Lines so far, without what is right to say on a machine busy with something else, and what slf4j says of itself. */
    List<String> stderr() {
        return stderr.stream()
                .filter(line ->
                        !line.contains("was blocked for") && !line.startsWith("SLF4J(") && !line.contains(" INFO "))
                .toList();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
