package io.maxmq.benchmarks.micro;

import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.codec.topic.TopicName;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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

/** One filter against one topic, and the checks at SUBSCRIBE and at the first PUBLISH. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class TopicBenchmark {
    private static final String TOPIC = "plants/berlin/line-4/machine-17/temperature";

    @Param({TOPIC, "plants/+/line-4/+/temperature", "plants/berlin/#"})
    String filter = TOPIC;

    private TopicFilter parsed = TopicFilter.of(TOPIC);
    private final TopicName topic = TopicName.of(TOPIC);

    @Setup
    public void parse() {
        parsed = TopicFilter.of(filter);
    }

    @Benchmark
    public boolean matches() {
        return parsed.matches(topic);
    }

    @Benchmark
    public @Nullable TopicFilter parseFilter() {
        return TopicFilter.parse(filter);
    }

    @Benchmark
    public @Nullable String checkTopicName() {
        return TopicName.problem(TOPIC);
    }
}
