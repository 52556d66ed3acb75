package io.maxmq.core.session;

import io.maxmq.Collected;
import io.maxmq.core.persistence.InboundRecord;
import io.maxmq.core.persistence.LoopStore;
import io.maxmq.core.persistence.ManualLoop;
import io.maxmq.core.persistence.OwnerKey;
import io.maxmq.core.persistence.Payloads;
import io.maxmq.core.persistence.Routings;
import io.maxmq.core.persistence.ScriptedStore;
import io.maxmq.core.persistence.Tables;
import io.maxmq.core.persistence.WriteCallback;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.StorageException.Kind;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** QoS 2 packet ids whose messages have come: what they hold, and what they count. */
class InboundQos2StateTest {
    private final ManualLoop thread = new ManualLoop(64 << 20);
    private final ScriptedStore store = new ScriptedStore(1);
    private final LoopStore writes = new LoopStore(store, thread.loop);
    private final Payloads payloads = new Payloads(writes);
    private final Bytes record = OwnerKey.of("", "publisher").numbered(7);
    private final List<String> told = new ArrayList<>();

    private InboundQos2State receive(StoredMessage message) {
        InboundQos2State[] received = new InboundQos2State[1];
        thread.run(() -> {
            received[0] = new InboundQos2State(payloads, message, new Routings().begin(), null);
            WriteCallback both = received[0].refer(
                    message, failure -> told.add(message.idLow() + (failure == null ? " written" : " failed")));
            writes.putEarly(Tables.INBOUND, record, InboundRecord.routing(record, message), both);
        });
        return received[0];
    }

    private static StoredMessage large() {
        return Messages.of("x".repeat(2000), 2);
    }

    private static Bytes key(InboundQos2State received) {
        return Payloads.key(received.idHigh(), received.idLow());
    }

    private void takeAll() {
        for (int i = 0; i < 5; i++) {
            store.takeAll();
            thread.runPosted();
            thread.pass();
        }
    }

    @Test
    void holdsNoMessageOnceThatIsWritten() {
        List<InboundQos2State> kept = new ArrayList<>();
        WeakReference<StoredMessage> message = written(kept);
        large(); // or the one before stays with the message in transit
        assertThat(kept.get(0).isWhole()).isTrue();
        Collected.await(message);
        thread.run(kept.get(0)::released);
        takeAll();
        assertThat(store.counter(Tables.PAYLOAD_COUNT, key(kept.get(0)))).isZero();
    }

    private WeakReference<StoredMessage> written(List<InboundQos2State> kept) {
        StoredMessage large = large();
        kept.add(receive(large));
        takeAll();
        assertThat(told).hasSize(1);
        return new WeakReference<>(large);
    }

    @Test
    void givesTheBodyBackOnceWhenItIsRouted() {
        InboundQos2State received = receive(large());
        takeAll();
        assertThat(store.counter(Tables.PAYLOAD_COUNT, key(received))).isEqualTo(1);
        thread.run(() -> received.routed(null));
        assertThat(received.isWhole()).isFalse();
        thread.run(received::released);
        takeAll();
        assertThat(store.counter(Tables.PAYLOAD_COUNT, key(received))).isZero();
        assertThat(store.submitted.stream()
                        .flatMap(batch -> batch.mutations().stream())
                        .filter(each -> each.table().equals(Tables.PAYLOAD_COUNT)))
                .as("one more, one less")
                .hasSize(2);
    }

    @Test
    void givesTheBodyBackWhenItIsReleasedBeforeItIsWritten() {
        InboundQos2State received = receive(large());
        thread.run(received::released);
        takeAll();
        assertThat(told).hasSize(1);
        assertThat(store.counter(Tables.PAYLOAD_COUNT, key(received))).isZero();
    }

    @Test
    void givesNothingBackThatWasNotCounted() {
        InboundQos2State received = receive(large());
        store.refuseOne(Kind.FULL);
        takeAll();
        assertThat(told).singleElement().asString().endsWith("failed");
        assertThat(received.isWhole()).isFalse();
        thread.run(received::released);
        takeAll();
        assertThat(store.counter(Tables.PAYLOAD_COUNT, key(received))).isZero();
    }

    @Test
    void aRecordThatIsNotNeededAnyMoreIsWithdrawn() {
        InboundQos2State received = receive(large());
        takeAll();
        int before = store.submitted.size();
        thread.run(() -> {
            received.routed(writes.putEarlySoon(Tables.INBOUND, record, Bytes.utf8("routed")));
            received.released();
        });
        thread.pass();
        assertThat(store.submitted.subList(before, store.submitted.size()))
                .flatExtracting(batch -> batch.mutations())
                .noneMatch(each -> each.table().equals(Tables.INBOUND));
    }
}
