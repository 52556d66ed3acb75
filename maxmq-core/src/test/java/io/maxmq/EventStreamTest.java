package io.maxmq;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.ConnectWill;
import io.maxmq.codec.packet.Properties;
import io.maxmq.spi.Message;
import io.maxmq.spi.Registration;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.event.BrokerEvent;
import io.maxmq.spi.event.BrokerEvent.ClientConnected;
import io.maxmq.spi.event.BrokerEvent.PluginFailed;
import io.maxmq.spi.event.BrokerEvent.RetainedCleared;
import io.maxmq.spi.event.BrokerEvent.RetainedSet;
import io.maxmq.spi.event.BrokerEvent.WillPublished;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

/** Events that an application asks for while the broker runs. */
class EventStreamTest {
    @AutoClose
    private final TestBroker broker = TestBroker.start();

    private final BlockingQueue<BrokerEvent> heard = new LinkedBlockingQueue<>();

    private BrokerEvent next() throws InterruptedException {
        BrokerEvent next = heard.poll(30, TimeUnit.SECONDS);
        assertThat(next).as("an event within the deadline").isNotNull();
        return next;
    }

    @Test
    void hearsOfOneKindUntilClosed() throws InterruptedException {
        Registration registration = broker.broker().onEvent(ClientConnected.class, heard::add);

        broker.connected(ProtocolVersion.MQTT_5, "one").subscribe("a", QoS.AT_MOST_ONCE);
        broker.connected(ProtocolVersion.MQTT_5, "two");

        assertThat(((ClientConnected) next()).client().clientId()).isEqualTo("one");
        assertThat(((ClientConnected) next()).client().clientId()).isEqualTo("two");
        registration.close();
        registration.close();
        broker.connected(ProtocolVersion.MQTT_5, "three");
        broker.events().awaitAll(ClientConnected.class, event -> true, 3);
        assertThat(heard).isEmpty();
    }

    @Test
    void hearsOfAllKinds() throws InterruptedException {
        broker.broker().onEvent(BrokerEvent.class, heard::add);

        broker.connected(ProtocolVersion.MQTT_5, "one");

        assertThat(next()).isInstanceOf(BrokerEvent.ConnectionOpened.class);
        assertThat(next()).isInstanceOf(BrokerEvent.AuthenticationDecided.class);
        assertThat(next()).isInstanceOf(BrokerEvent.SessionCreated.class);
        assertThat(next()).isInstanceOf(ClientConnected.class);
    }

    @Test
    void aHandlerThatThrowsIsNamedAndHearsTheNext() throws InterruptedException {
        broker.broker().onEvent(ClientConnected.class, event -> {
            heard.add(event);
            throw new IllegalStateException("bad");
        });

        broker.connected(ProtocolVersion.MQTT_5, "one");
        broker.connected(ProtocolVersion.MQTT_5, "two");

        next();
        next();
        assertThat(broker.events().await(PluginFailed.class).plugin()).isEqualTo("onEvent ClientConnected");
        broker.broker().close();
        assertThatThrownBy(() -> broker.broker().onEvent(ClientConnected.class, heard::add))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void tellsOfAWill() throws InterruptedException {
        broker.broker().onEvent(WillPublished.class, heard::add);
        ConnectWill will =
                new ConnectWill("will/topic", TestClient.bytes("gone"), QoS.AT_MOST_ONCE, false, Properties.NONE);
        TestClient client = broker.connected(
                new Connect(ProtocolVersion.MQTT_5, false, true, 0, Properties.NONE, "mortal", will, null, null));

        client.close();

        WillPublished event = (WillPublished) next();
        assertThat(event.topic()).isEqualTo("will/topic");
        assertThat(event.client().clientId()).isEqualTo("mortal");
    }

    @Test
    void hearsWhatBecomesOfRetainedMessages() {
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "c");
        client.publish("a", "one", QoS.AT_LEAST_ONCE, true);
        client.publish("a", "three", QoS.AT_MOST_ONCE, true);
        client.publish("nothing", "", QoS.AT_LEAST_ONCE, true);
        client.publish("a", "", QoS.AT_LEAST_ONCE, true);
        broker.publish(Message.builder("expires")
                .payload("x")
                .retain(true)
                .messageExpiry(Duration.ofSeconds(5))
                .build());
        broker.publish(Message.builder("removed").payload("x").retain(true).build());
        broker.broker().retained().remove("removed").toCompletableFuture().join();

        assertThat(broker.events().awaitAll(RetainedSet.class, event -> true, 4))
                .extracting(RetainedSet::topic, RetainedSet::payloadBytes, RetainedSet::qos)
                .containsExactlyInAnyOrder(
                        tuple("a", 3, QoS.AT_LEAST_ONCE),
                        tuple("a", 5, QoS.AT_MOST_ONCE),
                        tuple("expires", 1, QoS.AT_MOST_ONCE),
                        tuple("removed", 1, QoS.AT_MOST_ONCE));
        assertThat(broker.events().awaitAll(RetainedCleared.class, event -> true, 2))
                .extracting(RetainedCleared::topic, RetainedCleared::expired)
                .containsExactlyInAnyOrder(tuple("a", false), tuple("removed", false));
        broker.clock().advance(Duration.ofSeconds(20));
        RetainedCleared expired = broker.events().await(RetainedCleared.class, RetainedCleared::expired);
        assertThat(expired.topic()).isEqualTo("expires");
        assertThat(expired.tenant()).isEqualTo(Tenant.DEFAULT);
    }
}
