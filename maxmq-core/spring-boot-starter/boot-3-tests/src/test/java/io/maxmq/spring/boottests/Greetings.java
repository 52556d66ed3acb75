package io.maxmq.spring.boottests;

import io.maxmq.MaxMQ;
import org.springframework.context.annotation.Bean;

/** The beans of an application that greets. */
class Greetings {
    @Bean
    Greeter greeter(MaxMQ broker) throws Exception {
        return new Greeter(broker);
    }
}
