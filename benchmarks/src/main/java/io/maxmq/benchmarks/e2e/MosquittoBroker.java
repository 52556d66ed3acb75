package io.maxmq.benchmarks.e2e;

import io.maxmq.benchmarks.load.MemoryProbe;
import io.maxmq.benchmarks.load.TargetAddress.Over;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Mosquitto, if it is installed: the yardstick. Nagle's algorithm off, since every other broker has it off; queues without
 * limit, so that it drops nothing in a closed loop.
 */
final class MosquittoBroker implements MeasuredBroker {
    private static final Pattern VERSION = Pattern.compile("mosquitto version (\\S+)");
    private static final long START_NANOS = 10_000_000_000L;

    private final String id;
    private final boolean persistent;
    private final Over over;
    private String program = "mosquitto";
    private String title = "Mosquitto";

    /** @param persistent with its file as it comes: written at the end and every 30 minutes */
    MosquittoBroker(String id, boolean persistent) {
        this(id, persistent, Over.TCP);
    }

    MosquittoBroker(String id, boolean persistent, Over over) {
        this.id = id;
        this.persistent = persistent;
        this.over = over;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public String promise() {
        return persistent ? "nothing: its file is written every 30 min and at the end" : "";
    }

    @Override
    public String title() {
        return title;
    }

    @Override
    public void prepare() throws IOException, InterruptedException {
        List<String> candidates = List.of("mosquitto", "/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto");
        for (String candidate : candidates) {
            try {
                Process help = new ProcessBuilder(candidate, "-h")
                        .redirectErrorStream(true)
                        .start();
                String text = new String(help.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                help.waitFor();
                Matcher version = VERSION.matcher(text);
                if (version.find()) {
                    program = candidate;
                    title = "Mosquitto " + version.group(1) + (over == Over.TCP ? "" : ", " + over);
                    return;
                }
            } catch (IOException e) {
                // not here: try the next
            }
        }
        throw new IOException("not installed");
    }

    @Override
    public BrokerProcess start(Path directory) throws IOException, InterruptedException {
        int port = BrokerProcess.freePort();
        Path configuration = directory.resolve("mosquitto.conf");
        List<String> lines = new ArrayList<>(List.of(
                "listener " + port + " 127.0.0.1",
                "allow_anonymous true",
                "persistence " + persistent,
                "persistence_location " + directory + "/",
                "set_tcp_nodelay true",
                "max_queued_messages 0",
                "max_inflight_messages 1000",
                "log_dest none"));
        if (over == Over.TLS) {
            Certificate.make(directory);
            lines.add("user " + System.getProperty("user.name")); // or root's files are closed to it
            lines.add("certfile " + Certificate.chainIn(directory));
            lines.add("keyfile " + Certificate.keyIn(directory));
        }
        Files.write(configuration, lines);
        long begin = System.nanoTime();
        Process process = new ProcessBuilder(program, "-c", configuration.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("output.txt").toFile())
                .start();
        MosquittoProcess broker = new MosquittoProcess(process, port, over);
        while (!broker.accepts()) {
            if (!process.isAlive() || System.nanoTime() - begin > START_NANOS) {
                broker.close();
                throw new IOException("did not start: "
                        + Files.readString(directory.resolve("output.txt")).strip());
            }
            Thread.sleep(1);
        }
        broker.firstStart = Duration.ofNanos(System.nanoTime() - begin);
        return broker;
    }

    private static final class MosquittoProcess extends BrokerProcess {
        private Duration firstStart = Duration.ZERO;

        MosquittoProcess(Process process, int port, Over over) {
            super(process, port, over);
        }

        boolean accepts() {
            try (Socket socket = new Socket()) {
                socket.connect(address(), 1_000);
                return true;
            } catch (IOException e) {
                return false;
            }
        }

        @Override
        MemoryProbe.Memory memory() throws IOException {
            return new MemoryProbe.Memory(-1, residentBytes());
        }

        @Override
        StartTimes startTimes() throws InterruptedException {
            long begin = System.nanoTime();
            process.destroy();
            process.waitFor();
            return new StartTimes(firstStart, Optional.empty(), Duration.ofNanos(System.nanoTime() - begin));
        }
    }
}
