package io.maxmq.examples.springboot;

import io.maxmq.MaxMQ;
import io.maxmq.config.Listener;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** A Spring Boot application with a broker in it. The broker's threads keep it running. */
@SpringBootApplication
public class Application {
    public static void main(String[] args) {
        SpringApplication.run(Application.class, args);
    }

    /**
     * The broker starts with the context and ends with it. No starter is needed: it is an object like any other.
     *
     * @param port {@code mqtt.port}, 0 for a free one
     */
    @Bean(destroyMethod = "close")
    MaxMQ broker(@Value("${mqtt.port}") int port) {
        return MaxMQ.builder()
                .name("spring")
                .listener(Listener.tcp(port))
                .allowAnonymous()
                .start();
    }
}
