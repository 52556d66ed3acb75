package io.maxmq.benchmarks.peer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The main loop of a broker process. Standard input takes one command per line, standard output carries one answer
 * per command and nothing else (what the broker prints goes to standard error):
 *
 * <pre>
 *   (at start)  ready START_NANOS              the first start in this JVM
 *   cycle       cycle STOP_NANOS START_NANOS   stops and starts once more
 *   memory      memory HEAP_BYTES DIRECT_BYTES live after a full collection
 *   store       store RECORDS SYNCS            that the store has made so far, -1 when unknown
 *   end of input                               stops and exits
 * </pre>
 *
 * Uses nothing but the JDK, because each peer compiles it again beside its own libraries.
 */
public final class PeerMain {
    private PeerMain() {}

    /** Runs the broker until standard input ends. Arguments: port, working directory, storage. */
    public static void run(String[] args, PeerBroker broker) throws Exception {
        PrintStream answers = System.out;
        System.setOut(System.err);
        int port = Integer.parseInt(args[0]);
        Path directory = Path.of(args[1]);
        String storage = args[2];

        answers.println("ready " + start(broker, port, directory, storage));
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String command = readLine(commands); command != null; command = readLine(commands)) {
            switch (command) {
                case "cycle" -> {
                    long begin = System.nanoTime();
                    broker.stop();
                    long stopNanos = System.nanoTime() - begin;
                    answers.println("cycle " + stopNanos + " " + start(broker, port, directory, storage));
                }
                case "memory" -> answers.println("memory " + liveHeapBytes() + " " + directBytes());
                case "store" -> {
                    long[] figures = broker.storeFigures();
                    answers.println("store " + figures[0] + " " + figures[1]);
                }
                default -> answers.println("unknown " + command);
            }
        }
        broker.stop();
        System.exit(0); // some brokers leave threads behind
    }

    private static String readLine(BufferedReader commands) throws IOException {
        return commands.readLine();
    }

    private static long start(PeerBroker broker, int port, Path directory, String storage) throws Exception {
        long begin = System.nanoTime();
        broker.start(port, directory, storage);
        return System.nanoTime() - begin;
    }

    private static long liveHeapBytes() throws InterruptedException {
        for (int i = 0; i < 3; i++) { // references and cleaners need more than one round
            System.gc();
            Thread.sleep(200);
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** Direct buffers that the JDK knows plus those that Netty, if present, allocates past it. */
    private static long directBytes() {
        long bytes = 0;
        for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
            if (pool.getName().equals("direct")) {
                bytes += pool.getMemoryUsed();
            }
        }
        try {
            Object netty = Class.forName("io.netty.util.internal.PlatformDependent")
                    .getMethod("usedDirectMemory")
                    .invoke(null);
            bytes += Math.max(0, (Long) netty);
        } catch (ReflectiveOperationException e) {
            // no Netty in this process
        }
        return bytes;
    }
}
