package io.maxmq.examples.migration;

import io.maxmq.MaxMQ;
import io.maxmq.config.Listener;
import io.maxmq.spi.Message;
import io.maxmq.spi.event.BrokerEvent.ClientConnected;
import io.maxmq.spi.extension.BrokerContext;
import io.maxmq.spi.extension.Extension;
import io.maxmq.storage.RocksDbStorage;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A program that embedded HiveMQ Community Edition with an extension, on MaxMQ. */
public final class FromHiveMq {
    public static void main(String[] args) throws Exception {
        try (MaxMQ broker = MaxMQ.builder()
                .listener(Listener.tcp("0.0.0.0", 1883))
                .allowAnonymous()
                .storage(RocksDbStorage.at(Path.of("data")))
                .extension(new Greeter())
                .start()) {
            System.in.read(); // until Enter is pressed
        }
    }

    /** An extension: an object of the program, in place of an ExtensionMain in the folder of extensions. */
    static final class Greeter implements Extension {
        @Override
        public CompletionStage<Void> start(BrokerContext context) {
            context.addListener(event -> {
                if (event instanceof ClientConnected connected) {
                    String topic = "greetings/" + connected.client().clientId();
                    context.publish(Message.of(topic, "Hello"));
                }
            });
            return CompletableFuture.completedFuture(null);
        }
    }
}
