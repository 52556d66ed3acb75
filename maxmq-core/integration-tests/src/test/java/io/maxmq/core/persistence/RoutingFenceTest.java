package io.maxmq.core.persistence;

import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Mutation;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** A subscriber's record of QoS 2 outlives what its publisher's loop has yet to write about the routing. */
class RoutingFenceTest {
    private static final Bytes RECORD = key("subscriber", 1);
    private static final Bytes OTHER_RECORD = key("subscriber", 2);
    private static final Bytes ROUTED = key("publisher", 7);

    private final ManualLoop publishers = new ManualLoop(1 << 20);
    private final ManualLoop subscribers = new ManualLoop(1 << 20);
    private final ScriptedStore store = new ScriptedStore(1);
    private final LoopRecords ofPublishers = LoopRecords.of(new LoopStore(store, publishers.loop), 0);
    private final LoopRecords ofSubscribers = LoopRecords.of(new LoopStore(store, subscribers.loop), 0);

    private static Bytes key(String owner, int number) {
        return OwnerKey.of("", owner).numbered(number);
    }

    @BeforeEach
    void connect() {
        RoutingFence.connect(List.of(ofPublishers, ofSubscribers));
        settle();
    }

    /** Everybody does what can be done, and the store takes what it is given. */
    private void settle() {
        for (int i = 0; i < 10; i++) {
            publishers.passBriefly();
            subscribers.passBriefly();
            store.takeAll();
        }
    }

    private void letGo(Bytes record) {
        subscribers.run(() -> ofSubscribers.store().deleteEventually(Tables.QUEUE, record));
    }

    private List<Bytes> written() {
        List<Bytes> keys = new ArrayList<>();
        store.submitted.forEach(batch -> batch.mutations().forEach(each -> keys.add(keyOf(each))));
        return keys;
    }

    private static Bytes keyOf(Mutation mutation) {
        return mutation instanceof Mutation.Put put ? put.key() : ((Mutation.Delete) mutation).key();
    }

    @Test
    void theRecordGoesBehindWhatSaysThatAllIsRouted() {
        Routings.Routing first = ofPublishers.routings().begin();
        Routings.Routing second = ofPublishers.routings().begin();
        letGo(RECORD);
        settle();
        assertThat(written()).isEmpty();

        publishers.run(second::end);
        settle();
        assertThat(written()).isEmpty();

        publishers.run(() -> {
            ofPublishers.store().putEarlySoon(Tables.INBOUND, ROUTED, Bytes.utf8("routed"));
            first.end();
        });
        settle();
        assertThat(written()).containsExactly(ROUTED, RECORD);
    }

    @Test
    void whatIsTakenLaterIsNotWaitedFor() {
        letGo(RECORD);
        subscribers.passBriefly();
        publishers.runPosted();
        Routings.Routing later = ofPublishers.routings().begin();
        settle();
        assertThat(written()).containsExactly(RECORD);

        letGo(OTHER_RECORD);
        settle();
        assertThat(written()).containsExactly(RECORD);
        publishers.run(later::end);
        settle();
        assertThat(written()).containsExactly(RECORD, OTHER_RECORD);
    }

    @Test
    void littleWaitsForHoweverLongItTakes() {
        Routings.Routing slow = ofPublishers.routings().begin();
        letGo(RECORD);
        settle();

        subscribers.pass();
        subscribers.pass();
        settle();
        assertThat(written()).isEmpty();

        publishers.run(slow::end);
        settle();
        assertThat(written()).containsExactly(RECORD);
    }

    @Test
    void muchDoesNotWaitForForEver() {
        ofPublishers.routings().begin();
        long before = subscribers.chargedBytes();
        int count = 0;
        while (subscribers.chargedBytes() - before <= EventualRemovals.MOST_BYTES) {
            letGo(key("subscriber", count++));
        }
        settle();
        assertThat(written()).isEmpty();

        subscribers.pass();
        settle();

        assertThat(written()).hasSize(count);
    }
}
