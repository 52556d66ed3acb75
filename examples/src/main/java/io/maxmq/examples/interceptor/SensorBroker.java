package io.maxmq.examples.interceptor;

import io.maxmq.MaxMQ;
import io.maxmq.config.Listener;
import io.maxmq.spi.Message;
import java.util.concurrent.ExecutionException;

/** A broker with {@link SensorRules}, until Enter is pressed. */
public final class SensorBroker {
    private SensorBroker() {}

    public static void main(String[] args) throws Exception {
        try (MaxMQ broker = MaxMQ.builder()
                .listener(Listener.tcp(0))
                .allowAnonymous()
                .interceptor(new SensorRules())
                .start()) {
            int port = broker.listeners().tcp().port();
            System.out.println("sensors publish numbers to sensors/NAME on port " + port);
            show(broker, "21.5");
            show(broker, "warm");
            System.in.read(); // until Enter is pressed
        }
    }

    /** Publishes what a sensor could publish; interceptors see messages of the application too. */
    private static void show(MaxMQ broker, String reading) throws Exception {
        try {
            broker.publish(Message.of("sensors/roof", reading))
                    .toCompletableFuture()
                    .get();
            System.out.println("the reading " + reading + " was accepted");
        } catch (ExecutionException e) {
            System.out.println("the reading " + reading + " was rejected: " + e.getMessage());
        }
    }
}
