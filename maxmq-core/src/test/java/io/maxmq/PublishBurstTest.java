package io.maxmq;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.packet.PingReq;
import io.maxmq.codec.packet.PingResp;
import io.maxmq.config.Listener;
import io.maxmq.spi.Message;
import io.maxmq.spi.PublishRefusedException;
import io.maxmq.spi.PublishResult;
import io.maxmq.spi.extension.BrokerContext;
import io.maxmq.spi.extension.Extension;
import io.maxmq.spi.intercept.Decision;
import io.maxmq.spi.intercept.PacketInterceptor;
import io.maxmq.spi.intercept.RawPacket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The application publishes many messages at once, each of which gives an extension work to do. */
class PublishBurstTest {
    private static final int BURST = 400;
    private static final long WORK_NANOS = 1_000_000;

    private final AtomicInteger seen = new AtomicInteger();
    private final AtomicInteger seenAtPing = new AtomicInteger();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch pinged = new CountDownLatch(1);

    /** At the first message waits for the client's ping to be on its way; then takes 1 ms for each. */
    private final class Busy implements Extension {
        @Override
        public CompletionStage<Void> start(BrokerContext context) {
            context.onPublish("#", publication -> {
                begun.countDown();
                await(pinged);
                long begin = System.nanoTime();
                while (System.nanoTime() - begin < WORK_NANOS) {
                    Thread.onSpinWait();
                }
                seen.incrementAndGet();
            });
            return CompletableFuture.completedFuture(null);
        }
    }

    private final class Watch implements PacketInterceptor {
        @Override
        public Decision.OfPacket<RawPacket> onRead(RawPacket packet) {
            if (packet.type() == PacketType.PINGREQ) {
                seenAtPing.set(seen.get());
            }
            return Decision.proceed();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private TestBroker start() {
        return TestBroker.start(builder ->
                builder.loops(1).listener(Listener.tcp(0)).extension(new Busy()).interceptor(new Watch()));
    }

    private static List<CompletableFuture<PublishResult>> burst(TestBroker broker) {
        List<CompletableFuture<PublishResult>> results = new ArrayList<>();
        for (int i = 0; i < BURST; i++) {
            results.add(broker.broker().publish(Message.of("a/" + i, "x")).toCompletableFuture());
        }
        return results;
    }

    @Test
    void leavesTurnsToClients() throws Exception {
        try (TestBroker broker = start()) {
            TestClient client = broker.tcpClient(ProtocolVersion.MQTT_5);
            client.connect("client", true);

            List<CompletableFuture<PublishResult>> results = burst(broker);
            await(begun);
            client.send(PingReq.INSTANCE);
            pinged.countDown();

            client.expect(PingResp.class);
            assertThat(seenAtPing)
                    .as("messages routed before the client's packet")
                    .hasValueLessThan(BURST / 2);
            for (CompletableFuture<PublishResult> each : results) {
                each.get(20, TimeUnit.SECONDS);
            }
            assertThat(seen).hasValue(BURST);
        }
    }

    @Test
    void isRoutedOrRefusedWhenTheBrokerCloses() throws Exception {
        List<CompletableFuture<PublishResult>> results;
        try (TestBroker broker = start()) {
            pinged.countDown();
            results = burst(broker);
        }

        for (CompletableFuture<PublishResult> each : results) {
            assertThat(each).isDone();
            if (each.isCompletedExceptionally()) {
                assertThatThrownBy(each::get)
                        .isInstanceOf(ExecutionException.class)
                        .hasCauseInstanceOf(PublishRefusedException.class);
            }
        }
    }
}
