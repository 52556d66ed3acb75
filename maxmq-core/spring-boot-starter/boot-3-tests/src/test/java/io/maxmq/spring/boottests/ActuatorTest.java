package io.maxmq.spring.boottests;

import io.maxmq.MaxMQ;
import io.maxmq.spi.event.MetricsSink;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

import static org.assertj.core.api.Assertions.assertThat;

class ActuatorTest {
    private static final String[] ANONYMOUS = {"maxmq.listeners.mqtt.port=0", "maxmq.allow-anonymous=true"};

    @Test
    void healthFollowsTheBroker() throws Exception {
        try (ConfigurableApplicationContext application = BootApplication.run(Nothing.class, ANONYMOUS)) {
            MaxMQ broker = application.getBean(MaxMQ.class);
            assertThat(ActuatorHealth.of(application, "maxmq")).isEqualTo("UP");

            broker.listeners().pause("mqtt").toCompletableFuture().get(30, TimeUnit.SECONDS);
            assertThat(ActuatorHealth.of(application, "maxmq")).isEqualTo("OUT_OF_SERVICE");

            broker.close();
            assertThat(ActuatorHealth.of(application, "maxmq")).isEqualTo("DOWN");
        }
    }

    @Test
    void healthIsOffByProperty() {
        try (ConfigurableApplicationContext application = BootApplication.run(
                Nothing.class,
                "maxmq.listeners.mqtt.port=0",
                "maxmq.allow-anonymous=true",
                "management.health.maxmq.enabled=false")) {
            assertThat(ActuatorHealth.of(application, "maxmq")).isEqualTo("none");
        }
    }

    @Test
    void registryOfTheApplicationHasTheBrokersMeters() throws Exception {
        try (ConfigurableApplicationContext application = BootApplication.run(Nothing.class, ANONYMOUS);
                MqttClient client = MqttClient.connect(BootApplication.uri(application))) {
            client.publish("a", "b", false);

            MeterRegistry registry = application.getBean(MeterRegistry.class);

            assertThat(registry.get("maxmq.listener.connections").gauge().value())
                    .isEqualTo(1);
            assertThat(registry.get("maxmq.messages.received").functionCounters().stream()
                            .mapToDouble(each -> each.count())
                            .sum())
                    .isEqualTo(1);
        }
    }

    @Test
    void sinkOfTheApplicationReplacesTheRegistry() {
        try (ConfigurableApplicationContext application = BootApplication.run(OwnSink.class, ANONYMOUS)) {
            assertThat(application.getBean(MetricsSink.class)).isSameAs(MetricsSink.NONE);
            assertThat(application
                            .getBean(MeterRegistry.class)
                            .find("maxmq.listener.connections")
                            .gauge())
                    .isNull();
        }
    }

    static class OwnSink {
        @Bean
        MetricsSink sink() {
            return MetricsSink.NONE;
        }
    }
}
