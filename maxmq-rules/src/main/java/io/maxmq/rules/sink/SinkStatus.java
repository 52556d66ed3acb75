package io.maxmq.rules.sink;

import io.maxmq.spi.Preview;
import java.util.List;

/**
 * A sink at one moment.
 *
 * @param name what the engine calls it
 * @param state how it is
 * @param waiting records in its buffer
 * @param waitingBytes of them
 * @param written records that it has taken
 * @param retried records that it has put off, each time counted
 * @param rejected records that have become dead letters
 * @param discarded records that the full buffer has dropped
 * @param lastFailure what it has said last when it failed; empty for nothing
 * @param deadLetters the last that it has not taken, the oldest first; unmodifiable
 * @since 0.1.0
 */
@Preview
public record SinkStatus(
        String name,
        SinkState state,
        int waiting,
        long waitingBytes,
        long written,
        long retried,
        long rejected,
        long discarded,
        String lastFailure,
        List<DeadLetter> deadLetters) {

    /** Copies the list. */
    public SinkStatus {
        deadLetters = List.copyOf(deadLetters);
    }
}
