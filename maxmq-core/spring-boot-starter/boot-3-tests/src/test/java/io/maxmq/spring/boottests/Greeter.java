package io.maxmq.spring.boottests;

import io.maxmq.MaxMQ;
import io.maxmq.spi.Message;
import java.util.concurrent.TimeUnit;

/** Answers {@code greetings/ask} on {@code greetings/answer}. */
final class Greeter {
    /** How many listeners the broker had when this bean was made. */
    final int listeners;

    Greeter(MaxMQ broker) throws Exception {
        listeners = broker.listeners().all().size();
        broker.subscribe(
                        "greetings/ask",
                        name -> broker.publish(Message.of("greetings/answer", "Hello, " + name.payloadText())))
                .active()
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
    }
}
