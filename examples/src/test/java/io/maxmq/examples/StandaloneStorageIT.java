package io.maxmq.examples;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The standalone broker with a directory for its data, as a process. */
class StandaloneStorageIT {
    private static final String JAR =
            Path.of("target", "maxmq-standalone.jar").toAbsolutePath().toString();
    private static final Pattern READY = Pattern.compile("MaxMQ ready: tcp 127\\.0\\.0\\.1:(\\d+) \\(broker .+");
    private static final int EXIT_USAGE = 2;

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"fsync", "os"})
    void keepsSessionsAndRetainedMessagesThoughItIsKilled(String durability) throws Exception {
        Path data = directory.resolve("data");
        try (ChildProcess broker = start("--data-dir", data.toString(), "--durability", durability)) {
            String ready = broker.nextLine();
            assertThat(ready).endsWith(", " + durability + " in " + data + ")");
            int port = port(ready);
            try (LastingClient subscriber = new LastingClient(port, "subscriber");
                    LastingClient publisher = new LastingClient(port, "publisher")) {
                assertThat(subscriber.connect()).isFalse();
                subscriber.subscribe("queued/#", 2);
                subscriber.disconnect();
                publisher.connect();
                publisher.publish("queued/1", "one", 1, false);
                publisher.publish("queued/2", "two", 2, false);
                publisher.publish("kept", "retained", 1, true);
                broker.kill();
            }
        }

        try (ChildProcess broker = start("--data-dir", data.toString())) {
            int port = port(broker.nextLine());
            try (LastingClient subscriber = new LastingClient(port, "subscriber")) {
                assertThat(subscriber.connect()).isTrue();
                assertThat(subscriber.next()).isEqualTo("queued/1: one");
                assertThat(subscriber.next()).isEqualTo("queued/2: two");
                subscriber.subscribe("kept", 1);
                assertThat(subscriber.next()).isEqualTo("kept: retained");
                subscriber.disconnect();
            }
            broker.assertEndsWithinTwoSecondsOfSigterm(); // with next to nothing to write
            assertThat(broker.stderr()).isEmpty();
        }
    }

    @Test
    void leavesNothingAmongTemporaryFilesWhenItIsKilled() throws Exception {
        Path temporary = Files.createDirectory(directory.resolve("tmp"));
        try (ChildProcess broker = ChildProcess.start(
                TestedJdk.OF_THE_BUILD,
                "-Djava.io.tmpdir=" + temporary,
                "-jar",
                JAR,
                "--port",
                "0",
                "--allow-anonymous",
                "--data-dir",
                directory.resolve("data").toString())) {
            port(broker.nextLine());
            broker.kill();
        }

        assertThat(temporary).isEmptyDirectory();
    }

    @Test
    void saysInOneLineThatAnotherBrokerHasTheDirectory() throws Exception {
        try (ChildProcess first = start("--data-dir", directory.toString())) {
            int port = port(first.nextLine());
            try (ChildProcess second = start("--data-dir", directory.toString())) {
                assertRefused(second, "in use");
            }
            assertThat(Clients.roundTripV3(port, "still there")).isEqualTo("still there");
        }
    }

    @Test
    void saysInOneLineThatADirectoryHoldsSomethingElse() throws Exception {
        Files.writeString(directory.resolve("letter.txt"), "Dear Sir or Madam");

        try (ChildProcess broker = start("--data-dir", directory.toString())) {
            assertRefused(broker, "letter.txt");
        }
    }

    @Test
    void saysInOneLineThatAFileIsNoDirectory() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "");

        try (ChildProcess broker = start("--data-dir", file.toString())) {
            assertRefused(broker, "not a directory");
        }
    }

    private static void assertRefused(ChildProcess broker, String said) throws InterruptedException {
        assertThat(broker.exitCode()).isEqualTo(EXIT_USAGE);
        assertThat(broker.stdout()).isEmpty();
        assertThat(broker.stderr())
                .singleElement()
                .asString()
                .startsWith("maxmq: ")
                .contains(said);
    }

    private static ChildProcess start(String... options) {
        List<String> arguments = new ArrayList<>(List.of("-jar", JAR, "--port", "0", "--allow-anonymous"));
        arguments.addAll(List.of(options));
        return ChildProcess.start(TestedJdk.OF_THE_BUILD, arguments.toArray(String[]::new));
    }

    private static int port(String ready) {
        Matcher matcher = READY.matcher(ready);
        assertThat(matcher.matches()).as(ready).isTrue();
        return Integer.parseInt(matcher.group(1));
    }
}
