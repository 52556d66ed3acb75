package io.maxmq;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.RequestedSubscription;
import io.maxmq.codec.packet.SubAck;
import io.maxmq.codec.packet.Subscribe;
import io.maxmq.config.Listener;
import io.maxmq.config.MemoryLimits;
import io.maxmq.config.OverloadLimits;
import io.maxmq.memory.MemoryStorage;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.MemoryAccount;
import io.maxmq.spi.event.BrokerEvent.MessageDropped;
import io.maxmq.spi.event.BrokerEvent.OverloadChanged;
import io.maxmq.spi.event.BrokerEvent.PluginFailed;
import io.maxmq.spi.extension.BrokerContext;
import io.maxmq.spi.extension.Extension;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.StorageFigures;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What an overloaded broker sheds, and that it stops when the load is gone. An extension takes the memory. */
class OverloadSheddingTest {
    private static final Duration CALM = Duration.ofSeconds(5);
    private static final long CAPACITY = 25 << 20; // of 32 MiB, 7 are set aside

    private static final class Hog implements Extension {
        private MemoryAccount memory;

        @Override
        public CompletionStage<Void> start(BrokerContext of) {
            memory = of.memoryAccount();
            return CompletableFuture.completedFuture(null);
        }

        void take(long bytes) {
            assertThat(memory.tryCharge(bytes)).isTrue();
        }

        void giveBack(long bytes) {
            memory.release(bytes);
        }
    }

    private final Hog hog = new Hog();

    @AutoClose
    private final TestBroker broker = TestBroker.start(builder -> builder.extension(hog)
            .listener(Listener.tcp("127.0.0.1", 0))
            .memory(new MemoryLimits(64 << 20, 32 << 20))
            .configure(config -> config.stallThreshold(Duration.ofMillis(20)))
            .overload(OverloadLimits.builder()
                    .enabled(true)
                    .loopDelay(Duration.ofHours(1)) // a busy machine is not what is tested
                    .memoryPercent(20) // then 60 and 80
                    .calm(CALM)
                    .build()));

    private void await(int level) {
        broker.events().await(OverloadChanged.class, event -> event.level() == level);
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void shedsConnectionsThenQos0ThenSubscriptions(ProtocolVersion version) {
        TestClient observer = broker.connected(ProtocolVersion.MQTT_5, "observer");
        observer.subscribe("#", QoS.AT_LEAST_ONCE);
        TestClient client = broker.connected(version, "client");

        hog.take(CAPACITY / 4);
        await(1);
        broker.tcpClient(version).expectEnd();
        TestClient late = broker.client(version);
        late.send(Connect.of(version, "late", true, 0));
        assertThat(late.expect(ConnAck.class).reason())
                .isEqualTo(version.isV5() ? ReasonCode.SERVER_BUSY : ReasonCode.SERVER_UNAVAILABLE);
        late.expectEnd();
        client.publish("a", "at level 1", QoS.AT_MOST_ONCE);
        observer.expectMessage("a", "at level 1");

        hog.take(CAPACITY / 8 * 3);
        await(2);
        client.publish("a", "lost", QoS.AT_MOST_ONCE);
        client.publish("a", "at level 2", QoS.AT_LEAST_ONCE);
        observer.acknowledge(observer.expectMessage("a", "at level 2"));
        broker.events().await(MessageDropped.class, event -> event.reason() == DropReason.OVERLOAD);

        hog.take(CAPACITY / 5);
        await(3);
        SubAck refused = client.send(
                        new Subscribe(7, Properties.NONE, List.of(RequestedSubscription.of("b", QoS.AT_LEAST_ONCE))))
                .expect(SubAck.class);
        if (version.isV5()) {
            assertThat(refused.properties().string(PropertyId.REASON_STRING)).contains("too much to do");
        }
        if (version != ProtocolVersion.MQTT_3_1) {
            assertThat(refused.reasons()).allMatch(ReasonCode::isError);
        }

        hog.giveBack(CAPACITY / 4 + CAPACITY / 8 * 3 + CAPACITY / 5);
        for (int level = 2; level >= 0; level--) {
            int expected = level;
            broker.clock().advance(CALM);
            broker.events()
                    .await(OverloadChanged.class, event -> event.level() == expected && event.before() == expected + 1);
        }
        broker.tcpClient(version).connect("welcome", true);
        client.publish("a", "as before", QoS.AT_MOST_ONCE);
        observer.expectMessage("a", "as before");
        client.subscribe("b", QoS.AT_LEAST_ONCE);
    }

    @Test
    void aStorageThatCannotSayWhatWaitsDoesNotEndTheWatch() {
        AtomicInteger asked = new AtomicInteger();
        KeyValueStore store = MemoryStorage.create().store();
        KeyValueStore failing = (KeyValueStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {KeyValueStore.class}, (proxy, method, arguments) -> {
                    if (!method.getName().equals("figures")) {
                        return method.invoke(store, arguments);
                    }
                    if (asked.incrementAndGet() == 1) {
                        throw new IllegalStateException("not now");
                    }
                    return new StorageFigures(0, 0, 0, Long.MAX_VALUE, 0, 0, 0, 0, 0, false);
                });
        try (TestBroker stored = TestBroker.start(builder -> builder.storage(failing)
                .configure(config -> config.stallThreshold(Duration.ofMillis(20)))
                .overload(OverloadLimits.builder()
                        .enabled(true)
                        .loopDelay(Duration.ofHours(1))
                        .build()))) {
            stored.events().await(PluginFailed.class, failed -> failed.plugin().equals("storage"));
            stored.events().await(OverloadChanged.class, event -> event.level() == 3);
        }
    }
}
