package io.maxmq.spring.boottests;

import io.maxmq.MaxMQ;
import io.maxmq.memory.MemoryStorage;
import io.maxmq.spi.Clock;
import io.maxmq.spi.auth.Action;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.auth.Authenticator;
import io.maxmq.spi.auth.Authorization;
import io.maxmq.spi.auth.Authorizer;
import io.maxmq.spi.event.BrokerEvent;
import io.maxmq.spi.event.BrokerListener;
import io.maxmq.spi.extension.BrokerContext;
import io.maxmq.spi.extension.Extension;
import io.maxmq.spi.intercept.Decision;
import io.maxmq.spi.intercept.PublishInterceptor;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spring.MaxMQBuilderCustomizer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;

import static org.assertj.core.api.Assertions.assertThat;

class SpiBeansTest {

    @Test
    void brokerUsesTheBeansOfTheSpiInOrder() throws Exception {
        try (ConfigurableApplicationContext application =
                BootApplication.run(Plugins.class, "maxmq.listeners.mqtt.port=0")) {
            Calls calls = application.getBean(Calls.class);
            try (MqttClient client = MqttClient.connect(BootApplication.uri(application))) {
                client.publish("a", "b", false);
            }

            assertThat(application.getBean(MaxMQ.class).name()).isEqualTo("second");
            assertThat(calls.started.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(calls.inOrder)
                    .containsSubsequence(
                            "extension", "authenticator 1", "authenticator 2", "interceptor", "authorizer");
        }
    }

    static final class Calls {
        private final List<String> inOrder = new CopyOnWriteArrayList<>();
        private final CountDownLatch started = new CountDownLatch(1);
    }

    static class Plugins {
        @Bean
        Calls calls() {
            return new Calls();
        }

        @Bean
        @Order(2)
        Authenticator last(Calls calls) {
            return request -> {
                calls.inOrder.add("authenticator 2");
                return CompletableFuture.completedFuture(AuthenticationResult.allowed());
            };
        }

        @Bean
        @Order(1)
        Authenticator first(Calls calls) {
            return request -> {
                calls.inOrder.add("authenticator 1");
                return CompletableFuture.completedFuture(AuthenticationResult.next());
            };
        }

        @Bean
        Authorizer authorizer(Calls calls) {
            return (client, action) -> {
                if (action instanceof Action.Publish) {
                    calls.inOrder.add("authorizer");
                }
                return CompletableFuture.completedFuture(Authorization.allowed());
            };
        }

        @Bean
        PublishInterceptor interceptor(Calls calls) {
            return (publisher, message) -> {
                calls.inOrder.add("interceptor");
                return Decision.proceed();
            };
        }

        @Bean
        BrokerListener listener(Calls calls) {
            return event -> {
                if (event instanceof BrokerEvent.BrokerStarted) {
                    calls.started.countDown();
                }
            };
        }

        @Bean
        Extension extension(Calls calls) {
            return context -> {
                calls.inOrder.add("extension");
                return CompletableFuture.completedFuture(null);
            };
        }

        @Bean
        @Order(2)
        MaxMQBuilderCustomizer lastName() {
            return builder -> builder.name("second");
        }

        @Bean
        @Order(1)
        MaxMQBuilderCustomizer firstName() {
            return builder -> builder.name("first");
        }
    }

    @Test
    void storeAndClockCanBeBeans() throws Exception {
        try (ConfigurableApplicationContext application =
                BootApplication.run(State.class, "maxmq.listeners.mqtt.port=0", "maxmq.allow-anonymous=true")) {
            try (MqttClient client = MqttClient.connect(BootApplication.uri(application))) {
                client.publish("a", "b", true);
            }

            State state = application.getBean(State.class);
            assertThat(state.context.storage()).contains(application.getBean(KeyValueStore.class));
            assertThat(state.clockRead).isTrue();
        }
    }

    static class State {
        private volatile boolean clockRead;
        private volatile BrokerContext context;

        @Bean
        KeyValueStore store() {
            return MemoryStorage.create().store();
        }

        @Bean
        Extension extension() {
            return started -> {
                context = started;
                return CompletableFuture.completedFuture(null);
            };
        }

        @Bean
        Clock brokerClock() {
            return new Clock() {
                @Override
                public long epochMillis() {
                    clockRead = true;
                    return Clock.system().epochMillis();
                }

                @Override
                public long nanoTime() {
                    return Clock.system().nanoTime();
                }
            };
        }
    }
}
