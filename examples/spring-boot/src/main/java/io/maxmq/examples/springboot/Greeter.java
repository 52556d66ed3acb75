package io.maxmq.examples.springboot;

import io.maxmq.MaxMQ;
import io.maxmq.Subscription;
import io.maxmq.spi.Message;
import org.springframework.stereotype.Component;

/** Answers messages to {@code greetings/ask} on {@code greetings/answer}. */
@Component
class Greeter implements AutoCloseable {
    private final MaxMQ broker;
    private final Subscription questions;

    /** The broker runs, and its listeners open later: the subscription misses no message. */
    Greeter(MaxMQ broker) {
        this.broker = broker;
        this.questions = broker.subscribe("greetings/ask", this::answer);
    }

    private void answer(Message name) {
        broker.publish(Message.of("greetings/answer", "Hello, " + name.payloadText()));
    }

    @Override
    public void close() {
        questions.close();
    }
}
