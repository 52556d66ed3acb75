package io.maxmq;

import io.maxmq.codec.QoS;
import io.maxmq.codec.packet.PubComp;
import io.maxmq.codec.packet.PubRec;
import io.maxmq.codec.packet.PubRel;
import io.maxmq.codec.packet.Publish;
import io.maxmq.core.persistence.GatedStore;
import io.maxmq.core.persistence.Tables;
import io.maxmq.memory.MemoryStorage;
import io.maxmq.spi.Message;
import io.maxmq.spi.intercept.Decision;
import io.maxmq.spi.intercept.DeliveryInterceptor;
import io.maxmq.spi.storage.Table;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** A delivery that an interceptor has changed: what storage has of it is the message as it was published. */
class ChangedDeliveryTest {
    private static final Duration DEADLINE = Duration.ofSeconds(30);
    private static final String PUBLISHED = "p".repeat(1000);
    private static final String CHANGED = "c".repeat(2000);

    private final GatedStore store = new GatedStore(MemoryStorage.create().store());

    @AutoClose
    private final TestBroker broker = TestBroker.start(builder -> builder.storage(store)
            .interceptor((DeliveryInterceptor) (client, message) -> client.clientId()
                            .equals("other")
                    ? Decision.proceed()
                    : Decision.change(message.toBuilder().payload(CHANGED).build())));

    private void await(Table table, int count) throws InterruptedException {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (store.entries(table).size() != count) {
            assertThat(System.nanoTime())
                    .as("%s: %s", table, store.entries(table).size())
                    .isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(2);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = QoS.class,
            names = {"AT_LEAST_ONCE", "EXACTLY_ONCE"})
    void leavesNothingBehindWhenItIsAcknowledged(QoS qos) throws Exception {
        TestClient client = broker.lasting("client", true, 10);
        client.subscribe("t", qos);
        broker.publish(Message.builder("t").payload(PUBLISHED).qos(qos).build());
        Publish received = client.expect(Publish.class);
        assertThat(TestClient.text(received)).isEqualTo(CHANGED);
        await(Tables.QUEUE, 1);
        await(Tables.PAYLOAD, 1);

        if (qos == QoS.AT_LEAST_ONCE) {
            client.acknowledge(received);
        } else {
            client.send(PubRec.of(received.packetId()));
            client.expect(PubRel.class);
            client.send(PubComp.of(received.packetId()));
        }

        await(Tables.QUEUE, 0);
        await(Tables.PAYLOAD_COUNT, 0);
        await(Tables.PAYLOAD, 0);
    }

    @Test
    void anotherMemberOfASharedSubscriptionGetsWhatWasPublished() throws Exception {
        TestClient other = broker.lasting("other", true, 10);
        other.subscribe("$share/g/t", QoS.AT_LEAST_ONCE);
        other.disconnect();
        broker.awaitDisconnected("other");
        TestClient client = broker.lasting("client", true, 10);
        client.subscribe("$share/g/t", QoS.AT_LEAST_ONCE);
        broker.publish(
                Message.builder("t").payload(PUBLISHED).qos(QoS.AT_LEAST_ONCE).build());
        assertThat(TestClient.text(client.expect(Publish.class))).isEqualTo(CHANGED);

        client.disconnect();
        broker.awaitDisconnected("client");

        other = broker.lasting("other", false, 10);
        Publish passedOn = other.expect(Publish.class);
        assertThat(TestClient.text(passedOn)).isEqualTo(PUBLISHED);
        other.acknowledge(passedOn);
        await(Tables.QUEUE, 0);
        await(Tables.GROUP_QUEUE, 0);
        await(Tables.PAYLOAD_COUNT, 0);
    }
}
