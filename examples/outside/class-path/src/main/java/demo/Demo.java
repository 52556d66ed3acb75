package demo;

import io.maxmq.MaxMQ;
import io.maxmq.config.Listener;
import io.maxmq.spi.Message;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Starts a broker, sends a message through it and shows what came back. */
public final class Demo {
    private Demo() {}

    public static void main(String[] args) throws Exception {
        try (MaxMQ broker =
                MaxMQ.builder().listener(Listener.tcp(0)).allowAnonymous().start()) {
            CompletableFuture<String> received = new CompletableFuture<>();
            broker.subscribe("greetings/#", message -> received.complete(message.payloadText()))
                    .active()
                    .thenRun(() -> broker.publish(Message.of("greetings/world", "Hello, MQTT")));
            System.out.println(received.get(30, TimeUnit.SECONDS));
        }
    }
}
