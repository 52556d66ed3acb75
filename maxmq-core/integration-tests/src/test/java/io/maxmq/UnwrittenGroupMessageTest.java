package io.maxmq;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.PubAck;
import io.maxmq.codec.packet.Publish;
import io.maxmq.core.persistence.GatedStore;
import io.maxmq.core.persistence.Tables;
import io.maxmq.core.session.SessionKey;
import io.maxmq.memory.MemoryStorage;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.StorageException.Kind;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A message of a shared subscription's queue that was given to a member before its record was written, which storage then refuses:
 * the publisher is told no sooner than somebody has it in storage.
 */
class UnwrittenGroupMessageTest {
    private static final Duration DEADLINE = Duration.ofSeconds(30);
    private static final String FILTER = "$share/group/t/#";
    private static final Predicate<Batch> OF_QUEUE = GatedStore.changing(Tables.GROUP_QUEUE);
    private static final Predicate<Batch> OF_MEMBERS = GatedStore.changing(Tables.QUEUE);

    private static final String PUBLISHER = named("publisher", loopOf(FILTER));
    /** On another loop than the queue, which has its own writes: CONNACK does not wait for the queue's. */
    private static final String MEMBER = named("member", 1 - loopOf(FILTER));

    private final GatedStore store = new GatedStore(MemoryStorage.create().store());

    @AutoClose
    private final TestBroker broker =
            TestBroker.start(builder -> builder.storage(store).loops(2));

    private TestClient publisher;
    private TestClient member;

    private static int loopOf(String name) {
        return new SessionKey(Tenant.DEFAULT, name).loopIndex(2);
    }

    private static String named(String begin, int loop) {
        String name = begin;
        while (loopOf(name) != loop) {
            name += "x";
        }
        return name;
    }

    /** The queue's record and the member's wait to be written. */
    @BeforeEach
    void aMemberHasItAndStorageHasNot() throws Exception {
        for (String id : List.of(MEMBER, "other")) { // alone, a member has the queue to itself
            TestClient each = broker.lasting(id, true, 100);
            each.subscribe(FILTER, QoS.AT_LEAST_ONCE);
            each.disconnect();
            broker.awaitDisconnected(id);
        }
        publisher = broker.connected(ProtocolVersion.MQTT_5, PUBLISHER);
        store.holdAlone(OF_QUEUE.or(OF_MEMBERS));
        publisher.send(TestClient.message("t", "1", QoS.AT_LEAST_ONCE, 5));
        awaitHeld(1);
        member = broker.lasting(MEMBER, false, 100);
        assertThat(TestClient.text(member.expect(Publish.class))).isEqualTo("1");
        awaitHeld(2);
    }

    private void awaitHeld(int count) throws InterruptedException {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (store.held() < count) {
            assertThat(System.nanoTime()).as("held: %s", store.held()).isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(2);
        }
    }

    @Test
    void theMembersRecordIsEnough() {
        store.refuseHeld(OF_QUEUE, Kind.FULL);
        publisher.ping(); // not told yet: PINGRESP is next
        store.letGo();

        assertThat(publisher.expect(PubAck.class).reason()).isEqualTo(ReasonCode.SUCCESS);
        assertThat(store.entries(Tables.QUEUE)).hasSize(1);
    }

    @Test
    void withoutThatTheQueueKeepsIt() throws Exception {
        store.refuseHeld(OF_QUEUE, Kind.FULL);
        publisher.ping();
        store.refuseHeld(OF_MEMBERS, Kind.FULL);
        awaitHeld(1);
        publisher.ping();
        store.letGo();

        assertThat(publisher.expect(PubAck.class).reason()).isEqualTo(ReasonCode.SUCCESS);
    }

    @Test
    void andRefusesItWhenThatIsRefusedAgain() throws Exception {
        store.refuse(OF_QUEUE, Kind.FULL);
        store.refuseHeld(OF_QUEUE, Kind.FULL);
        store.refuseHeld(OF_MEMBERS, Kind.FULL);

        assertThat(publisher.expect(PubAck.class).reason()).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
    }
}
