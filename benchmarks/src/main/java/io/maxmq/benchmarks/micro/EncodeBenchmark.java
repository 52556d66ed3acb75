package io.maxmq.benchmarks.micro;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.wire.AckFrame;
import io.maxmq.codec.wire.PublishFrame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import static java.nio.charset.StandardCharsets.US_ASCII;

/** Packets written one behind the other into one output; the time is per packet. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class EncodeBenchmark {
    private static final int PACKETS = 500;
    private static final byte[] TOPIC = "bench/t/0".getBytes(US_ASCII);

    @Param({"64", "1024"})
    int payloadBytes;

    private final byte[] payload = new byte[1024];
    private final byte[] out = new byte[PACKETS * 1100];
    private final ByteBuf acks = Unpooled.directBuffer(4 * PACKETS);

    @Benchmark
    @OperationsPerInvocation(PACKETS)
    public byte[] publishQos1() {
        int at = 0;
        for (int i = 0; i < PACKETS; i++) {
            int remaining = PublishFrame.remainingLength(true, TOPIC.length, true, 0, payloadBytes);
            at = PublishFrame.writeHead(out, at, PublishFrame.flags(false, 1, false), remaining, TOPIC, i + 1);
            at = PublishFrame.writePropertiesLength(out, at, 0);
            System.arraycopy(payload, 0, out, at, payloadBytes);
            at += payloadBytes;
        }
        return out;
    }

    @Benchmark
    @OperationsPerInvocation(PACKETS)
    public ByteBuf acks() {
        acks.clear();
        for (int i = 0; i < PACKETS; i++) {
            AckFrame.write(acks, PacketType.PUBACK, i + 1);
        }
        return acks;
    }
}
