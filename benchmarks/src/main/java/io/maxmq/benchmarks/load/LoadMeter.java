package io.maxmq.benchmarks.load;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.StringTokenizer;
import java.util.function.LongSupplier;

/** Measures the CPU time between two samples: of the broker, this process, and all others. Thread-safe. */
public final class LoadMeter {
    private static final Path STAT = Path.of("/proc/stat");
    private static final long TICK_NANOS = 10_000_000; // USER_HZ is 100 on every Linux

    private final LongSupplier brokerNanos;
    private final OperatingSystemMXBean own = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    /** @param brokerNanos user and system time of all threads of the broker's process so far */
    public LoadMeter(LongSupplier brokerNanos) {
        this.brokerNanos = brokerNanos;
    }

    /** CPU times so far. */
    record Sample(long atNanos, long brokerNanos, long ownNanos, long machineNanos) {}

    /**
     * The CPU time between two samples.
     *
     *
     * @param generatorShare CPU time of this process per second; near 1 the generator's thread is the limit
     *
     * @param otherShare CPU time of all other processes per second; NaN where the system doesn't tell
     */
    public record Usage(double seconds, double brokerSeconds, double generatorShare, double otherShare) {}

    Sample sample() {
        return new Sample(System.nanoTime(), brokerNanos.getAsLong(), own.getProcessCpuTime(), machineBusyNanos());
    }

    static Usage between(Sample begin, Sample end) {
        double seconds = (end.atNanos() - begin.atNanos()) / 1e9;
        double broker = (end.brokerNanos() - begin.brokerNanos()) / 1e9;
        double generator = (end.ownNanos() - begin.ownNanos()) / 1e9;
        double machine = end.machineNanos() < 0 ? Double.NaN : (end.machineNanos() - begin.machineNanos()) / 1e9;
        return new Usage(seconds, broker, generator / seconds, Math.max(0, machine - broker - generator) / seconds);
    }

    /** User, nice and system time of all cores: fields 1 to 3 of the first line; -1 when there is no such file. */
    private static long machineBusyNanos() {
        try {
            String stat = Files.readString(STAT, StandardCharsets.US_ASCII);
            StringTokenizer fields = new StringTokenizer(stat.substring(0, stat.indexOf('\n')));
            fields.nextToken();
            long ticks = 0;
            for (int i = 0; i < 3; i++) {
                ticks += Long.parseLong(fields.nextToken());
            }
            return ticks * TICK_NANOS;
        } catch (IOException e) {
            return -1;
        }
    }
}
