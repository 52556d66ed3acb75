package io.maxmq.core.inprocess;

import io.maxmq.core.observe.PluginFailures;
import io.maxmq.core.observe.SerialExecutor;
import io.maxmq.spi.Message;
import io.maxmq.spi.event.BrokerEvent.Failure;
import java.util.Objects;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * A subscription of the application as a reactive stream: each subscriber of the stream has a session of its own, which sends as
 * much as was requested. A message is acknowledged when {@code onNext} returns. Thread-safe.
 */
final class MessagePublisher implements Flow.Publisher<Message> {
    private final SessionSubscriptions subscriptions;
    private final SessionSubscriptions.Request request;
    private final PluginFailures failures;

    MessagePublisher(
            SessionSubscriptions subscriptions, SessionSubscriptions.Request request, PluginFailures failures) {
        this.subscriptions = subscriptions;
        this.request = request;
        this.failures = failures;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super Message> subscriber) {
        Objects.requireNonNull(subscriber, "subscriber"); // §1.9
        new Stream(subscriber).begin();
    }

    /** One subscriber's. Signals go by the executor, so they are serial (§1.3). */
    private final class Stream implements Flow.Subscription, InProcessClient.Receiver {
        private final Flow.Subscriber<? super Message> subscriber;
        private final SerialExecutor executor;
        private final InProcessClient client;

        /** The last signal has been given, or the subscriber has cancelled (§1.7, §3.5). On the executor's thread or any. */
        private volatile boolean done;

        Stream(Flow.Subscriber<? super Message> subscriber) {
            this.subscriber = subscriber;
            this.executor = subscriptions.executor();
            this.client = subscriptions.client(request, this, executor);
        }

        void begin() {
            boolean accepted = executor.tryExecute(() -> {
                if (signal("onSubscribe", () -> subscriber.onSubscribe(this)) && !done) {
                    try {
                        subscriptions.connect(client, request); // what fails comes back by onEnd
                    } catch (IllegalStateException closed) {
                        client.end(closed);
                    }
                }
            });
            if (!accepted) { // the broker is closed; §1.9 wants onSubscribe first all the same
                signal("onSubscribe", () -> subscriber.onSubscribe(this));
                finish(new IllegalStateException("the broker is closed"));
            }
        }

        @Override
        public void request(long n) {
            if (done) {
                return; // §3.6
            }
            if (n <= 0) {
                client.end(new IllegalArgumentException("request must be for 1 or more (§3.9): n=" + n));
            } else {
                client.request(n);
            }
        }

        @Override
        public void cancel() {
            done = true;
            subscriptions.registration(client).close();
        }

        @Override
        public void onMessage(Message message, Runnable acknowledge) {
            if (!done && signal("onNext", () -> subscriber.onNext(message))) {
                acknowledge.run();
            }
        }

        @Override
        public void onEnd(@Nullable Throwable why) {
            if (!executor.tryExecute(() -> finish(why))) {
                finish(why);
            }
        }

        private void finish(@Nullable Throwable why) {
            if (done) {
                return;
            }
            done = true;
            if (why == null) {
                signal("onComplete", subscriber::onComplete);
            } else {
                signal("onError", () -> subscriber.onError(why));
            }
        }

        /** A subscriber must not throw (§2.13); one that does has cancelled. */
        private boolean signal(String name, Runnable signal) {
            try {
                signal.run();
                return true;
            } catch (Throwable t) {
                failures.report(client.key().clientId(), name, Failure.THREW, t);
                cancel();
                return false;
            }
        }
    }
}
