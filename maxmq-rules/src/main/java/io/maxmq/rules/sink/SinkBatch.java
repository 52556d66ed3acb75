package io.maxmq.rules.sink;

import io.maxmq.spi.Preview;
import java.util.List;

/**
 * Records for one write.
 *
 * @param records one or more, at most {@link Buffering#maxBatchRecords}, in order; unmodifiable
 * @param attempt how often the first of them has been tried before, from 0
 * @since 0.1.0
 */
@Preview
public record SinkBatch(List<SinkRecord> records, int attempt) {

    /** Copies the list. */
    public SinkBatch {
        records = List.copyOf(records);
    }

    /** Returns the number of records. */
    public int size() {
        return records.size();
    }
}
