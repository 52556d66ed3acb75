package demo;

import io.maxmq.MaxMQ;
import io.maxmq.config.Listener;
import io.maxmq.spi.Message;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** Starts a broker as a bean, sends a message through it, shows what came back and ends. */
@SpringBootApplication
public class Application {
    public static void main(String[] args) {
        SpringApplication.run(Application.class, args).close();
    }

    @Bean
    MaxMQ broker() {
        return MaxMQ.builder().listener(Listener.tcp(0)).allowAnonymous().start();
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
