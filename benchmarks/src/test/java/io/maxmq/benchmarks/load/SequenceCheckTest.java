package io.maxmq.benchmarks.load;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SequenceCheckTest {
    private final SequenceCheck check = new SequenceCheck(2);

    @Test
    void findsNothingWhenEachComesOnceInOrder() {
        accept(0, 1, 2);

        assertFindings(0, 0, 0);
        assertThat(check.missingAtTail(0, 3)).isZero();
    }

    @Test
    void countsASkippedMessageAsLost() {
        accept(0, 3);

        assertFindings(2, 0, 0);
    }

    @Test
    void countsASkippedMessageThatComesLaterAsOutOfOrder() {
        accept(0, 2, 1, 3);

        assertFindings(0, 0, 1);
    }

    @Test
    void countsASecondDeliveryAsDuplicate() {
        accept(0, 1, 1, 0);

        assertFindings(0, 2, 0);
    }

    @Test
    void knowsWhatIsMissingAtTheEnd() {
        accept(0);

        assertThat(check.missingAtTail(0, 5)).isEqualTo(4);
        assertThat(check.missingAtTail(1, 5)).isEqualTo(5);
    }

    @Test
    void tellsOfHowManyMessagesTheFateIsKnown() {
        assertThat(check.accept(0, 0)).isEqualTo(1);
        assertThat(check.accept(0, 3)).isEqualTo(3);
        assertThat(check.accept(0, 1)).isZero();
    }

    private void accept(int... sequences) {
        for (int sequence : sequences) {
            check.accept(0, sequence);
        }
    }

    private void assertFindings(long lost, long duplicates, long outOfOrder) {
        assertThat(check.lost()).isEqualTo(lost);
        assertThat(check.duplicates()).isEqualTo(duplicates);
        assertThat(check.outOfOrder()).isEqualTo(outOfOrder);
    }
}
