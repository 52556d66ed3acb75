package io.maxmq.benchmarks.micro;

import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.codec.wire.PublishView;
import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.core.routing.Match;
import io.maxmq.core.routing.RoutedMessage;
import io.maxmq.core.routing.Subscriber;
import io.maxmq.core.routing.SubscriptionTree;
import io.maxmq.core.routing.Topic;
import io.maxmq.core.routing.TopicTable;
import java.nio.ByteBuffer;
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

import static java.nio.charset.StandardCharsets.US_ASCII;

/** From a topic's bytes to its subscribers, among many subscriptions. Topics come in an order that caches can't guess. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 1, jvmArgsAppend = "-Xmx3g")
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class RoutingBenchmark {
    private static final int TOPICS = 1 << 15;

    /** One subscriber each, all below one level, with every tenth a wildcard. */
    @Param({"1000", "1000000"})
    int subscriptions;

    private final Topic[] topics = new Topic[TOPICS];
    private SubscriptionTree tree = new SubscriptionTree(1, SubscriptionTree.Options.DEFAULTS);
    private final TopicTable table = new TopicTable(1, 1 << 17, 128);
    private ByteBuffer bytes = ByteBuffer.allocate(0);
    private int topicLength;
    private int topicHash;
    private int next;

    @Setup
    public void subscribe() {
        tree = new SubscriptionTree(1, SubscriptionTree.Options.DEFAULTS);
        for (int i = 0; i < subscriptions; i++) {
            String filter = "devices/d" + i + (i % 10 == 0 ? "/+" : "/state");
            tree.add(new FilterSubscription(new Nobody(), TopicFilter.of(filter), 1, false, false, 0));
        }
        for (int i = 0; i < TOPICS; i++) {
            long device = i * 2_654_435_761L % subscriptions;
            topics[i] = table.intern(0, "devices/d" + device + "/state");
        }
        byte[] topic = "devices/d1/state".getBytes(US_ASCII);
        bytes = ByteBuffer.allocateDirect(topic.length).put(topic);
        topicLength = topic.length;
        topicHash = PublishView.topicHash(topic);
        table.intern(0, topic, topicHash);
    }

    /** The same topic again, as in a steady stream. */
    @Benchmark
    public @Nullable Topic findTopic() {
        return table.find(0, bytes, 0, topicLength, topicHash);
    }

    /** The match of the last time is still right. */
    @Benchmark
    public Match matchHot() {
        return tree.match(topics[7], 0);
    }

    /** Nothing is known about the topic. */
    @Benchmark
    public Match matchCold() {
        next = next + 1 & TOPICS - 1;
        return tree.match(topics[next].withoutMatches(), 0);
    }

    private static final class Nobody implements Subscriber {
        @Override
        public int loopIndex() {
            return 0;
        }

        @Override
        public void deliver(RoutedMessage message, FilterSubscription subscription) {}

        @Override
        public boolean isOnline() {
            return true;
        }
    }
}
