package io.maxmq.examples.interceptor;

import io.maxmq.MaxMQ;
import io.maxmq.config.Listener;

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
            System.in.read(); // until Enter is pressed
        }
    }
}
