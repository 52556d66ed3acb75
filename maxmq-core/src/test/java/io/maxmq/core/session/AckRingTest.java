package io.maxmq.core.session;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static io.maxmq.codec.PacketType.PUBACK;
import static io.maxmq.codec.PacketType.PUBREC;
import static io.maxmq.codec.ReasonCode.NO_MATCHING_SUBSCRIBERS;
import static io.maxmq.codec.ReasonCode.QUOTA_EXCEEDED;
import static io.maxmq.codec.ReasonCode.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;

class AckRingTest {
    private final List<String> sent = new ArrayList<>();
    private final AckRing ring = new AckRing(this::emit);

    private void emit(PacketType type, int packetId, ReasonCode reason, @Nullable String detail) {
        sent.add(type + " " + packetId + " " + reason + (detail == null ? "" : " " + detail));
    }

    @Test
    void aTextStaysWithItsAcknowledgement() {
        long first = ring.addWaiting(PUBACK, 1);
        ring.add(PUBREC, 2, QUOTA_EXCEEDED, "full");
        ring.add(PUBACK, 3, SUCCESS);
        ring.complete(first, SUCCESS);
        ring.add(PUBACK, 4, QUOTA_EXCEEDED, "still full");

        assertThat(sent)
                .containsExactly(
                        "PUBACK 1 SUCCESS",
                        "PUBREC 2 QUOTA_EXCEEDED full",
                        "PUBACK 3 SUCCESS",
                        "PUBACK 4 QUOTA_EXCEEDED still full");
    }

    @Test
    void sendsAtOnceWhatWaitsForNobody() {
        ring.add(PUBACK, 1, SUCCESS);
        ring.add(PUBREC, 2, QUOTA_EXCEEDED);

        assertThat(sent).containsExactly("PUBACK 1 SUCCESS", "PUBREC 2 QUOTA_EXCEEDED");
        assertThat(ring.size()).isZero();
    }

    @Test
    void holdsBackWhatIsBehindAWaitingOne() {
        long first = ring.addWaiting(PUBACK, 1);
        ring.add(PUBACK, 2, NO_MATCHING_SUBSCRIBERS);
        long third = ring.addWaiting(PUBREC, 3);
        assertThat(sent).isEmpty();
        assertThat(ring.size()).isEqualTo(3);
        assertThat(ring.waitingPubAcks()).isEqualTo(2);

        ring.complete(third, SUCCESS);
        assertThat(sent).isEmpty();
        ring.complete(first, SUCCESS);

        assertThat(sent).containsExactly("PUBACK 1 SUCCESS", "PUBACK 2 NO_MATCHING_SUBSCRIBERS", "PUBREC 3 SUCCESS");
        assertThat(ring.size()).isZero();
        assertThat(ring.waitingPubAcks()).isZero();
    }

    @Test
    void ignoresACompletionThatComesTwice() {
        long first = ring.addWaiting(PUBACK, 1);
        ring.complete(first, SUCCESS);

        ring.complete(first, SUCCESS);

        assertThat(sent).hasSize(1);
    }

    @Test
    void keepsTheOrderHoweverCompletionsCome() {
        Random random = new Random(42);
        List<String> expected = new ArrayList<>();
        List<Long> waiting = new ArrayList<>();
        for (int id = 1; id <= 5000; id++) {
            expected.add("PUBACK " + id + " SUCCESS");
            if (random.nextBoolean()) {
                waiting.add(ring.addWaiting(PUBACK, id));
            } else {
                ring.add(PUBACK, id, SUCCESS);
            }
            if (id % 100 == 0) {
                Collections.shuffle(waiting, random);
                while (waiting.size() > 20) {
                    ring.complete(waiting.remove(0), SUCCESS);
                }
            }
        }
        waiting.forEach(place -> ring.complete(place, SUCCESS));

        assertThat(sent).isEqualTo(expected);
    }
}
