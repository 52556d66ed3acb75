package io.maxmq.auth;

import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.RequestedSubscription;
import io.maxmq.codec.packet.SubAck;
import io.maxmq.codec.packet.Subscribe;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.FileWatch;
import io.maxmq.spi.Message;
import io.maxmq.spi.event.BrokerEvent.MessageDropped;
import io.maxmq.spi.event.BrokerEvent.PluginFailed;
import io.maxmq.spi.event.BrokerEvent.Unsubscribed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** An access control list in a broker. */
class AclTest {
    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void rules() throws IOException {
        file = directory.resolve("rules");
        write(
                "# devices have their own topics",
                "",
                "allow all topic=own/${clientid}/#",
                "allow all client=admin topic=#");
    }

    private void write(String... lines) throws IOException {
        Files.write(file, List.of(lines));
    }

    private TestBroker broker() {
        return TestBroker.start(builder -> builder.authorizer(Acl.at(file)));
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void aClientDoesWhatTheRulesSayAndNothingElse(ProtocolVersion version) {
        try (TestBroker broker = broker()) {
            TestClient admin = broker.connected(ProtocolVersion.MQTT_5, "admin");
            admin.subscribe("#", QoS.AT_LEAST_ONCE);
            TestClient client = broker.connected(version, "a");

            SubAck own = client.subscribe("own/a/+", QoS.AT_LEAST_ONCE);
            client.send(
                    new Subscribe(7, Properties.NONE, List.of(RequestedSubscription.of("own/#", QoS.AT_LEAST_ONCE))));
            SubAck all = client.expect(SubAck.class);
            client.publish("own/b/x", "no", QoS.AT_LEAST_ONCE);
            client.publish("own/a/b/c", "yes", QoS.AT_LEAST_ONCE);
            broker.publish(Message.of("own/b/x", "not for a"));
            broker.publish(Message.of("own/a/x", "for a"));

            assertThat(own.reasons()).containsExactly(ReasonCode.GRANTED_QOS_1);
            assertThat(all.reasons())
                    .containsExactly(
                            switch (version) {
                                case MQTT_5 -> ReasonCode.NOT_AUTHORIZED;
                                case MQTT_3_1_1 -> ReasonCode.UNSPECIFIED_ERROR;
                                case MQTT_3_1 -> ReasonCode.GRANTED_QOS_1; // which has no word for no
                            });
            admin.expectMessage("own/a/b/c", "yes");
            admin.expectMessage("own/b/x", "not for a");
            client.expectMessage("own/a/x", "for a");
            client.expectNothing();
        }
    }

    @Test
    void aChangedFileIsInForceForWhoIsConnected() throws IOException {
        try (TestBroker broker = broker()) {
            TestClient client = broker.connected(ProtocolVersion.MQTT_5, "a");
            client.subscribe("own/a/#", QoS.AT_LEAST_ONCE);
            client.publish("own/a/x", "1", QoS.AT_MOST_ONCE);
            client.expectMessage("own/a/x", "1");

            write("allow publish topic=other");
            eventually(broker, () -> !broker.events().of(Unsubscribed.class).isEmpty());

            TestClient again = broker.connected(ProtocolVersion.MQTT_5, "a");
            assertThat(again.publish("own/a/x", "2", QoS.AT_LEAST_ONCE)).isEqualTo(ReasonCode.NOT_AUTHORIZED);
            assertThat(again.publish("other", "2", QoS.AT_LEAST_ONCE)).isNotEqualTo(ReasonCode.NOT_AUTHORIZED);
        }
    }

    @Test
    void aRevocationIsInForceAndToldWithinASecond() throws Exception {
        try (TestBroker broker =
                TestBroker.start(builder -> builder.authorizer(Acl.at(file)).configure(config -> config.workers(1)))) {
            TestClient client = broker.connected(ProtocolVersion.MQTT_5, "a");
            client.subscribe("own/a/#", QoS.AT_LEAST_ONCE);
            Semaphore idle = new Semaphore(0);
            broker.broker()
                    .subscribe("worker", message -> idle.release())
                    .active()
                    .toCompletableFuture()
                    .join();
            long before = broker.clock().nanoTime();

            write("allow publish topic=other");
            for (int i = 0; i < 2; i++) {
                client.ping(); // the loop knows when to look next
                broker.clock().advance(FileWatch.PERIOD);
                // The only worker does one thing after the other: behind this it has looked at the file.
                broker.publish(Message.of("worker", "is idle"));
                assertThat(idle.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
            }

            client.expectDisconnect(ReasonCode.NOT_AUTHORIZED);
            assertThat(Duration.ofNanos(broker.clock().nanoTime() - before)).isLessThan(Duration.ofSeconds(1));
        }
    }

    @Test
    void aBrokenOrEmptyChangeIsReportedAndTheRulesStay() throws IOException {
        Acl acl = Acl.at(file);
        try (TestBroker broker = TestBroker.start(builder -> builder.authorizer(acl))) {
            write("allow all topic=#", "allow everything");

            assertThatExceptionOfType(AccessFileException.class)
                    .isThrownBy(acl::reload)
                    .withMessageStartingWith(file + ":2: rights are");
            eventually(broker, () -> !broker.events().of(PluginFailed.class).isEmpty());
            assertThat(broker.events().await(PluginFailed.class).cause())
                    .get()
                    .asString()
                    .contains(file + ":2: ");
            write("# no rule");
            assertThatExceptionOfType(AccessFileException.class)
                    .isThrownBy(acl::reload)
                    .withMessageStartingWith(file + ": ACL file has no rule");

            TestClient client = broker.connected(ProtocolVersion.MQTT_5, "a");
            assertThat(client.publish("own/b", "x", QoS.AT_LEAST_ONCE)).isEqualTo(ReasonCode.NOT_AUTHORIZED);
            assertThat(client.subscribe("own/a/x", QoS.AT_MOST_ONCE).reasons()).containsExactly(ReasonCode.SUCCESS);
        }
    }

    @Test
    void doesNotStartWithAFileThatItCannotUse() throws IOException {
        Path none = directory.resolve("none");
        assertThatExceptionOfType(AccessFileException.class)
                .isThrownBy(() -> TestBroker.start(builder -> builder.authorizer(Acl.at(none))))
                .withMessage(none + ": ACL file is not there");

        write();
        assertThatExceptionOfType(AccessFileException.class)
                .isThrownBy(this::broker)
                .withMessage(file + ": ACL file has no rule, so nobody could do anything");

        write("allow all topic=a", "  # fine", "topic readwrite b");
        assertThatExceptionOfType(AccessFileException.class)
                .isThrownBy(this::broker)
                .withMessageStartingWith(file + ":3: a rule is: ")
                .satisfies(failure -> assertThat(failure.line()).isEqualTo(3));

        Files.write(file, new byte[] {'a', (byte) 0xFF, '\n'});
        assertThatExceptionOfType(AccessFileException.class)
                .isThrownBy(this::broker)
                .withMessage(file + ":1: the line is not UTF-8");

        Files.writeString(file, "allow all topic=a\r\nallow all topic=b\0\r\n");
        assertThatExceptionOfType(AccessFileException.class)
                .isThrownBy(this::broker)
                .withMessageStartingWith(file + ":2: topic filter holds U+0000");
    }

    @Test
    void aFileServesOneBroker() {
        Acl acl = Acl.at(file);
        assertThatIllegalStateException().isThrownBy(acl::reload).withMessageContaining("does not run");
        try (TestBroker broker = TestBroker.start(builder -> builder.authorizer(acl))) {
            assertThat(broker.broker().isRunning()).isTrue();
            assertThatIllegalStateException()
                    .isThrownBy(() -> TestBroker.start(builder -> builder.authorizer(acl)))
                    .withMessageContaining("one ACL file serves one broker");
            assertThatIllegalStateException().isThrownBy(() -> acl.replace(List.of()));
        }
    }

    @Test
    void rulesOfTheProgramAreReplaced() {
        Acl acl = Acl.of(AclRule.allow("a/#"));
        assertThatIllegalStateException().isThrownBy(acl::reload);
        try (TestBroker broker = TestBroker.start(builder -> builder.authorizer(acl))) {
            TestClient client = broker.connected(ProtocolVersion.MQTT_3_1_1, "client");
            client.subscribe("a/b", QoS.AT_LEAST_ONCE);
            client.subscribe("a/c", QoS.AT_LEAST_ONCE);

            acl.replace(List.of(AclRule.allow("a/c")));
            broker.events()
                    .await(Unsubscribed.class, event -> event.topicFilter().equals("a/b"));
            broker.publish(Message.of("a/b", "no"));
            broker.publish(Message.of("a/c", "yes"));

            client.expectMessage("a/c", "yes");
            client.expectNothing();
        }
    }

    @Test
    void deliveriesAreAskedAboutAsSoonAsARuleDeniesThem() {
        Acl acl = Acl.of(AclRule.allow("#"));
        try (TestBroker broker = TestBroker.start(builder -> builder.authorizer(acl))) {
            TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");
            client.subscribe("#", QoS.AT_LEAST_ONCE);
            broker.publish(Message.of("secret", "1"));
            client.expectMessage("secret", "1");

            acl.replace(List.of(AclRule.deny("secret", AclRight.RECEIVE), AclRule.allow("#")));
            for (QoS qos : QoS.values()) {
                broker.publish(Message.builder("secret").payload("2").qos(qos).build());
            }
            broker.publish(Message.of("open", "3"));

            client.expectMessage("open", "3");
            client.expectNothing();
            broker.events().awaitAll(MessageDropped.class, event -> event.reason() == DropReason.NOT_AUTHORIZED, 3);

            acl.replace(List.of(AclRule.allow("#")));
            broker.publish(Message.of("secret", "4"));
            client.expectMessage("secret", "4");
        }
    }

    /** Moves time on until it is so. */
    private static void eventually(TestBroker broker, BooleanSupplier so) {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!so.getAsBoolean()) {
            assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
            broker.clock().advance(FileWatch.PERIOD);
        }
    }
}
