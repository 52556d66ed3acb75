package io.maxmq.examples.migration;

import io.maxmq.MaxMQ;
import io.maxmq.codec.QoS;
import io.maxmq.config.Listener;
import io.maxmq.spi.Message;
import io.maxmq.spi.event.BrokerEvent.ClientConnected;
import io.maxmq.storage.RocksDbStorage;
import java.nio.file.Path;

/** A program that embedded Moquette, on MaxMQ. */
public final class FromMoquette {
    public static void main(String[] args) throws Exception {
        try (MaxMQ broker = MaxMQ.builder()
                .listener(Listener.tcp("0.0.0.0", 1883))
                .allowAnonymous()
                .storage(RocksDbStorage.at(Path.of("data")))
                .eventListener(event -> {
                    if (event instanceof ClientConnected connected) {
                        System.out.println("connected: " + connected.client().clientId());
                    }
                })
                .start()) {
            broker.subscribe("#", message -> System.out.println(message.topic() + ": " + message.payloadText()));
            broker.publish(Message.of("exit", "Hello", QoS.EXACTLY_ONCE).toBuilder()
                    .retain(true)
                    .build());
            System.in.read(); // until Enter is pressed
        }
    }
}
