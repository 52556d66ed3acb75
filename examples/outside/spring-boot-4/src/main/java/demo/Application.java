package demo;

import io.maxmq.MaxMQ;
import io.maxmq.spi.Message;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** Starts with the broker of the starter, sends a message through it, shows the received one and ends. */
@SpringBootApplication
public class Application {
    public static void main(String[] args) {
        SpringApplication.run(Application.class, args).close();
    }

    @Bean
    CommandLineRunner demo(MaxMQ broker) {
        return arguments -> {
            CompletableFuture<String> received = new CompletableFuture<>();
            broker.subscribe("greetings/#", message -> received.complete(message.payloadText()))
                    .active()
                    .thenRun(() -> broker.publish(Message.of("greetings/world", "Hello, MQTT")));
            System.out.println(received.get(30, TimeUnit.SECONDS));
        };
    }
}
