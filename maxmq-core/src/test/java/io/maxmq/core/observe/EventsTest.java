package io.maxmq.core.observe;

import io.maxmq.spi.Message;
import io.maxmq.spi.Registration;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.event.BrokerEvent;
import io.maxmq.spi.event.BrokerEvent.BrokerStarted;
import io.maxmq.spi.event.BrokerEvent.BrokerStopping;
import io.maxmq.spi.event.BrokerEvent.Failure;
import io.maxmq.spi.event.BrokerEvent.LoopStalled;
import io.maxmq.spi.event.BrokerEvent.MessageUnmatched;
import io.maxmq.spi.event.BrokerEvent.PluginFailed;
import io.maxmq.spi.event.BrokerListener;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class EventsTest {

    private final FakeClock clock = new FakeClock();
    private final Loggers loggers = new Loggers("test");
    private final WorkerPool workers = new WorkerPool("worker", 2, 100, Duration.ofSeconds(10), loggers);
    private final Events events = new Events(workers, clock, loggers);

    @AfterEach
    void close() {
        workers.close();
    }

    @Test
    void wantsNoEventWithoutListeners() {
        assertThat(events.wants(BrokerStarted.class)).isFalse();

        events.emit(new BrokerStarted(0, "b"));
    }

    @Test
    void wantsOnlyKindsThatAListenerWants() {
        Registration registration = events.add(new Recorder("r", BrokerStarted.class));

        assertThat(events.wants(BrokerStarted.class)).isTrue();
        assertThat(events.wants(BrokerStopping.class)).isFalse();

        registration.close();
        assertThat(events.wants(BrokerStarted.class)).isFalse();
    }

    @Test
    void eachListenerGetsItsEventsInOrder() throws Exception {
        Recorder started = new Recorder("started", BrokerStarted.class);
        Recorder both = new Recorder("both", BrokerStarted.class, BrokerStopping.class);
        events.add(started);
        events.add(both);

        events.emit(new BrokerStarted(1, "b"));
        events.emit(new BrokerStopping(2, "b"));
        events.emit(new BrokerStarted(3, "b"));

        assertThat(started.next()).isEqualTo(new BrokerStarted(1, "b"));
        assertThat(started.next()).isEqualTo(new BrokerStarted(3, "b"));
        assertThat(both.next()).isEqualTo(new BrokerStarted(1, "b"));
        assertThat(both.next()).isEqualTo(new BrokerStopping(2, "b"));
        assertThat(both.next()).isEqualTo(new BrokerStarted(3, "b"));
    }

    @Test
    void eventsOfABatchWakeNoThreadBeforeItsEnd() throws Exception {
        Recorder recorder = new Recorder("r", BrokerStarted.class, BrokerStopping.class);
        events.add(recorder);

        boolean owed = events.emitInBatch(new BrokerStarted(1, "b"));
        owed &= events.emitInBatch(new BrokerStopping(2, "b"));

        assertThat(owed).isTrue();
        assertThat(workerThreads()).isZero();
        events.wake();
        assertThat(recorder.next()).isEqualTo(new BrokerStarted(1, "b"));
        assertThat(recorder.next()).isEqualTo(new BrokerStopping(2, "b"));
    }

    @Test
    void otherEventsDeliverAnOpenBatch() throws Exception {
        Recorder recorder = new Recorder("r", BrokerStarted.class, LoopStalled.class);
        events.add(recorder);

        events.emitInBatch(new BrokerStarted(1, "b"));
        events.emit(new LoopStalled(
                2, "loop", Duration.ofSeconds(1))); // the loop that owes the wake-up may be the stalled one

        assertThat(recorder.next()).isEqualTo(new BrokerStarted(1, "b"));
        assertThat(recorder.next()).isInstanceOf(LoopStalled.class);
    }

    @Test
    void deliveryOfALargeBatchStartsBeforeItsEnd() throws Exception {
        Recorder recorder = new Recorder("r", BrokerStarted.class);
        events.add(recorder);

        for (int i = 0; i < 1000; i++) {
            events.emitInBatch(new BrokerStarted(i, "b"));
        }

        assertThat(recorder.next()).isEqualTo(new BrokerStarted(0, "b"));
    }

    @Test
    void unwantedEventOwesNoWakeUp() {
        events.add(new Recorder("r", BrokerStarted.class));

        assertThat(events.emitInBatch(new BrokerStopping(1, "b"))).isFalse();
    }

    private static long workerThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(each -> each.getName().startsWith("maxmq-events-worker-"))
                .count();
    }

    @Test
    void reportsAThrowingListenerAndCallsItAgain() throws Exception {
        Recorder other = new Recorder("other", PluginFailed.class);
        LinkedBlockingQueue<BrokerEvent> seen = new LinkedBlockingQueue<>();
        events.add(other);
        events.add(new BrokerListener() {
            @Override
            public void onEvent(BrokerEvent event) {
                seen.add(event);
                throw new IllegalStateException("on purpose");
            }

            @Override
            public String name() {
                return "thrower";
            }
        });

        events.emit(new BrokerStarted(1, "b"));
        PluginFailed failed = (PluginFailed) other.next();
        events.emit(new BrokerStopping(2, "b"));

        assertThat(failed.plugin()).isEqualTo("thrower");
        assertThat(failed.operation()).isEqualTo("onEvent");
        assertThat(failed.failure()).isEqualTo(Failure.THREW);
        assertThat(failed.cause()).get().isInstanceOf(IllegalStateException.class);
        assertThat(poll(seen)).isEqualTo(new BrokerStarted(1, "b"));
        assertThat(poll(seen)).isEqualTo(new BrokerStopping(2, "b")); // not its own failure
    }

    @Test
    void slowListenerLosesOnlyItsOwnEventsAndTheyAreCounted() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        events.add(event -> {
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Recorder quick = new Recorder("quick", BrokerStarted.class);

        for (int i = 0; i < 5000; i++) {
            events.emit(new BrokerStopping(i, "b")); // wanted only by the slow listener
        }
        events.add(quick);
        events.emit(new BrokerStarted(1, "b"));

        assertThat(quick.next()).isEqualTo(new BrokerStarted(1, "b"));
        assertThat(events.lost()).isEqualTo(5000 - 4096 + 1);
        assertThat(events.failures().count(each -> true)).isEqualTo(events.lost());
        release.countDown();
    }

    @Test
    void removedListenerGetsNoWaitingEvents() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch entered = new CountDownLatch(1);
        LinkedBlockingQueue<BrokerEvent> seen = new LinkedBlockingQueue<>();
        Registration registration = events.add(event -> {
            entered.countDown();
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            seen.add(event);
        });
        events.emit(new BrokerStarted(1, "b"));
        events.emit(new BrokerStarted(2, "b"));
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();

        registration.close();
        registration.close();
        release.countDown();
        workers.close();

        assertThat(seen).containsExactly(new BrokerStarted(1, "b"));
    }

    @Test
    void failuresBeyondTheNameLimitAreReportedTogether() throws Exception {
        Recorder recorder = new Recorder("r", PluginFailed.class);
        events.add(recorder);
        PluginFailures failures = events.failures();

        for (int i = 0; i < 3000; i++) {
            failures.report("in-process-" + i, "onMessage", Failure.THREW, null);
        }
        clock.advance(Duration.ofSeconds(1));
        failures.report("the last", "onMessage", Failure.THREW, null);

        for (int i = 0; i < 1001; i++) {
            assertThat(((PluginFailed) recorder.next()).count()).isEqualTo(1);
        }
        PluginFailed last = (PluginFailed) recorder.next();
        assertThat(last.plugin()).isEqualTo("the last");
        assertThat(last.count()).isEqualTo(2000);
        assertThat(failures.count(each -> true)).isEqualTo(3001);
    }

    @Test
    void equalFailuresCauseOneEventPerSecondWithTheirNumber() throws Exception {
        Recorder recorder = new Recorder("r", PluginFailed.class);
        events.add(recorder);
        PluginFailures failures = events.failures();

        failures.report("acl", "authorize", Failure.TIMEOUT, null);
        failures.report("acl", "authorize", Failure.TIMEOUT, null);
        failures.report("acl", "authorize", Failure.TIMEOUT, null);
        failures.report("acl", "authorize", Failure.THREW, null);
        clock.advance(Duration.ofSeconds(1));
        failures.report("acl", "authorize", Failure.TIMEOUT, null);

        assertThat(((PluginFailed) recorder.next()).count()).isEqualTo(1);
        assertThat(((PluginFailed) recorder.next()).failure()).isEqualTo(Failure.THREW);
        assertThat(((PluginFailed) recorder.next()).count()).isEqualTo(3);
        assertThat(failures.count(each -> true)).isEqualTo(5);
    }

    @Test
    void listenerGetsAllKindsByDefault() throws Exception {
        LinkedBlockingQueue<BrokerEvent> seen = new LinkedBlockingQueue<>();
        events.add(seen::add);

        events.emit(new LoopStalled(1, "loop", Duration.ofSeconds(1)));

        assertThat(poll(seen)).isInstanceOf(LoopStalled.class);
        for (Class<?> kind : BrokerEvent.class.getPermittedSubclasses()) {
            assertThat(events.wants(kind.asSubclass(BrokerEvent.class))).isTrue();
        }
    }

    @Test
    void eventsCarryMessagesOnlyWhenWantedAndWithinTheBound() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        LinkedBlockingQueue<BrokerEvent> seen = new LinkedBlockingQueue<>();
        Recorder bare = new Recorder("bare", MessageUnmatched.class);
        events.add(bare);
        assertThat(events.wantsMessages(MessageUnmatched.class)).isFalse();
        events.add(new BrokerListener() {
            @Override
            public void onEvent(BrokerEvent event) {
                awaitQuietly(held);
                seen.add(event);
            }

            @Override
            public boolean wants(Class<? extends BrokerEvent> kind) {
                return kind == MessageUnmatched.class;
            }

            @Override
            public boolean wantsMessages() {
                return true;
            }
        });
        assertThat(events.wantsMessages(MessageUnmatched.class)).isTrue();
        assertThat(events.wantsMessages(LoopStalled.class)).isFalse();

        Message large = Message.builder("t").wrapPayload(new byte[10 << 20]).build();
        for (int i = 0; i < 3; i++) {
            events.emit(new MessageUnmatched(i, Tenant.DEFAULT, "c", "t", Optional.empty(), Optional.of(large)));
        }
        held.countDown();

        assertThat(((MessageUnmatched) bare.next()).message()).isEmpty();
        assertThat(((MessageUnmatched) poll(seen)).message()).contains(large);
        assertThat(((MessageUnmatched) poll(seen)).message()).isEmpty();
        assertThat(((MessageUnmatched) poll(seen)).message()).isEmpty();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static BrokerEvent poll(BlockingQueue<BrokerEvent> queue) throws InterruptedException {
        BrokerEvent event = queue.poll(10, TimeUnit.SECONDS);
        assertThat(event).as("an event within 10 s").isNotNull();
        return event;
    }

    private static final class Recorder implements BrokerListener {
        private final String name;
        private final Set<Class<? extends BrokerEvent>> kinds;
        private final BlockingQueue<BrokerEvent> seen = new LinkedBlockingQueue<>();

        @SafeVarargs
        Recorder(String name, Class<? extends BrokerEvent>... kinds) {
            this.name = name;
            this.kinds = Set.of(kinds);
        }

        @Override
        public void onEvent(BrokerEvent event) {
            seen.add(event);
        }

        @Override
        public boolean wants(Class<? extends BrokerEvent> kind) {
            return kinds.contains(kind);
        }

        @Override
        public String name() {
            return name;
        }

        BrokerEvent next() throws InterruptedException {
            return poll(seen);
        }
    }
}
