package io.maxmq.benchmarks;

import io.maxmq.benchmarks.e2e.EndToEnd;
import io.maxmq.benchmarks.store.StoreBenchmark;
import java.util.Arrays;

/**
 * Entry of the benchmark jar: {@code e2e}, {@code carried} and {@code durable} compare brokers over sockets, {@code store} writes into the
 * store alone, {@code jmh} runs micro-benchmarks.
 */
public final class Main {
    private Main() {}

    public static void main(String[] args) throws Exception {
        String command = args.length == 0 ? "" : args[0];
        String[] rest = args.length == 0 ? args : Arrays.copyOfRange(args, 1, args.length);
        switch (command) {
            case "e2e" -> EndToEnd.inMemory(rest);
            case "carried" -> EndToEnd.carried(rest);
            case "durable" -> EndToEnd.durable(rest);
            case "store" -> StoreBenchmark.main(rest);
            case "jmh" -> org.openjdk.jmh.Main.main(rest);
            default -> {
                System.err.println("usage: java -jar benchmarks.jar e2e|carried|durable|store|jmh [options]"
                        + "   (e2e --help, carried --help, durable --help, jmh -h)");
                System.exit(2);
            }
        }
    }
}
