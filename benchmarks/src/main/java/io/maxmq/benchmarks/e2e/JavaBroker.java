package io.maxmq.benchmarks.e2e;

import io.maxmq.benchmarks.load.MemoryProbe;
import io.maxmq.benchmarks.load.StoreProbe;
import io.maxmq.benchmarks.load.TargetAddress.Over;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A broker on the JVM behind the command loop of {@link io.maxmq.benchmarks.peer.PeerMain}. */
final class JavaBroker implements MeasuredBroker {
    private static final int LATER_STARTS = 5;
    private static final long ANSWER_SECONDS = 60;

    private final String id;
    private final String title;
    private final String mainClass;
    private final ClassPath classPath;
    private final List<String> jvmArgs;
    private final Storage storage;
    private String path = "";

    /** Where the broker's classes come from. */
    interface ClassPath {
        String resolve() throws IOException, InterruptedException;
    }

    JavaBroker(String id, String title, String mainClass, ClassPath classPath, List<String> jvmArgs, Storage storage) {
        this.id = id;
        this.title = title;
        this.mainClass = mainClass;
        this.classPath = classPath;
        this.jvmArgs = List.copyOf(jvmArgs);
        this.storage = storage;
    }

    /** Returns the class path of this process, with absolute entries. */
    static ClassPath own() {
        return () -> Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** Builds the project {@code folder} with Maven, which fetches the broker, and takes the class path from there. */
    static ClassPath built(String mavenCommand, Path folder) {
        return () -> {
            Process maven = new ProcessBuilder(
                            mavenCommand,
                            "-q",
                            "-B",
                            "-f",
                            folder.resolve("pom.xml").toString(),
                            "process-classes")
                    .redirectErrorStream(true)
                    .start();
            String output = new String(maven.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (maven.waitFor() != 0) {
                throw new IOException("cannot build " + folder + ":\n" + output.strip());
            }
            Path target = folder.resolve("target");
            return target.resolve("classes")
                    + File.pathSeparator
                    + Files.readString(target.resolve("classpath")).strip();
        };
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public String title() {
        return title;
    }

    @Override
    public String promise() {
        return storage.promise();
    }

    @Override
    public void prepare() throws IOException, InterruptedException {
        path = classPath.resolve();
    }

    @Override
    public BrokerProcess start(Path directory) throws IOException, InterruptedException {
        int port = BrokerProcess.freePort();
        if (storage.over() == Over.TLS) {
            Certificate.make(directory);
        }
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmArgs);
        command.add("-XX:+ExitOnOutOfMemoryError"); // or it would limp on for the rest of the run
        command.addAll(List.of("-cp", path, mainClass, Integer.toString(port), directory.toString(), storage.mode()));
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectError(directory.resolve("stderr.txt").toFile())
                .start();
        JavaProcess broker = new JavaProcess(process, port, directory, storage.over());
        try {
            broker.awaitReady();
        } catch (IOException e) {
            broker.close();
            throw e;
        }
        return broker;
    }

    private static final class JavaProcess extends BrokerProcess {
        private final BufferedReader answers;
        private final Writer commands;
        private final Path directory;
        private Duration firstStart = Duration.ZERO;

        JavaProcess(Process process, int port, Path directory, Over over) {
            super(process, port, over);
            this.directory = directory;
            answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            commands = process.outputWriter(StandardCharsets.UTF_8);
        }

        void awaitReady() throws IOException {
            firstStart = Duration.ofNanos(answer("ready")[0]);
        }

        @Override
        MemoryProbe.Memory memory() throws IOException {
            long[] heapAndDirect = ask("memory");
            return new MemoryProbe.Memory(heapAndDirect[0] + heapAndDirect[1], residentBytes());
        }

        @Override
        StoreProbe.Figures storeFigures() throws IOException {
            long[] recordsAndSyncs = ask("store");
            return new StoreProbe.Figures(recordsAndSyncs[0], recordsAndSyncs[1]);
        }

        @Override
        StartTimes startTimes() throws IOException {
            Duration stop = Duration.ZERO;
            Duration start = Duration.ZERO;
            for (int i = 0; i < LATER_STARTS; i++) { // the last counts: a warm JVM is what a test suite has
                long[] stopAndStart = ask("cycle");
                stop = Duration.ofNanos(stopAndStart[0]);
                start = Duration.ofNanos(stopAndStart[1]);
            }
            return new StartTimes(firstStart, Optional.of(start), stop);
        }

        private long[] ask(String command) throws IOException {
            commands.write(command + "\n");
            commands.flush();
            return answer(command);
        }

        private long[] answer(String expected) throws IOException {
            String line;
            try {
                line = CompletableFuture.supplyAsync(this::readLine).get(ANSWER_SECONDS, TimeUnit.SECONDS);
            } catch (TimeoutException | ExecutionException e) {
                throw new IOException("no answer to " + expected, e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
            String[] words = line.split(" ");
            if (!words[0].equals(expected)) {
                throw new IOException("broker ended: " + lastError());
            }
            long[] numbers = new long[words.length - 1];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = Long.parseLong(words[i + 1]);
            }
            return numbers;
        }

        private String readLine() {
            try {
                String line = answers.readLine();
                return line == null ? "" : line;
            } catch (IOException e) {
                return "";
            }
        }

        private String lastError() throws IOException {
            List<String> lines = Files.readAllLines(directory.resolve("stderr.txt"), StandardCharsets.ISO_8859_1);
            return lines.isEmpty() ? "" : lines.get(0);
        }
    }
}
