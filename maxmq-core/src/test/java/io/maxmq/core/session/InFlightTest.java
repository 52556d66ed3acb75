package io.maxmq.core.session;

import io.maxmq.core.observe.LoopCounters;
import io.maxmq.core.routing.StoredMessage;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class InFlightTest {
    private static final long NO_LIMIT = Long.MAX_VALUE;

    private final InFlight inFlight = new InFlight(new LoopCounters());

    private long next;

    private int send(String payload) {
        return inFlight.add(next++, Messages.of(payload, 1), 1, Messages.SUBSCRIPTION);
    }

    @Test
    void countsIdsFromOneToTheLastAndBeginsAgain() {
        for (int i = 0; i < 3 * InFlight.PACKET_IDS; i++) {
            int id = send("");
            assertThat(id).isEqualTo(1 + i % InFlight.PACKET_IDS);
            assertThat(inFlight.remove(id, 1)).isNotNull();
        }
    }

    @Test
    void waitsForAnIdThatIsStillInUse() {
        int stuck = send("stuck");
        for (int i = 1; i < InFlight.PACKET_IDS; i++) {
            inFlight.remove(send(""), 1);
        }

        assertThat(inFlight.hasRoom(100, NO_LIMIT, next)).isFalse();
        assertThat(inFlight.outstanding()).isEqualTo(1);

        assertThat(inFlight.remove(stuck, 1)).isNotNull();
        assertThat(inFlight.hasRoom(100, NO_LIMIT, next)).isTrue();
        assertThat(send("next")).isEqualTo(stuck);
    }

    @Test
    void aGapInTheOrderIsAGapInTheIds() {
        assertThat(send("0")).isEqualTo(1);
        next += 10; // never sent
        assertThat(send("11")).isEqualTo(12);

        assertThat(inFlight.sequence(12)).isEqualTo(11);
        assertThat(inFlight.sequence(2)).isEqualTo(-1);
        assertThat(inFlight.remove(2, 1)).isNull();
        assertThat(inFlight.remove(12, 1)).isNotNull();
        assertThat(inFlight.remove(1, 1)).isNotNull();
    }

    @Test
    void anIdInUseMakesTheNextOfThatIdWaitWhateverLiesBetween() {
        send("stuck");
        next = InFlight.PACKET_IDS - 1;
        assertThat(inFlight.hasRoom(100, NO_LIMIT, next)).isTrue();
        next++;
        assertThat(inFlight.hasRoom(100, NO_LIMIT, next)).isFalse();

        assertThat(inFlight.remove(1, 1)).isNotNull();
        assertThat(inFlight.hasRoom(100, NO_LIMIT, next)).isTrue();
        assertThat(send("again")).isEqualTo(1);
    }

    @Test
    void holdsAllIdsAtOnce() {
        StoredMessage message = Messages.of("", 2);
        for (int i = 0; i < InFlight.PACKET_IDS; i++) {
            assertThat(inFlight.hasRoom(65_535, NO_LIMIT, next)).isTrue();
            inFlight.add(next++, message, 2, Messages.SUBSCRIPTION);
        }

        assertThat(inFlight.hasRoom(65_536, NO_LIMIT, next)).isFalse();
        for (int id = InFlight.PACKET_IDS; id > 0; id--) {
            assertThat(inFlight.release(id)).isNotNull();
            assertThat(inFlight.complete(id)).isTrue();
        }
        assertThat(inFlight.hasRoom(1, NO_LIMIT, next)).isTrue();
    }

    @Test
    void isBoundedInBytesButAlwaysTakesOne() {
        assertThat(inFlight.hasRoom(100, 1, next)).isTrue();

        send("larger than one byte");

        assertThat(inFlight.hasRoom(100, 1, next)).isFalse();
    }

    @Test
    void knowsTheLastItHasSentAlsoWhenThatIsAcknowledged() {
        assertThat(inFlight.lastSequence()).isEqualTo(-1);

        inFlight.remove(send("0"), 1);

        assertThat(inFlight.lastSequence()).isEqualTo(0);
    }
}
