package io.maxmq.protocol;

import io.maxmq.Spec;
import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.Publish;
import io.maxmq.codec.packet.RequestedSubscription;
import io.maxmq.config.ConnectionLimits;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.Message;
import io.maxmq.spi.event.BrokerEvent.MessageDropped;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Topic aliases that the broker sets (MQTT 5.0 §3.3.2.3.4). */
class OutboundAliasTest {
    private static final String TOPIC = "sensors/kitchen/temperature";

    @AutoClose
    private final TestBroker broker = TestBroker.start();

    private static Connect connect(String clientId, Properties.Builder properties) {
        return new Connect(ProtocolVersion.MQTT_5, false, true, 0, properties.build(), clientId, null, null, null);
    }

    private static Properties.Builder allowing(int aliases) {
        return Properties.builder().set(PropertyId.TOPIC_ALIAS_MAXIMUM, aliases);
    }

    private TestClient subscriber(String clientId, Properties.Builder properties, QoS qos) {
        TestClient subscriber = broker.connected(connect(clientId, properties));
        subscriber.subscribe("#", qos);
        return subscriber;
    }

    private void publish(String topic, String payload) {
        broker.publish(
                Message.builder(topic).qos(QoS.AT_LEAST_ONCE).payload(payload).build());
    }

    private static int aliasOf(Publish publish) {
        return publish.properties().intOr(PropertyId.TOPIC_ALIAS, 0);
    }

    /** What a client makes of the topics that come. */
    private static final class Aliases {
        final Map<Integer, String> known = new HashMap<>();

        String topicOf(Publish publish) {
            int alias = aliasOf(publish);
            if (alias == 0) {
                return publish.topic();
            }
            if (!publish.topic().isEmpty()) {
                known.put(alias, publish.topic());
            }
            return known.getOrDefault(alias, "unknown alias " + alias);
        }
    }

    @ParameterizedTest
    @EnumSource(QoS.class)
    void aTopicThatComesAgainGetsOne(QoS qos) {
        TestClient subscriber = subscriber("subscriber", allowing(10), qos);
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");

        client.publish(TOPIC, "m0", qos);
        Publish first = subscriber.expectMessage(TOPIC, "m0");
        client.publish(TOPIC, "m1", qos);
        Publish second = subscriber.expectMessage(TOPIC, "m1");
        client.publish(TOPIC, "m2", qos);
        Publish third = subscriber.expectMessage("", "m2");
        client.publish(TOPIC, "m3", qos);
        Publish fourth = subscriber.expectMessage("", "m3");

        assertThat(first.properties().isEmpty()).isTrue();
        assertThat(aliasOf(second)).isEqualTo(1);
        assertThat(aliasOf(third)).isEqualTo(1);
        assertThat(aliasOf(fourth)).isEqualTo(1);
        assertThat(fourth.qos()).isEqualTo(qos);
    }

    @Test
    @Spec("MQTT-3.1.2-27")
    void whoAllowsNoneGetsNone() {
        TestClient silent = subscriber("silent", Properties.builder(), QoS.AT_LEAST_ONCE);
        TestClient zero = subscriber("zero", allowing(0), QoS.AT_LEAST_ONCE);

        for (int i = 0; i < 5; i++) {
            publish(TOPIC, "x");
            assertThat(aliasOf(silent.expectMessage(TOPIC, "x"))).isZero();
            assertThat(aliasOf(zero.expectMessage(TOPIC, "x"))).isZero();
        }
    }

    @Test
    void theSettingMayForbidThem() {
        try (TestBroker without = TestBroker.start(builder -> builder.connections(
                ConnectionLimits.builder().topicAliasMaximumOutbound(0).build()))) {
            TestClient subscriber = without.connected(connect("subscriber", allowing(10)));
            subscriber.subscribe("#", QoS.AT_MOST_ONCE);

            for (int i = 0; i < 5; i++) {
                without.publish(Message.of(TOPIC, "x"));
                assertThat(aliasOf(subscriber.expectMessage(TOPIC, "x"))).isZero();
            }
        }
    }

    @Test
    @Spec({"MQTT-3.1.2-26", "MQTT-3.3.2-11"})
    void noAliasIsAboveTheMaximumAndEachIsWhatTheClientThinks() {
        TestClient two = subscriber("two", allowing(2), QoS.AT_MOST_ONCE);
        TestClient many = subscriber("many", allowing(65_535), QoS.AT_LEAST_ONCE);
        Aliases ofTwo = new Aliases();
        Aliases ofMany = new Aliases();
        Random random = new Random(42);
        int aliased = 0;

        for (int i = 0; i < 3000; i++) {
            // Few topics that come often, many that come seldom, and others as time goes on.
            int number = random.nextInt(4) == 0 ? random.nextInt(200) : i / 500 + random.nextInt(3);
            String topic = "plant/line/" + number;
            publish(topic, "x");
            Publish toTwo = two.expect(Publish.class);
            Publish toMany = many.expect(Publish.class);
            many.acknowledge(toMany);

            assertThat(ofTwo.topicOf(toTwo)).isEqualTo(topic);
            assertThat(ofMany.topicOf(toMany)).isEqualTo(topic);
            assertThat(aliasOf(toTwo)).isBetween(0, 2);
            assertThat(aliasOf(toMany)).isBetween(0, 32);
            aliased += toMany.topic().isEmpty() ? 1 : 0;
        }

        assertThat(aliased).isGreaterThan(1500);
        assertThat(ofMany.known).hasSize(32);
    }

    @Test
    void seldomTopicsDoNotTakeTheAliasesOfThoseThatComeOften() {
        TestClient subscriber = subscriber("subscriber", allowing(1), QoS.AT_MOST_ONCE);
        publish("often/1", "x");
        publish("often/1", "x");
        subscriber.expectMessage("often/1", "x");
        assertThat(aliasOf(subscriber.expectMessage("often/1", "x"))).isEqualTo(1);

        for (int i = 0; i < 20; i++) {
            publish("often/1", "x");
            publish("seldom/1", "x");
            subscriber.expectMessage("", "x");
            assertThat(aliasOf(subscriber.expectMessage("seldom/1", "x"))).isZero();
        }
        // Now it is the other that comes, and it gets the alias.
        for (int i = 0; i < 3; i++) {
            publish("seldom/1", "y");
        }
        assertThat(aliasOf(subscriber.expectMessage("seldom/1", "y"))).isEqualTo(1);
        subscriber.expectMessage("", "y");
        subscriber.expectMessage("", "y");
    }

    @Test
    @Spec("MQTT-3.3.2-7")
    void theyEndWithTheConnectionAndWhatIsResentHasItsTopic() {
        Properties.Builder properties = allowing(10).set(PropertyId.SESSION_EXPIRY_INTERVAL, 60);
        TestClient before = subscriber("subscriber", properties, QoS.AT_LEAST_ONCE);
        for (int i = 0; i < 3; i++) {
            publish(TOPIC, "m" + i);
        }
        before.expect(Publish.class);
        before.expect(Publish.class);
        assertThat(before.expect(Publish.class).topic()).isEmpty();
        before.close();
        broker.awaitDisconnected("subscriber");

        TestClient back = broker.client(ProtocolVersion.MQTT_5);
        back.connect(new Connect(
                ProtocolVersion.MQTT_5, false, false, 0, properties.build(), "subscriber", null, null, null));

        Aliases aliases = new Aliases();
        for (int i = 0; i < 3; i++) {
            Publish again = back.expect(Publish.class);
            assertThat(again.dup()).isTrue();
            assertThat(TestClient.text(again)).isEqualTo("m" + i);
            assertThat(aliases.topicOf(again)).isEqualTo(TOPIC);
            back.acknowledge(again);
        }
    }

    @Test
    void eachRecipientOfOneMessageHasItsOwn() {
        TestClient other = broker.connected(connect("other", allowing(10)));
        other.subscribe("other/topic", QoS.AT_MOST_ONCE);
        publish("other/topic", "x");
        publish("other/topic", "x");
        other.expectMessage("other/topic", "x");
        assertThat(aliasOf(other.expectMessage("other/topic", "x"))).isEqualTo(1);
        other.subscribe(TOPIC, QoS.AT_LEAST_ONCE);
        TestClient one = broker.connected(connect("one", allowing(10)));
        one.subscribe(TOPIC, QoS.AT_LEAST_ONCE);
        TestClient none = broker.connected(connect("none", Properties.builder()));
        none.subscribe(TOPIC, QoS.AT_LEAST_ONCE);
        TestClient three = broker.connected(ProtocolVersion.MQTT_3_1_1, "three");
        three.subscribe(TOPIC, QoS.AT_LEAST_ONCE);
        TestClient identified = broker.connected(connect("identified", allowing(10)));
        identified.subscribe(
                Properties.builder().subscriptionIdentifier(7).build(),
                RequestedSubscription.of(TOPIC, QoS.AT_LEAST_ONCE));

        for (String payload : new String[] {"1", "2", "3", "large".repeat(10_000)}) {
            broker.publish(Message.builder(TOPIC)
                    .qos(QoS.AT_LEAST_ONCE)
                    .payload(payload)
                    .messageExpiry(Duration.ofSeconds(100))
                    .userProperty("k", payload.substring(0, 1))
                    .build());
            String expected = payload.equals("1") || payload.equals("2") ? TOPIC : "";
            int set = payload.equals("1") ? 0 : 1;

            Publish toOne = one.expectMessage(expected, payload);
            Publish toOther = other.expectMessage(expected, payload);
            Publish toIdentified = identified.expectMessage(expected, payload);
            Publish toNone = none.expectMessage(TOPIC, payload);
            three.expectMessage(TOPIC, payload);

            assertThat(aliasOf(toOne)).isEqualTo(set);
            assertThat(aliasOf(toOther)).isEqualTo(2 * set);
            assertThat(aliasOf(toIdentified)).isEqualTo(set);
            assertThat(toIdentified.properties().subscriptionIdentifiers()).containsExactly(7);
            assertThat(toOne.properties().without(PropertyId.TOPIC_ALIAS)).isEqualTo(toNone.properties());
            assertThat(toNone.properties().userProperties()).hasSize(1);
        }
    }

    @Test
    @Spec({"MQTT-3.1.2-24", "MQTT-3.1.2-25"})
    void theMaximumPacketSizeCountsTheAlias() {
        int overhead = 2 + 2 + TOPIC.length() + 1; // at QoS 0: header, topic, no properties
        TestClient subscriber = broker.connected(
                connect("subscriber", allowing(10).set(PropertyId.MAXIMUM_PACKET_SIZE, overhead + 50)));
        subscriber.subscribe(TOPIC, QoS.AT_MOST_ONCE);

        publish(TOPIC, "x".repeat(50)); // as long as may be
        publish(TOPIC, "y".repeat(48)); // no room for an alias as well
        publish(TOPIC, "z".repeat(47));
        publish(TOPIC, "z".repeat(47));
        publish(TOPIC, "0".repeat(51)); // fits with the alias alone
        publish(TOPIC, "1".repeat(50 + TOPIC.length() - 3));
        publish(TOPIC, "2".repeat(50 + TOPIC.length() - 2)); // one more than fits
        publish(TOPIC, "last");

        assertThat(aliasOf(subscriber.expectMessage(TOPIC, "x".repeat(50)))).isZero();
        assertThat(aliasOf(subscriber.expectMessage(TOPIC, "y".repeat(48)))).isZero();
        assertThat(aliasOf(subscriber.expectMessage(TOPIC, "z".repeat(47)))).isZero();
        assertThat(aliasOf(subscriber.expectMessage(TOPIC, "z".repeat(47)))).isEqualTo(1);
        subscriber.expectMessage("", "0".repeat(51));
        subscriber.expectMessage("", "1".repeat(50 + TOPIC.length() - 3));
        subscriber.expectMessage("", "last");
        MessageDropped drop = broker.events().await(MessageDropped.class);
        assertThat(drop.reason()).isEqualTo(DropReason.TOO_LARGE);
        assertThat(drop.bytes()).isEqualTo(50 + TOPIC.length() - 2);
    }

    @Test
    void aTopicThatIsNoLongerThanAnAliasKeepsItsName() {
        TestClient subscriber = subscriber("subscriber", allowing(10), QoS.AT_MOST_ONCE);

        for (int i = 0; i < 5; i++) {
            publish("a/b", "x");
            assertThat(aliasOf(subscriber.expectMessage("a/b", "x"))).isZero();
        }
    }
}
