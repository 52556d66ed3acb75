package io.maxmq.spring.boottests;

import io.maxmq.MaxMQ;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class BrokerBeanTest {
    private static final int SERVER_SHUTTING_DOWN = 0x8B;

    @Test
    void clientsConnectToTheRandomPortAndTalkToBeans() throws Exception {
        try (ConfigurableApplicationContext application =
                        BootApplication.run("maxmq.listeners.mqtt.port=0", "maxmq.allow-anonymous=true");
                MqttClient client = MqttClient.connect(BootApplication.uri(application))) {
            client.subscribe("greetings/answer");

            client.publish("greetings/ask", "Spring", false);

            assertThat(client.receive()).isEqualTo("Hello, Spring");
            assertThat(application.getEnvironment().getProperty("local.maxmq.listeners.mqtt.port", Integer.class))
                    .isEqualTo(BootApplication.port(application));
        }
    }

    @Test
    void listenersOpenOnlyAfterAllBeansAreReady() {
        try (ConfigurableApplicationContext application =
                BootApplication.run("maxmq.listeners.mqtt.port=0", "maxmq.allow-anonymous=true")) {
            assertThat(application.getBean(Greeter.class).listeners).isZero();
            assertThat(application.getBean(MaxMQ.class).listeners().all()).hasSize(1);
        }
    }

    @Test
    void closingTheContextDisconnectsClientsAndFreesThePort() throws Exception {
        ConfigurableApplicationContext application =
                BootApplication.run("maxmq.listeners.mqtt.port=0", "maxmq.allow-anonymous=true");
        int port = BootApplication.port(application);
        MaxMQ broker = application.getBean(MaxMQ.class);
        MqttClient client = MqttClient.connect(BootApplication.uri(application));

        application.close();

        assertThat(client.awaitDisconnect()).isEqualTo(SERVER_SHUTTING_DOWN);
        client.close();
        assertThat(broker.isRunning()).isFalse();
        assertThatThrownBy(() -> connect(port)).isInstanceOf(ConnectException.class);
    }

    @Test
    void brokerClosesBeforeTheBeansAreDestroyed() {
        ConfigurableApplicationContext application =
                BootApplication.run(Observed.class, "maxmq.listeners.mqtt.port=0", "maxmq.allow-anonymous=true");
        Observed.Bystander bystander = application.getBean(Observed.Bystander.class);

        application.close();

        assertThat(bystander.brokerRanAtTheEnd).isFalse();
    }

    static class Observed {
        static final class Bystander implements AutoCloseable {
            private final MaxMQ broker;
            private boolean brokerRanAtTheEnd = true;

            Bystander(MaxMQ broker) {
                this.broker = broker;
            }

            @Override
            public void close() {
                brokerRanAtTheEnd = broker.isRunning();
            }
        }

        @Bean
        Bystander bystander(MaxMQ broker) {
            return new Bystander(broker);
        }
    }

    @Test
    void stoppedContextCannotStartItsBrokerAgain() {
        try (ConfigurableApplicationContext application =
                BootApplication.run("maxmq.listeners.mqtt.port=0", "maxmq.allow-anonymous=true")) {
            application.stop();

            assertThat(application.getBean(MaxMQ.class).isRunning()).isFalse();
            assertThatThrownBy(application::start).rootCause().hasMessageContaining("refresh the application context");
        }
    }

    @Test
    void takenPortFailsTheApplicationAndClosesTheBroker() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> BootApplication.run(
                            Nothing.class,
                            "maxmq.name=unlucky",
                            "maxmq.listeners.mqtt.port=" + taken.getLocalPort(),
                            "maxmq.allow-anonymous=true"))
                    .hasStackTraceContaining("cannot listen on");
        }

        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(each -> each.getName().startsWith("maxmq-unlucky-loop") && each.isAlive())
                .isEmpty();
    }

    @Test
    void disabledByPropertyThereIsNoBroker() {
        try (ConfigurableApplicationContext application = BootApplication.run(Nothing.class, "maxmq.enabled=false")) {
            assertThatThrownBy(() -> application.getBean(MaxMQ.class))
                    .isInstanceOf(NoSuchBeanDefinitionException.class);
            assertThat(ActuatorHealth.of(application, "maxmq")).isEqualTo("none");
        }
    }

    @Test
    void brokerOfTheApplicationReplacesTheOneOfTheStarter() {
        try (ConfigurableApplicationContext application = BootApplication.run(Own.class)) {
            assertThat(application.getBean(MaxMQ.class).name()).isEqualTo("own");
            assertThat(application.getEnvironment().getProperty("local.maxmq.port"))
                    .isNull();
            assertThat(ActuatorHealth.of(application, "maxmq")).isEqualTo("UP");
        }
    }

    static class Own {
        @Bean
        MaxMQ broker() {
            return MaxMQ.builder().name("own").allowAnonymous().start();
        }
    }

    private static void connect(int port) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            assertThat(socket.isConnected()).isTrue();
        }
    }
}
