package io.maxmq.core.session;

import io.maxmq.core.routing.StoredMessage;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class InFlightTest {
    private static final long NO_LIMIT = Long.MAX_VALUE;

    private final InFlight inFlight = new InFlight();

    private int send(String payload) {
        return inFlight.add(Messages.of(payload, 1), 1, Messages.SUBSCRIPTION);
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

        assertThat(inFlight.hasRoom(100, NO_LIMIT)).isFalse();
        assertThat(inFlight.outstanding()).isEqualTo(1);

        assertThat(inFlight.remove(stuck, 1)).isNotNull();
        assertThat(inFlight.hasRoom(100, NO_LIMIT)).isTrue();
        assertThat(send("next")).isEqualTo(stuck);
    }

    @Test
    void holdsAllIdsAtOnce() {
        StoredMessage message = Messages.of("", 2);
        for (int i = 0; i < InFlight.PACKET_IDS; i++) {
            assertThat(inFlight.hasRoom(65_535, NO_LIMIT)).isTrue();
            inFlight.add(message, 2, Messages.SUBSCRIPTION);
        }

        assertThat(inFlight.hasRoom(65_536, NO_LIMIT)).isFalse();
        for (int id = InFlight.PACKET_IDS; id > 0; id--) {
            assertThat(inFlight.release(id)).isNotNull();
            assertThat(inFlight.complete(id)).isTrue();
        }
        assertThat(inFlight.hasRoom(1, NO_LIMIT)).isTrue();
    }

    @Test
    void isBoundedInBytesButAlwaysTakesOne() {
        assertThat(inFlight.hasRoom(100, 1)).isTrue();

        send("larger than one byte");

        assertThat(inFlight.hasRoom(100, 1)).isFalse();
    }
}
