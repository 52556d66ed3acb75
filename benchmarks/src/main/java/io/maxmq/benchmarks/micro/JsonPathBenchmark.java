package io.maxmq.benchmarks.micro;

import io.maxmq.rules.json.Extraction;
import io.maxmq.rules.json.JsonReader;
import io.maxmq.rules.json.PathTrie;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Two fields out of a document, {@code temperature} in its middle and {@code device.id} near its start: the rules' pass over the bytes
 * beside Jackson's streaming parser as one would write it by hand for these two, both to the end of the document and only as far as
 * needed; and the document as a tree. 256 documents in turn, so that no branch is learned by heart.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class JsonPathBenchmark {
    private static final int DOCUMENTS = 256;

    @Param({"197", "2035"})
    int bytes;

    private final byte[][] documents = new byte[DOCUMENTS][];
    private final Extraction extraction =
            new Extraction(PathTrie.of(List.of(List.of("temperature"), List.of("device", "id"))));
    private final JacksonPaths jackson = new JacksonPaths();
    private int next;

    @Setup
    public void write() {
        Random random = new Random(1);
        for (int i = 0; i < DOCUMENTS; i++) {
            documents[i] = document(bytes, random);
        }
    }

    /** As long as asked for; half of the rest stands before the temperature, half behind. */
    static byte[] document(int bytes, Random random) {
        String head = "{\"device\":{\"id\":\"dev-" + (100_000 + random.nextInt(900_000)) + "\",\"fw\":\"2."
                + random.nextInt(10) + "." + random.nextInt(10) + "\"},\"ts\":1769862896" + (100 + random.nextInt(900));
        String middle = ",\"temperature\":" + (10 + random.nextInt(80)) + "." + random.nextInt(10);
        String tail = ",\"ok\":" + random.nextBoolean() + "}";
        StringBuilder before = new StringBuilder();
        StringBuilder behind = new StringBuilder();
        while (true) {
            int length = head.length() + before.length() + middle.length() + behind.length() + tail.length();
            int missing = bytes - length;
            if (missing < 40) {
                behind.append(",\"z\":\"")
                        .append("x".repeat(Math.max(0, missing - 7)))
                        .append('"');
                return (head + before + middle + behind + tail).getBytes(StandardCharsets.UTF_8);
            }
            StringBuilder half = before.length() <= behind.length() ? before : behind;
            half.append(",\"m").append(random.nextInt(100)).append("\":");
            switch (random.nextInt(3)) {
                case 0 -> half.append(random.nextInt(100_000)).append('.').append(random.nextInt(10));
                case 1 -> half.append("\"state-").append(random.nextInt(1_000)).append('"');
                default ->
                    half.append("[")
                            .append(random.nextInt(10))
                            .append(",")
                            .append(random.nextInt(10))
                            .append("]");
            }
        }
    }

    private byte[] next() {
        return documents[next++ & DOCUMENTS - 1];
    }

    @Benchmark
    public double pathsStrict() {
        return paths(true);
    }

    @Benchmark
    public double pathsFast() {
        return paths(false);
    }

    private double paths(boolean strict) {
        byte[] document = next();
        extraction.read(document, 0, document.length, strict);
        // The other field is forwarded: its bytes are where it stands.
        return extraction.isRaw(1) ? extraction.asDouble(0) : 0;
    }

    @Benchmark
    public Object tree() {
        byte[] document = next();
        return JsonReader.read(document, 0, document.length, 512);
    }

    @Benchmark
    public double jacksonWhole() throws IOException {
        return jackson(true);
    }

    @Benchmark
    public double jacksonEarly() throws IOException {
        return jackson(false);
    }

    private double jackson(boolean whole) throws IOException {
        jackson.read(next(), whole);
        String id = jackson.id;
        return id == null ? 0 : jackson.temperature + id.length();
    }
}
