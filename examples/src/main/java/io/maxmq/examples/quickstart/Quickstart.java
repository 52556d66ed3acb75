package io.maxmq.examples.quickstart;

import io.maxmq.MaxMQ;
import io.maxmq.config.Listener;
import io.maxmq.spi.Message;

/** The README's program: a broker, a subscription and a message, until Enter is pressed. */
public final class Quickstart {
    public static void main(String[] args) throws Exception {
        try (MaxMQ broker =
                MaxMQ.builder().listener(Listener.tcp(0)).allowAnonymous().start()) {
            broker.subscribe("greetings/#", message -> System.out.println(message.payloadText()))
                    .active()
                    .thenRun(() -> broker.publish(Message.of("greetings/world", "Hello, MQTT")));
            int port = broker.listeners().tcp().port();
            System.out.println("MQTT clients connect to port " + port);
            System.in.read(); // until Enter is pressed
        }
    }
}
