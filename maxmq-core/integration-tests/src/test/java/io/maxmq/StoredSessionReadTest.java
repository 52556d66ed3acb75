package io.maxmq;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.memory.MemoryStorage;
import io.maxmq.spi.event.BrokerEvent.SessionExpired;
import io.maxmq.spi.storage.Cursor;
import io.maxmq.spi.storage.KeyValueStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What happens while storage reads a session of a broker before. */
class StoredSessionReadTest {
    private static final int EXPIRY_SECONDS = 2;

    private final MemoryStorage storage = MemoryStorage.create();
    private final ManualClock clock = new ManualClock();

    private TestBroker start(KeyValueStore on) {
        return TestBroker.start(builder -> builder.storage(on).clock(clock));
    }

    private static Connect connect(boolean clean) {
        Properties properties = Properties.builder()
                .set(PropertyId.SESSION_EXPIRY_INTERVAL, (long) EXPIRY_SECONDS)
                .build();
        return new Connect(ProtocolVersion.MQTT_5, false, clean, 0, properties, "s", null, null, null);
    }

    @Test
    void aClientWhoseSessionExpiresMeanwhileHasANewOne() throws InterruptedException {
        try (TestBroker before = start(storage.store())) {
            before.connected(connect(true)).disconnect();
        }
        HeldScans scans = new HeldScans(storage.store());
        try (TestBroker broker = start(scans.store)) {
            scans.holds = true;
            TestClient client = broker.client(ProtocolVersion.MQTT_5);
            client.send(connect(false));
            assertThat(scans.asked.await(30, TimeUnit.SECONDS)).isTrue();

            clock.advance(Duration.ofSeconds(EXPIRY_SECONDS + 1));
            broker.events().await(SessionExpired.class);
            scans.gate.complete(null);

            ConnAck answer = client.expect(ConnAck.class);
            assertThat(answer.reason()).isEqualTo(ReasonCode.SUCCESS);
            assertThat(answer.sessionPresent()).isFalse();
        }
    }

    /** A store whose scans wait at a gate when the test says so. */
    private static final class HeldScans {
        final KeyValueStore store;
        final CompletableFuture<Void> gate = new CompletableFuture<>();
        final CountDownLatch asked = new CountDownLatch(1);
        volatile boolean holds;

        HeldScans(KeyValueStore of) {
            store = proxy(
                    KeyValueStore.class,
                    of,
                    (method, result) -> method.equals("scan") && holds ? held((Cursor) result) : result);
        }

        private Cursor held(Cursor cursor) {
            return proxy(Cursor.class, cursor, (method, result) -> {
                if (!method.equals("next")) {
                    return result;
                }
                asked.countDown();
                return gate.thenCompose(open -> (CompletionStage<?>) result);
            });
        }

        /** @param change of what a method gives, by its name */
        private static <T> T proxy(Class<T> type, T of, BiFunction<String, Object, Object> change) {
            return type.cast(Proxy.newProxyInstance(
                    type.getClassLoader(), new Class<?>[] {type}, (self, method, args) -> {
                        try {
                            return change.apply(method.getName(), method.invoke(of, args));
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    }));
        }
    }
}
