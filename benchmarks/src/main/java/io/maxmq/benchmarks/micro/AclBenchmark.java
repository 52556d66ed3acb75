package io.maxmq.benchmarks.micro;

import io.maxmq.auth.Acl;
import io.maxmq.auth.AclRight;
import io.maxmq.auth.AclRule;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.auth.Action;
import io.maxmq.spi.auth.Authorization;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
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
 * One decision of an access control list of 1,000 rules: what a client's decision cache saves for each topic that it has not seen.
 * {@code users}: each rule names a user; {@code levels}: each another first level; {@code wildcards}: each begins with {@code +}, so
 * that all are looked at.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class AclBenchmark {
    private static final int RULES = 1000;

    @Param({"users", "levels", "wildcards"})
    String kind = "users";

    private Acl acl = Acl.of();
    private final ClientInfo client = ClientInfo.builder(
                    "device", ProtocolVersion.MQTT_5, new InetSocketAddress("127.0.0.1", 1883), "tcp")
            .username("user998")
            .build();
    private final Action publish = new Action.Publish("998/devices/device/temperature", QoS.AT_LEAST_ONCE, false);
    private final Action subscribe = new Action.Subscribe("998/devices/device/#", null, QoS.AT_LEAST_ONCE);

    @Setup
    public void rules() {
        List<AclRule> rules = new ArrayList<>();
        for (int i = 0; i < RULES - 1; i++) {
            rules.add(
                    switch (kind) {
                        case "users" ->
                            AclRule.allow(i + "/devices/${clientid}/#").user("user" + i);
                        case "levels" -> AclRule.allow(i + "/devices/+/#");
                        default -> AclRule.allow("+/devices/" + i + "/#");
                    });
        }
        rules.add(AclRule.allow("+/devices/${clientid}/#", AclRight.PUBLISH, AclRight.SUBSCRIBE));
        acl = Acl.of(rules);
    }

    @Benchmark
    public CompletionStage<Authorization> publish() {
        return acl.authorize(client, publish);
    }

    @Benchmark
    public CompletionStage<Authorization> subscribe() {
        return acl.authorize(client, subscribe);
    }
}
