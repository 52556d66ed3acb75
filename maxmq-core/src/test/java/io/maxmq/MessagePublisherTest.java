package io.maxmq;

import io.maxmq.codec.QoS;
import io.maxmq.spi.Message;
import io.maxmq.spi.admin.ClientQuery;
import io.maxmq.spi.event.BrokerEvent.PluginFailed;
import io.maxmq.spi.event.BrokerEvent.SessionExpired;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A subscription as a reactive stream, by the rules of the Reactive Streams specification that its names cite. */
class MessagePublisherTest {
    @AutoClose
    private final TestBroker broker = TestBroker.start(builder -> builder.loops(2));

    /** Writes down each signal; two at a time are a failure (§1.3). */
    private static class Recorder implements Flow.Subscriber<Message> {
        private final BlockingQueue<String> signals = new LinkedBlockingQueue<>();
        private final AtomicInteger inside = new AtomicInteger();
        private volatile Flow.Subscription subscription;

        private void signal(String text, Runnable then) {
            signals.add(inside.incrementAndGet() == 1 ? text : "concurrent " + text);
            then.run();
            inside.decrementAndGet();
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given; // before anybody can have heard of it
            signal("subscribed", this::whenSubscribed);
        }

        void whenSubscribed() {}

        @Override
        public void onNext(Message message) {
            signal(message.payloadText(), this::whenNext);
        }

        void whenNext() {}

        @Override
        public void onError(Throwable failure) {
            signal("error " + failure.getClass().getSimpleName() + " " + failure.getMessage(), () -> {});
        }

        @Override
        public void onComplete() {
            signal("complete", () -> {});
        }

        String next() {
            try {
                String next = signals.poll(30, TimeUnit.SECONDS);
                assertThat(next).as("a signal within the deadline").isNotNull();
                return next;
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    private static <T> T get(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("no answer", e);
        }
    }

    /** Subscribes and waits until the subscription is in force. */
    private <R extends Recorder> R subscribe(R recorder, SubscribeOptions options) {
        long before = broker.broker().subscriptions().count();
        broker.broker().publisher("a", options).subscribe(recorder);
        assertThat(recorder.next()).isEqualTo("subscribed");
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (broker.broker().subscriptions().count() == before) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
        return recorder;
    }

    private void publish(String payload, QoS qos) {
        assertThat(broker.publish(Message.builder("a").payload(payload).qos(qos).build())
                        .queued())
                .isEqualTo(1);
    }

    /** All that the subscriptions' loops and workers have to do before this is done: messages would have come. */
    private void settle() {
        for (int i = 0; i < 3; i++) {
            get(broker.broker().sessions().query(ClientQuery.all()));
        }
    }

    @Test
    void givesNoMoreThanWasRequested_1_1() {
        Recorder recorder = subscribe(new Recorder(), SubscribeOptions.defaults());
        for (int i = 0; i < 5; i++) {
            publish("m" + i, i % 2 == 0 ? QoS.AT_MOST_ONCE : QoS.EXACTLY_ONCE);
        }
        settle();
        assertThat(recorder.signals).isEmpty();

        recorder.subscription.request(2);
        assertThat(recorder.next()).isEqualTo("m0");
        assertThat(recorder.next()).isEqualTo("m1");
        settle();
        assertThat(recorder.signals).isEmpty();

        recorder.subscription.request(1);
        recorder.subscription.request(Long.MAX_VALUE);
        recorder.subscription.request(Long.MAX_VALUE); // §3.17: as if without bound
        for (int i = 2; i < 5; i++) {
            assertThat(recorder.next()).isEqualTo("m" + i);
        }
        publish("m5", QoS.AT_LEAST_ONCE);
        assertThat(recorder.next()).isEqualTo("m5");
    }

    @Test
    void signalsAreSerialWhoeverRequests_1_3() throws InterruptedException {
        Recorder recorder = subscribe(
                new Recorder() {
                    @Override
                    void whenSubscribed() {
                        subscriptionOf(this).request(1); // §3.2: from within, and before anything else
                    }

                    @Override
                    void whenNext() {
                        subscriptionOf(this).request(1); // §3.3: no endless recursion
                    }
                },
                SubscribeOptions.defaults().window(1000));
        Thread requesting = new Thread(() -> {
            for (int i = 0; i < 500; i++) {
                recorder.subscription.request(1);
            }
        });
        requesting.start();

        for (int i = 0; i < 500; i++) {
            publish("m" + i, QoS.AT_MOST_ONCE);
        }

        for (int i = 0; i < 500; i++) {
            assertThat(recorder.next()).isEqualTo("m" + i);
        }
        requesting.join(30_000);
    }

    private static Flow.Subscription subscriptionOf(Recorder recorder) {
        return recorder.subscription;
    }

    @Test
    void failsOnARequestForNothing_3_9() {
        Recorder recorder = subscribe(new Recorder(), SubscribeOptions.defaults());

        recorder.subscription.request(0);

        assertThat(recorder.next())
                .startsWith("error IllegalArgumentException")
                .contains("3.9")
                .contains("n=0");
        broker.events().await(SessionExpired.class);
        recorder.subscription.request(1); // §3.6
        recorder.subscription.cancel(); // §3.7
        assertThat(broker.publish(Message.of("a", "late")).matched()).isZero();
        assertThat(recorder.signals).isEmpty();
    }

    @Test
    void endsWhenCancelled_1_8_and_3_12() {
        Recorder recorder = subscribe(new Recorder(), SubscribeOptions.defaults());
        recorder.subscription.request(10);
        publish("m0", QoS.AT_LEAST_ONCE);
        assertThat(recorder.next()).isEqualTo("m0");

        recorder.subscription.cancel();
        recorder.subscription.cancel();

        broker.events().await(SessionExpired.class);
        assertThat(broker.publish(Message.of("a", "late")).matched()).isZero();
        assertThat(recorder.signals).isEmpty();
    }

    @Test
    void completesWhenTheBrokerCloses_1_5_and_1_7() {
        Recorder recorder = subscribe(new Recorder(), SubscribeOptions.defaults());
        Flow.Publisher<Message> publisher = broker.broker().publisher("a");

        broker.broker().close();

        assertThat(recorder.next()).isEqualTo("complete");
        Recorder late = new Recorder();
        publisher.subscribe(late);
        assertThat(late.next()).isEqualTo("subscribed"); // §1.9
        assertThat(late.next()).startsWith("error IllegalStateException");
        assertThat(recorder.signals).isEmpty();
    }

    @Test
    void eachSubscriberHasItsOwn_1_11() {
        Flow.Publisher<Message> publisher = broker.broker().publisher("a");
        Recorder one = subscribe(new Recorder(), SubscribeOptions.defaults());
        Recorder two = subscribe(new Recorder(), SubscribeOptions.defaults());
        one.subscription.request(1);

        assertThat(broker.publish(Message.of("a", "m")).queued()).isEqualTo(2);

        assertThat(one.next()).isEqualTo("m");
        assertThat(two.signals).isEmpty();
        two.subscription.request(1);
        assertThat(two.next()).isEqualTo("m");
        assertThatThrownBy(() -> publisher.subscribe(null)).isInstanceOf(NullPointerException.class);
    }

    @Test
    void aSubscriberThatThrowsHasCancelled_2_13() {
        Recorder recorder = subscribe(
                new Recorder() {
                    @Override
                    void whenNext() {
                        throw new IllegalStateException("bad");
                    }
                },
                SubscribeOptions.defaults());
        recorder.subscription.request(10);

        publish("m0", QoS.AT_LEAST_ONCE);

        assertThat(recorder.next()).isEqualTo("m0");
        assertThat(broker.events().await(PluginFailed.class).operation()).isEqualTo("onNext");
        broker.events().await(SessionExpired.class);
    }

    @Test
    void aDurableStreamGoesOnWhereItWasCancelled() {
        SubscribeOptions durable = SubscribeOptions.defaults().durable("stream");
        Recorder first = subscribe(new Recorder(), durable);
        publish("m0", QoS.AT_LEAST_ONCE);
        publish("m1", QoS.AT_LEAST_ONCE);
        first.subscription.request(1);
        assertThat(first.next()).isEqualTo("m0");
        awaitHeld(1);
        first.subscription.cancel();
        publish("m2", QoS.AT_LEAST_ONCE);

        Recorder second = new Recorder();
        broker.broker().publisher("a", durable).subscribe(second);
        assertThat(second.next()).isEqualTo("subscribed");
        second.subscription.request(10);

        assertThat(second.next()).isEqualTo("m1");
        assertThat(second.next()).isEqualTo("m2");
        Recorder third = new Recorder();
        broker.broker().publisher("a", durable).subscribe(third);
        assertThat(second.next()).startsWith("error IllegalStateException").contains("SESSION_TAKEN_OVER");
    }

    private void awaitHeld(int messages) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (get(broker.broker().sessions().find("$in-process/stream"))
                        .orElseThrow()
                        .inFlightMessages()
                != messages) {
            assertThat(System.nanoTime()).isLessThan(deadline);
        }
    }

    @Test
    void isNotInline() {
        Consumer<SubscribeOptions> publisher = options -> broker.broker().publisher("a", options);

        assertThatThrownBy(() -> publisher.accept(SubscribeOptions.defaults().inline()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("topicFilter=a");
    }
}
