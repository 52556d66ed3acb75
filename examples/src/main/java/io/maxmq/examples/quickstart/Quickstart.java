package io.maxmq.examples.quickstart;

import io.maxmq.MaxMQ;
import io.maxmq.config.Listener;
import io.maxmq.spi.Message;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** The README's program: a broker, a subscription and a message, until Enter is pressed. */
public final class Quickstart {
    public static void main(String[] args) throws Exception {
        try (MaxMQ broker =
                MaxMQ.builder().listener(Listener.tcp(0)).allowAnonymous().start()) {
            BlockingQueue<String> received = new LinkedBlockingQueue<>();
            broker.subscribe("greetings/#", message -> received.add(message.payloadText()))
                    .active()
                    .thenRun(() -> broker.publish(Message.of("greetings/world", "Hello, MQTT")));
            System.out.println(received.take());
            int port = broker.listeners().tcp().port();
            System.out.println("MQTT clients connect to port " + port);
            System.in.read(); // until Enter is pressed
        }
    }
}
