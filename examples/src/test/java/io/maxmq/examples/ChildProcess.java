package io.maxmq.examples;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

/** A Java program in a process of its own, without JVM flags, and what it writes. Closing kills it. */
final class ChildProcess implements AutoCloseable {
    /** Long, for machines that are busy with something else. */
    private static final Duration DEADLINE = Duration.ofSeconds(60);

    /** 128 + SIGTERM: what a JVM answers when it was told to end. */
    private static final int EXIT_TERMINATED = 143;

    private static final Pattern LOG_LINE = Pattern.compile("^[^ ]+ \\[[^]]+] (INFO|DEBUG|TRACE) ");

    private final Process process;
    private final BlockingQueue<String> stdout = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> stderr = new LinkedBlockingQueue<>();
    private final List<Thread> readers;

    private ChildProcess(Process process) {
        this.process = process;
        this.readers = List.of(
                reader("stdout", process.getInputStream(), stdout), reader("stderr", process.getErrorStream(), stderr));
    }

    static ChildProcess start(TestedJdk jdk, String... arguments) {
        return start(jdk.java(), arguments);
    }

    static ChildProcess start(Path java, String... arguments) {
        return start(Map.of(), java, arguments);
    }

    static ChildProcess start(Map<String, String> environment, Path java, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(java.toString());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        // The JVM tells about these on stderr.
        builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"));
        builder.environment().putAll(environment);
        try {
            return new ChildProcess(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Thread reader(String name, InputStream from, BlockingQueue<String> lines) {
        Thread reader = new Thread(() -> read(from, lines), name);
        reader.setDaemon(true);
        reader.start();
        return reader;
    }

    private static void read(InputStream from, BlockingQueue<String> lines) {
        try {
            new BufferedReader(new InputStreamReader(from, StandardCharsets.UTF_8))
                    .lines()
                    .forEach(lines::add);
        } catch (UncheckedIOException closed) {
            return; // the process was killed, which closes its streams
        }
    }

    long pid() {
        return process.pid();
    }

    /** The next line on stdout. */
    String nextLine() throws InterruptedException {
        String line = stdout.poll(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
        return line != null ? line : fail("no line on stdout within %s; stderr: %s", DEADLINE, stderr);
    }

    /** Presses Enter. */
    void enter() throws IOException {
        write("\n");
    }

    /** Types. */
    void write(String text) throws IOException {
        process.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    /** Sends SIGTERM. */
    void terminate() {
        process.destroy();
    }

    /** Sends SIGTERM: the broker ends as one that was told to, and in time. */
    void assertEndsWithinTwoSecondsOfSigterm() throws InterruptedException {
        long toldNanos = System.nanoTime();
        terminate();
        assertThat(exitCode()).isEqualTo(EXIT_TERMINATED);
        assertThat(Duration.ofNanos(System.nanoTime() - toldNanos)).isLessThan(Duration.ofSeconds(2));
    }

    /** Sends SIGKILL, and waits for the end. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        exitCode();
    }

    /** Waits for the end; the exit code. */
    int exitCode() throws InterruptedException {
        assertThat(process.waitFor(DEADLINE.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
        for (Thread reader : readers) {
            reader.join(DEADLINE.toMillis());
        }
        return process.exitValue();
    }

    /** Lines on stdout that {@link #nextLine} has not taken; complete after the end. */
    List<String> stdout() {
        return List.copyOf(stdout);
    }

    /**
     * Lines on stderr, complete after the end. Without the log's lines at INFO and below, and without the warning about blocked event loops:
     * on a machine busy with something else it is right.
     */
    List<String> stderr() {
        return stderr.stream()
                .filter(line -> !line.contains("was blocked for")
                        && !LOG_LINE.matcher(line).find())
                .toList();
    }

    /** The same with all lines. */
    List<String> allStderr() {
        return List.copyOf(stderr);
    }

    /** Waits for a line on stderr that contains this. */
    void awaitLog(String part) throws InterruptedException {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (stderr.stream().noneMatch(line -> line.contains(part))) {
            if (System.nanoTime() > deadline) {
                fail("no line with %s on stderr within %s: %s", part, DEADLINE, stderr);
            }
            Thread.sleep(10);
        }
    }

    /** Sends a signal by its name, {@code HUP} for example. */
    void signal(String name) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", "-" + name, "" + pid()).start().waitFor())
                .isZero();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
