package io.maxmq.benchmarks.e2e;

import io.maxmq.benchmarks.load.MemoryProbe;
import io.maxmq.benchmarks.load.StoreProbe;
import io.maxmq.benchmarks.load.TargetAddress.Over;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A broker that runs in a process of its own and listens on a loopback port. Closing it ends that process. */
abstract class BrokerProcess implements AutoCloseable {
    final Process process;
    private final int port;
    private final Over over;
    private @Nullable Starter starter;

    BrokerProcess(Process process, int port, Over over) {
        this.process = process;
        this.port = port;
        this.over = over;
    }

    /**
     * The start and stop times of a broker.
     *
     *
     * @param first from the call (for a broker without a JVM: from starting the process) to accepting
     *
     * @param later the same in a JVM that has started it before
     *
     * @param stop from the call to the end, or to the end of the process
     */
    record StartTimes(Duration first, Optional<Duration> later, Duration stop) {}

    final InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /** Returns the transport below MQTT. */
    final Over over() {
        return over;
    }

    /** User and system time of all its threads. */
    final long cpuNanos() {
        return process.info().totalCpuDuration().map(Duration::toNanos).orElse(0L);
    }

    /** Returns the counters of its store, if it reports them. */
    StoreProbe.Figures storeFigures() throws IOException {
        return new StoreProbe.Figures(-1, -1);
    }

    /** Live and resident memory, after a full collection where there is something to collect. */
    abstract MemoryProbe.Memory memory() throws IOException;

    /** Stops and starts a few times; afterwards the broker may be gone. */
    abstract StartTimes startTimes() throws IOException, InterruptedException;

    /** Ends the process the hard way: it keeps nothing that would be worth waiting for. */
    @Override
    public final void close() {
        try {
            process.destroyForcibly().waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The start of {@link #startAgain}. */
    interface Starter {
        BrokerProcess start() throws IOException, InterruptedException;
    }

    final void startsAgainBy(Starter newStarter) {
        starter = newStarter;
    }

    /** Starts another on what this one has left, after {@link #close}; returns when that accepts connections. */
    final BrokerProcess startAgain() throws IOException, InterruptedException {
        return Objects.requireNonNull(starter, "no starter was given").start();
    }

    /** As {@link #close}, without waiting. */
    final void kill() {
        process.destroyForcibly();
    }

    /** Resident set in bytes; -1 where the system has no /proc. */
    final long residentBytes() throws IOException {
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        if (!Files.exists(status)) {
            return -1;
        }
        for (String line : Files.readAllLines(status)) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            }
        }
        return -1;
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
