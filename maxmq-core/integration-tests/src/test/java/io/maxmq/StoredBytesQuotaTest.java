package io.maxmq;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Packet;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PubComp;
import io.maxmq.codec.packet.PubRec;
import io.maxmq.codec.packet.PubRel;
import io.maxmq.codec.packet.Publish;
import io.maxmq.config.Tenancy;
import io.maxmq.config.TenantQuota;
import io.maxmq.memory.MemoryStorage;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.event.BrokerEvent.MessageDropped;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What the durable queues of a tenant may take of the storage. */
class StoredBytesQuotaTest {
    private static final int QUOTA_BYTES = 100_000;
    private static final String BODY = "x".repeat(2_000);
    private static final Duration DEADLINE = Duration.ofSeconds(20);

    private final MemoryStorage memory = MemoryStorage.create();
    private final ManualClock clock = new ManualClock();
    private TestBroker broker = start();

    private TestBroker start() {
        return TestBroker.start(builder -> builder.storage(memory.store())
                .clock(clock)
                .tenancy(Tenancy.none().withQuota(TenantQuota.UNLIMITED.withMaxStoredBytes(QUOTA_BYTES))));
    }

    @AfterEach
    void close() {
        broker.close();
    }

    private void away(String id, String filter, QoS qos) {
        TestClient client = broker.lasting(id, true, 10);
        client.subscribe(filter, qos);
        client.close();
        broker.awaitDisconnected(id);
    }

    /** Publishes until that is refused; tells how many messages were taken. */
    private int fill(QoS qos) {
        TestClient publisher = broker.connected(ProtocolVersion.MQTT_5, "publisher");
        int taken = 0;
        ReasonCode answer = publisher.publish("t", BODY, qos);
        while (!answer.isError()) {
            taken++;
            assertThat(taken).isLessThan(QUOTA_BYTES / BODY.length());
            answer = publisher.publish("t", BODY, qos);
        }
        assertThat(answer).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        publisher.close();
        broker.awaitDisconnected("publisher");
        return taken;
    }

    private void awaitTaken() {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        TestClient publisher = broker.connected(ProtocolVersion.MQTT_5, "publisher");
        while (publisher.publish("t", BODY, QoS.AT_LEAST_ONCE).isError()) {
            assertThat(System.nanoTime()).as("messages are taken again").isLessThan(deadline);
        }
        publisher.close();
        broker.awaitDisconnected("publisher");
    }

    private void drain(String id, int messages) {
        TestClient client = broker.lasting(id, false, 10);
        for (int done = 0; done < messages; ) {
            Packet packet = client.next();
            if (packet instanceof Publish message && message.qos() == QoS.AT_LEAST_ONCE) {
                client.acknowledge(message);
                done++;
            } else if (packet instanceof Publish message) {
                client.send(new PubRec(message.packetId(), ReasonCode.SUCCESS, Properties.NONE));
            } else if (packet instanceof PubRel release) {
                client.send(new PubComp(release.packetId(), ReasonCode.SUCCESS, Properties.NONE));
                done++;
            }
        }
        client.close();
        broker.awaitDisconnected(id);
    }

    @ParameterizedTest
    @EnumSource(
            value = QoS.class,
            names = {"AT_LEAST_ONCE", "EXACTLY_ONCE"})
    void refusesPublisherAtQuotaAndTakesMessagesWhenQueueIsDrained(QoS qos) {
        away("s", "t", qos);

        int queued = fill(qos);

        assertThat(queued).isBetween(10, QUOTA_BYTES / BODY.length());
        assertThat(broker.events().await(MessageDropped.class).reason()).isEqualTo(DropReason.STORAGE);
        drain("s", queued);
        assertThat(fill(qos)).isEqualTo(queued);
    }

    @Test
    void givesBackQuotaWhenSessionEnds() {
        away("s", "t", QoS.AT_LEAST_ONCE);
        int queued = fill(QoS.AT_LEAST_ONCE);

        assertThat(broker.broker().sessions().purge("s").toCompletableFuture().join())
                .isTrue();

        away("s", "t", QoS.AT_LEAST_ONCE);
        awaitTaken();
        assertThat(fill(QoS.AT_LEAST_ONCE)).isEqualTo(queued - 1);
    }

    /** A start counts what the broker before has stored. */
    @ParameterizedTest
    @CsvSource({"t", "$share/g/t"})
    void countsStoredMessagesAfterRestart(String filter) {
        away("s1", filter, QoS.AT_LEAST_ONCE);
        away("s2", filter, QoS.AT_LEAST_ONCE);
        int queued = fill(QoS.AT_LEAST_ONCE);
        broker.close();

        broker = start();

        assertThat(fill(QoS.AT_LEAST_ONCE)).isZero();
        assertThat(queued).isPositive();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void countsQueueOfSharedSubscription(boolean restarts) {
        away("s1", "$share/g/t", QoS.AT_LEAST_ONCE);
        away("s2", "$share/g/t", QoS.AT_LEAST_ONCE);
        int queued = fill(QoS.AT_LEAST_ONCE);
        if (restarts) {
            broker.close();
            broker = start();
        }

        drain("s1", queued);

        awaitTaken();
    }
}
