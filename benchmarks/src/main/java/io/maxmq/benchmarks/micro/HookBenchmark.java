package io.maxmq.benchmarks.micro;

import io.maxmq.InMemoryConnection;
import io.maxmq.MaxMQ;
import io.maxmq.MaxMQBuilder;
import io.maxmq.codec.PacketType;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Packet;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.Publish;
import io.maxmq.codec.packet.RequestedSubscription;
import io.maxmq.codec.packet.Subscribe;
import io.maxmq.codec.wire.PacketEncoder;
import io.maxmq.rules.InlineAction;
import io.maxmq.rules.RuleEngine;
import io.maxmq.spi.auth.Authorization;
import io.maxmq.spi.event.BrokerEvent;
import io.maxmq.spi.event.BrokerListener;
import io.maxmq.spi.intercept.Decision;
import io.maxmq.spi.intercept.DeliveryInterceptor;
import io.maxmq.spi.intercept.PacketInterceptor;
import io.maxmq.spi.intercept.PublishInterceptor;
import io.maxmq.spi.intercept.RecipientInterceptor;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Measures the cost of a hook, and of an unused one: 64-byte messages of QoS 0, a thousand at a time, from one client
 * through a whole broker with one event loop to another client, by connections in memory. {@code nobody} is the broker
 * as it comes, {@code unwanted} has a listener and an interceptor of packets that want nothing, the others have one
 * that lets everything pass, or rules: none, 10,000 of which no message matches one, one that matches alone and among
 * 10,000, and one and 10,000 inline that do not match.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class HookBenchmark {
    private static final int MESSAGES = 1000;

    /** The observer of messages. */
    @Param({
        "nobody",
        "unwanted",
        "authorizer",
        "publish",
        "recipient",
        "delivery",
        "packets",
        "no-rules",
        "other-rules",
        "rule",
        "rule-of-10000",
        "other-inline-rule",
        "other-inline-10000"
    })
    String hook = "nobody";

    private byte[] batch = {};
    private byte[] taken = {};
    private @Nullable MaxMQ broker;
    private @Nullable InMemoryConnection publisher;
    private @Nullable InMemoryConnection subscriber;

    @Setup
    public void connect() throws IOException {
        MaxMQ started =
                hooked(MaxMQ.builder().name("hooks").loops(1).allowAnonymous()).start();
        broker = started;
        subscriber = started.connect();
        exchange(subscriber, Connect.of(ProtocolVersion.MQTT_3_1_1, "subscriber", true, 0), 4);
        exchange(
                subscriber,
                new Subscribe(
                        1, Properties.NONE, List.of(RequestedSubscription.of("devices/+/state", QoS.AT_MOST_ONCE))),
                5);
        publisher = started.connect();
        exchange(publisher, Connect.of(ProtocolVersion.MQTT_3_1_1, "publisher", true, 0), 4);
        byte[] publish = encoded(new Publish(
                false, QoS.AT_MOST_ONCE, false, "devices/d1/state", 0, Properties.NONE, ByteBuffer.allocate(64)));
        batch = new byte[MESSAGES * publish.length];
        for (int i = 0; i < MESSAGES; i++) {
            System.arraycopy(publish, 0, batch, i * publish.length, publish.length);
        }
        taken = new byte[batch.length];
    }

    private MaxMQBuilder hooked(MaxMQBuilder builder) {
        return switch (hook) {
            case "nobody" -> builder;
            case "unwanted" -> builder.eventListener(new Uninterested()).interceptor(new NoPackets());
            case "authorizer" ->
                builder.authorizer((client, action) -> Authorization.allowed().stage());
            case "publish" -> builder.interceptor((PublishInterceptor) (client, message) -> Decision.proceed());
            case "recipient" -> builder.interceptor((RecipientInterceptor) (recipient, message) -> Decision.proceed());
            case "delivery" -> builder.interceptor((DeliveryInterceptor) (recipient, message) -> Decision.proceed());
            case "packets" -> builder.interceptor(new PacketInterceptor() {});
            case "no-rules" -> builder.extension(RuleEngine.create());
            case "other-rules" -> builder.extension(rules(10_000, "other/%d/+"));
            case "rule" -> builder.extension(rules(1, "devices/d%d/state"));
            case "rule-of-10000" -> builder.extension(rules(10_000, "devices/d%d/state"));
            case "other-inline-rule" -> builder.extension(inlineRules(1));
            case "other-inline-10000" -> builder.extension(inlineRules(10_000));
            default -> throw new IllegalArgumentException("unknown hook: " + hook);
        };
    }

    /** Rules that let nothing pass: what they cost beside is theirs. */
    private static RuleEngine rules(int count, String filter) {
        RuleEngine rules = RuleEngine.create();
        for (int i = 1; i <= count; i++) {
            rules.rule("r" + i).from(filter.formatted(i)).where(event -> false).start();
        }
        return rules;
    }

    private static RuleEngine inlineRules(int count) {
        RuleEngine rules = RuleEngine.create();
        for (int i = 1; i <= count; i++) {
            rules.rule("inline" + i)
                    .from("other/" + i + "/+")
                    .inline(InlineAction.drop())
                    .start();
        }
        return rules;
    }

    private static byte[] encoded(Packet packet) {
        ByteBuf buffer = Unpooled.buffer();
        PacketEncoder.encode(packet, ProtocolVersion.MQTT_3_1_1, buffer);
        byte[] bytes = new byte[buffer.readableBytes()];
        buffer.readBytes(bytes);
        return bytes;
    }

    private static void exchange(InMemoryConnection with, Packet packet, int answerBytes) throws IOException {
        OutputStream out = with.outputStream();
        out.write(encoded(packet));
        out.flush();
        read(with.inputStream(), new byte[answerBytes]);
    }

    private static void read(InputStream in, byte[] into) throws IOException {
        if (in.readNBytes(into, 0, into.length) < into.length) {
            throw new IOException("the broker has closed the connection");
        }
    }

    @TearDown
    public void close() {
        if (broker != null) {
            broker.close();
        }
    }

    /** Time per message. */
    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public byte pass() throws IOException {
        InMemoryConnection from = publisher;
        InMemoryConnection to = subscriber;
        if (from == null || to == null) {
            throw new IllegalStateException("not connected");
        }
        from.outputStream().write(batch);
        from.outputStream().flush();
        read(to.inputStream(), taken);
        return taken[0];
    }

    private static final class Uninterested implements BrokerListener {
        @Override
        public void onEvent(BrokerEvent event) {}

        @Override
        public boolean wants(Class<? extends BrokerEvent> kind) {
            return kind == BrokerEvent.LoopStalled.class;
        }
    }

    private static final class NoPackets implements PacketInterceptor {
        @Override
        public boolean wants(PacketType type, Direction direction) {
            return type == PacketType.AUTH;
        }
    }
}
