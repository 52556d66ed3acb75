package io.maxmq;

import io.maxmq.config.Listener;
import io.maxmq.config.MemoryLimits;
import io.maxmq.spi.MemoryAccount;
import io.maxmq.spi.Message;
import io.maxmq.spi.admin.Health;
import io.maxmq.spi.admin.Health.Check;
import io.maxmq.spi.admin.Health.Status;
import io.maxmq.spi.event.BrokerEvent.MemoryPressureChanged;
import io.maxmq.spi.extension.BrokerContext;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What a probe is told. */
class HealthTest {
    private static final int WORKER_QUEUE = 8;

    private final AtomicReference<BrokerContext> context = new AtomicReference<>();
    private final AtomicReference<Health> beforeStart = new AtomicReference<>();

    /** One whose loops are not suspected, however busy the machine is. */
    private TestBroker start(int loops) {
        return start(loops, Duration.ofSeconds(20));
    }

    private TestBroker start(int loops, Duration stallThreshold) {
        return TestBroker.start(builder -> builder.loops(loops)
                .listener(Listener.tcp(0).withName("one"))
                .listener(Listener.tcp(0).withName("two"))
                .memory(new MemoryLimits(64 << 20, 16 << 20))
                .configure(config ->
                        config.stallThreshold(stallThreshold).workers(1).workerQueue(WORKER_QUEUE))
                .extension(given -> {
                    context.set(given);
                    beforeStart.set(given.health());
                    return CompletableFuture.completedFuture(null);
                }));
    }

    @Test
    void isUpAndReadyOnceStarted() {
        try (TestBroker broker = start(2)) {
            Health health = broker.broker().health();

            assertThat(health.status()).isEqualTo(Status.UP);
            assertThat(health.checks())
                    .extracting(Check::name)
                    .containsExactly("broker", "loops", "listeners", "memory", "workers");
            assertThat(health.check("listeners").detail()).isEqualTo("2 bound");
            assertThat(broker.broker().isReady()).isTrue();
            assertThat(context.get().health().isReady()).isTrue();
            assertThat(beforeStart.get().isReady()).isFalse();
            assertThat(beforeStart.get().check("broker").status()).isEqualTo(Status.DEGRADED);
            assertThatThrownBy(() -> health.check("coffee"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("coffee");

            broker.broker().close();

            assertThat(broker.broker().health().status()).isEqualTo(Status.DOWN);
            assertThat(broker.broker().isReady()).isFalse();
        }
    }

    @Test
    void isNotReadyWhenAllListenersArePaused() {
        try (TestBroker broker = start(1)) {
            Listeners listeners = broker.broker().listeners();
            listeners.pause("one").toCompletableFuture().join();
            assertThat(broker.broker().isReady()).isTrue();
            assertThat(broker.broker().health().check("listeners").detail()).isEqualTo("2 bound, paused: [one]");

            listeners.pause("two").toCompletableFuture().join();

            assertThat(broker.broker().isReady()).isFalse();
            assertThat(broker.broker().health().status()).isEqualTo(Status.DEGRADED);

            listeners.resume("one").toCompletableFuture().join();
            assertThat(broker.broker().isReady()).isTrue();
        }
    }

    @Test
    void tellsWhichLoopsDoNotTurn() {
        try (TestBroker broker = start(2, Duration.ofMillis(100))) {
            CountDownLatch release = blockALoop(broker);

            Health stalled = await(broker, health -> health.check("loops").status() == Status.DEGRADED);
            release.countDown();

            assertThat(stalled.check("loops").detail())
                    .startsWith("do not turn: [")
                    .endsWith("] of 2");
            assertThat(stalled.isReady()).isTrue();
            await(broker, health -> health.status() == Status.UP);
        }
    }

    @Test
    void isDownWhenNoLoopTurns() {
        try (TestBroker broker = start(1, Duration.ofMillis(100))) {
            CountDownLatch release = blockALoop(broker);

            Health stalled = await(broker, health -> health.status() == Status.DOWN);
            release.countDown();

            assertThat(stalled.check("loops").status()).isEqualTo(Status.DOWN);
            assertThat(stalled.isReady()).isFalse();
            await(broker, Health::isReady);
        }
    }

    private static CountDownLatch blockALoop(TestBroker broker) {
        CountDownLatch release = new CountDownLatch(1);
        broker.broker()
                .subscribe("block", SubscribeOptions.defaults().inline(), message -> await(release))
                .active()
                .toCompletableFuture()
                .join();
        broker.broker().publish(Message.of("block", "x"));
        return release;
    }

    private static Health await(TestBroker broker, Predicate<Health> fits) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        Health health = broker.broker().health();
        while (!fits.test(health)) {
            assertThat(System.nanoTime()).as(health.toString()).isLessThan(deadline);
            LockSupport.parkNanos(1_000_000);
            health = broker.broker().health();
        }
        return health;
    }

    @Test
    void isDegradedWhenMemoryIsShort() {
        try (TestBroker broker = start(1)) {
            MemoryAccount account = context.get().memoryAccount();
            assertThat(account.tryCharge(33 << 20)).isTrue();

            assertThat(broker.broker().health().check("memory").status()).isEqualTo(Status.DEGRADED);

            account.release(33 << 20);
            assertThat(broker.broker().health().check("memory").status()).isEqualTo(Status.UP);
        }
    }

    @Test
    void tellsListenersWhenMemoryRunsShortAndWhenNoLonger() {
        try (TestBroker broker = start(1, Duration.ofMillis(20))) {
            MemoryAccount account = context.get().memoryAccount();
            assertThat(account.tryCharge(33 << 20)).isTrue();

            MemoryPressureChanged shortOf =
                    broker.events().await(MemoryPressureChanged.class, MemoryPressureChanged::isShort);
            account.release(33 << 20);

            assertThat(shortOf.usedBytes()).isBetween(33L << 20, 75L << 19);
            assertThat(shortOf.capacityBytes()).isEqualTo(75 << 19); // the rest is set aside
            broker.events().await(MemoryPressureChanged.class, event -> !event.isShort());
        }
    }

    @Test
    void isDegradedWhenWorkersAreBehind() {
        try (TestBroker broker = start(1)) {
            CountDownLatch release = new CountDownLatch(1);
            for (int i = 0; i < WORKER_QUEUE; i++) {
                context.get().workers().execute(() -> await(release));
            }

            Health behind = broker.broker().health();
            release.countDown();

            assertThat(behind.check("workers").status()).isEqualTo(Status.DEGRADED);
            assertThat(behind.check("workers").detail()).contains("of " + WORKER_QUEUE + " wait");
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
