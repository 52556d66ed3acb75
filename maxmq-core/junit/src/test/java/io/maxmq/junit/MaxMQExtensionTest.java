package io.maxmq.junit;

import io.maxmq.MaxMQ;
import io.maxmq.codec.PacketType;
import io.maxmq.codec.QoS;
import io.maxmq.spi.Message;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.auth.Authenticator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.platform.testkit.engine.EngineExecutionResults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The extension seen from outside: tests that fail, settings that are wrong, tests in parallel, and what they leave. */
class MaxMQExtensionTest {

    // ---- failures say what is wrong

    @MaxMQTest
    static class NoMessage {
        @Test
        void comes(TestClient client, RoutedMessages messages) {
            client.publish("room/temperature", "17", QoS.AT_LEAST_ONCE);
            messages.awaitMessage("room/heating", Duration.ofMillis(20));
        }
    }

    @Test
    void failsATestWhoseMessageNeverComes() throws Exception {
        assertThat(Engine.failure(NoMessage.class))
                .isInstanceOf(AssertionError.class)
                .hasMessage("no message for room/heating within 20 ms; 1 came:\n"
                        + "  1. room/temperature, QoS 1, 2 bytes: \"17\"");
        Engine.assertNoThreadOf(NoMessage.class);
    }

    @MaxMQTest
    static class PortAsText {
        @Test
        void asks(@MaxMQPort String port) {}
    }

    @MaxMQTest
    static class ClientAsPort {
        @Test
        void asks(@MaxMQClient("a") int client) {}
    }

    @MaxMQTest
    static class PlainNumber {
        @Test
        void asks(int port) {}
    }

    @MaxMQTest
    static class UnwantedClock {
        @Test
        void asks(VirtualClock clock) {}
    }

    @MaxMQTest
    static class UnwantedFaults {
        @Test
        void asks(Faults faults) {}
    }

    @MaxMQTest
    static class BrokerPerTestForAll {
        @BeforeAll
        static void asks(MaxMQ broker) {}

        @Test
        void test() {}
    }

    @MaxMQTest
    static class BrokerPerTestInConstructor {
        BrokerPerTestInConstructor(MaxMQ broker) {}

        @Test
        void test() {}
    }

    @Test
    void saysWhyAParameterHasNoValue() {
        assertUnresolved(PortAsText.class, "@MaxMQPort is for a parameter of type int: java.lang.String port");
        assertUnresolved(ClientAsPort.class, "@MaxMQClient is for a parameter of type TestClient: int client");
        assertUnresolved(PlainNumber.class, "No ParameterResolver registered for parameter [int port]");
        assertUnresolved(UnwantedClock.class, "say @MaxMQTest(virtualClock = true)");
        assertUnresolved(UnwantedFaults.class, "say @MaxMQTest(faults = true)");
        assertUnresolved(BrokerPerTestForAll.class, "or use BrokerScope.CLASS");
        assertUnresolved(BrokerPerTestInConstructor.class, "or use BrokerScope.CLASS");
    }

    private static void assertUnresolved(Class<?> testClass, String text) {
        assertThat(Engine.failure(testClass))
                .isInstanceOf(ParameterResolutionException.class)
                .hasMessageContaining(text);
    }

    static class ScopeOfAnInstance {
        @RegisterExtension
        final MaxMQExtension mqtt =
                MaxMQExtension.builder().scope(BrokerScope.CLASS).build();

        @Test
        void test() {}
    }

    @Test
    void wantsAStaticFieldForABrokerPerClass() {
        assertThat(Engine.failure(ScopeOfAnInstance.class))
                .isInstanceOf(ExtensionConfigurationException.class)
                .hasMessageContaining("must be registered in a static field")
                .hasMessageContaining("ScopeOfAnInstance");
    }

    @MaxMQTest(loops = -1)
    static class WrongSetting {
        @Test
        void test() {}
    }

    @Test
    void saysWhichSettingIsWrong() throws Exception {
        assertThat(Engine.failure(WrongSetting.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("loops=-1");
        Engine.assertNoThreadOf(WrongSetting.class);
    }

    // ---- nothing is left

    /** Ports that the tests below had; their classes run one at a time. */
    private static final Queue<Integer> PORTS = new ConcurrentLinkedQueue<>();

    @MaxMQTest(faults = true, virtualClock = true)
    static class FailsInTheMiddle {
        @Test
        void ofEverything(MaxMQ broker, @MaxMQPort int port, TestClients clients, Faults faults) {
            PORTS.add(port);
            PORTS.add(broker.listeners().tcp().port());
            TestClient stalled = clients.connect("stalled");
            stalled.subscribe("f");
            faults.stall("stalled");
            faults.from("stalled").hold(PacketType.PUBACK);
            faults.to("publisher").hold(PacketType.PUBACK);
            clients.connect("publisher")
                    .send(Message.builder("f").qos(QoS.AT_LEAST_ONCE).build());
            throw new IllegalStateException("in the middle");
        }
    }

    @MaxMQTest
    static class FailsBefore {
        @BeforeEach
        void before(@MaxMQPort int port, TestClient client) {
            PORTS.add(port);
            throw new IllegalStateException("before");
        }

        @Test
        void test() {}
    }

    @MaxMQTest
    static class FailsAfter {
        @Test
        void test() {}

        @AfterEach
        void after(@MaxMQPort int port, TestClient client) {
            PORTS.add(port);
            throw new IllegalStateException("after");
        }
    }

    @MaxMQTest(scope = BrokerScope.CLASS)
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    static class FailsInConstructor {
        FailsInConstructor(@MaxMQPort int port, TestClient client) {
            PORTS.add(port);
            throw new IllegalStateException("in the constructor");
        }

        @Test
        void test() {}
    }

    static class FailsToCustomize {
        @RegisterExtension
        static final MaxMQExtension MQTT = MaxMQExtension.builder()
                .faults()
                .customize(broker -> {
                    throw new IllegalStateException("customizing");
                })
                .build();

        @Test
        void test() {}
    }

    @Test
    void leavesNothingBehindATestThatFails() throws Exception {
        for (Class<?> each : List.of(
                FailsInTheMiddle.class,
                FailsBefore.class,
                FailsAfter.class,
                FailsInConstructor.class,
                FailsToCustomize.class)) {
            PORTS.clear();
            assertThat(Engine.failure(each)).isInstanceOf(IllegalStateException.class);
            Engine.assertNoThreadOf(each);
            assertThat(PORTS).hasSize(each == FailsToCustomize.class ? 0 : each == FailsInTheMiddle.class ? 2 : 1);
            for (int port : PORTS) {
                new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
            }
        }
    }

    static class TakenPort {
        static final ServerSocket TAKEN = listening();

        @RegisterExtension
        static final MaxMQExtension PLAIN =
                MaxMQExtension.builder().port(TAKEN.getLocalPort()).build();

        @Test
        void test() {}
    }

    static class TakenProxyPort {
        @RegisterExtension
        static final MaxMQExtension PROXY = MaxMQExtension.builder()
                .faults()
                .port(TakenPort.TAKEN.getLocalPort())
                .build();

        @Test
        void test() {}
    }

    @Test
    void saysThatAPortIsTaken() throws Exception {
        String port = ":" + TakenPort.TAKEN.getLocalPort();
        assertThat(Engine.failure(TakenPort.class)).hasMessageContaining(port);
        assertThat(Engine.failure(TakenProxyPort.class)).hasMessageContaining(port);
        Engine.assertNoThreadOf(TakenPort.class);
        Engine.assertNoThreadOf(TakenProxyPort.class);
    }

    private static ServerSocket listening() {
        try {
            return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---- isolation

    private static final int TESTS = 6;
    private static final CyclicBarrier ALL_RUN = new CyclicBarrier(TESTS);

    @MaxMQTest(faults = true)
    static class InParallel {
        @RepeatedTest(TESTS)
        void knowsNothingOfOthers(MaxMQ broker, @MaxMQPort int port, TestClients clients, RoutedMessages messages)
                throws Exception {
            PORTS.add(port);
            TestClient client = clients.connect("the same");
            ALL_RUN.await(60, TimeUnit.SECONDS); // only if all run at the same time
            client.subscribe("the/same");
            client.publish("the/same", broker.name(), QoS.EXACTLY_ONCE);
            ALL_RUN.await(60, TimeUnit.SECONDS);
            assertThat(client.receive().text()).isEqualTo(broker.name());
            client.expectNothing(); // and nobody has taken over this client id
            assertThat(messages.received("#")).extracting(Message::payloadText).containsExactly(broker.name());
        }
    }

    @Test
    void isolatesTestsThatRunInParallel() throws Exception {
        PORTS.clear();
        EngineExecutionResults results = Engine.runParallel(InParallel.class, TESTS);
        assertThat(Engine.failures(results)).isEmpty();
        results.testEvents().assertStatistics(stats -> stats.succeeded(TESTS));
        assertThat(PORTS).hasSize(TESTS).doesNotHaveDuplicates();
        Engine.assertNoThreadOf(InParallel.class);
    }

    // ---- scopes

    private static final Set<MaxMQ> BROKERS = ConcurrentHashMap.newKeySet();

    @MaxMQTest
    static class BrokerPerTest {
        @RepeatedTest(3)
        void startsAnew(MaxMQ broker, TestClient client) {
            assertThat(broker.retained().count()).isZero();
            client.publish(Message.builder("r")
                    .payload("kept")
                    .qos(QoS.AT_LEAST_ONCE)
                    .retain(true)
                    .build());
            BROKERS.add(broker);
        }
    }

    @MaxMQTest(scope = BrokerScope.CLASS, faults = true)
    static class BrokerPerClass {
        BrokerPerClass(MaxMQ broker) {
            BROKERS.add(broker);
        }

        @BeforeAll
        static void keep(@MaxMQClient("for all") TestClient client) {
            client.publish(Message.builder("r")
                    .payload("kept")
                    .qos(QoS.AT_LEAST_ONCE)
                    .retain(true)
                    .build());
        }

        @RepeatedTest(2)
        void findsWhatWasKept(MaxMQ broker, TestClients clients, Faults faults) {
            BROKERS.add(broker);
            assertThat(broker.retained().count()).isOne();
            // Faults and clients of the first repetition are gone in the second.
            TestClient client = clients.connect("again");
            client.subscribe("r");
            assertThat(client.receive().text()).isEqualTo("kept");
            faults.stall("again");
        }

        @Nested
        class Inside {
            @Test
            void findsItToo(MaxMQ broker, TestClient client) {
                BROKERS.add(broker);
                client.subscribe("r");
                assertThat(client.receive().text()).isEqualTo("kept");
            }
        }
    }

    @Test
    void startsABrokerPerTestOrPerClass() throws Exception {
        BROKERS.clear();
        assertThat(Engine.failures(Engine.run(BrokerPerTest.class))).isEmpty();
        assertThat(BROKERS).hasSize(3).noneMatch(MaxMQ::isRunning);

        BROKERS.clear();
        assertThat(Engine.failures(Engine.run(BrokerPerClass.class))).isEmpty();
        assertThat(BROKERS).hasSize(1).noneMatch(MaxMQ::isRunning);
        Engine.assertNoThreadOf(BrokerPerClass.class);
    }

    // ---- settings of one's own

    @Nested
    class Customized {
        @RegisterExtension
        final MaxMQExtension mqtt = MaxMQExtension.builder()
                .withoutAnonymous()
                .loops(2)
                .customize(broker -> broker.authenticator(Authenticator.blocking(
                        "only-ada",
                        request -> request.client()
                                        .username()
                                        .filter("ada"::equals)
                                        .isPresent()
                                ? AuthenticationResult.allowed()
                                : AuthenticationResult.next())))
                .build();

        @Test
        void letsInWhomItsAuthenticatorKnows(TestClients clients) {
            clients.connect(ClientOptions.of("a").credentials("ada", "secret")).ping();

            assertThatThrownBy(() -> clients.connect("b"))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageStartingWith("the broker refused to connect b: ");
        }
    }
}
