package io.maxmq;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.RequestedSubscription;
import io.maxmq.codec.packet.SubAck;
import io.maxmq.codec.packet.Subscribe;
import io.maxmq.config.MemoryLimits;
import io.maxmq.spi.MemoryAccount;
import io.maxmq.spi.extension.BrokerContext;
import io.maxmq.spi.extension.Extension;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Retained messages, sessions, subscriptions and messages cannot take each other's memory. */
class MemorySharesTest {
    private static final long BUDGET_BYTES = 8 << 20;
    /** Of 8 MiB, half is for the network, and 7 of 32 parts of the rest are set aside. */
    private static final long COMMON_BYTES = (4 << 20) / 32 * 25;

    private final AtomicReference<MemoryAccount> account = new AtomicReference<>();

    private final class Taking implements Extension {
        @Override
        public CompletionStage<Void> start(BrokerContext context) {
            account.set(context.memoryAccount());
            return CompletableFuture.completedFuture(null);
        }
    }

    private TestBroker start() {
        return TestBroker.start(
                builder -> builder.loops(1).extension(new Taking()).memory(MemoryLimits.ofBytes(BUDGET_BYTES)));
    }

    private static ReasonCode subscribe(TestClient client, String filter) {
        return client.send(
                        new Subscribe(7, Properties.NONE, List.of(RequestedSubscription.of(filter, QoS.AT_MOST_ONCE))))
                .expect(SubAck.class)
                .reasons()
                .get(0);
    }

    @Test
    void subscriptionsAndSessionsHaveRoomWhenMessagesFillTheRest() {
        try (TestBroker broker = start()) {
            TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");
            assertThat(account.get().tryCharge(COMMON_BYTES / 10 * 7)).isTrue();

            for (int i = 0; i < 50; i++) {
                assertThat(subscribe(client, "filter/" + i)).isEqualTo(ReasonCode.SUCCESS);
            }
            for (int i = 0; i < 20; i++) {
                broker.connected(ProtocolVersion.MQTT_5, "other-" + i);
            }
        }
    }

    @Test
    void subscriptionsHaveRoomWhenRetainedMessagesAreRefused() {
        try (TestBroker broker = start()) {
            TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");
            int retained = 0;
            while (retain(client, retained) == ReasonCode.SUCCESS) {
                assertThat(++retained).isLessThan(100_000);
            }

            assertThat(retained).isGreaterThan(500);
            for (int i = 0; i < 50; i++) {
                assertThat(subscribe(client, "filter/" + i)).isEqualTo(ReasonCode.SUCCESS);
            }
        }
    }

    /** The topic takes more than the payload, as one of many levels does. */
    private static ReasonCode retain(TestClient client, int number) {
        String topic = "retained/a/b/c/d/e/f/" + number + "-" + "x".repeat(150);
        ReasonCode answer = client.publish(topic, "x", QoS.AT_LEAST_ONCE, true);
        return answer == ReasonCode.NO_MATCHING_SUBSCRIBERS ? ReasonCode.SUCCESS : answer;
    }
}
