package io.maxmq.rules.sink;

import io.maxmq.spi.Preview;
import java.util.Collections;
import java.util.List;

/**
 * The result of a batch.
 *
 *
 * @param results one for each record, in the batch's order; unmodifiable
 *
 * @since 0.1.0
 */
@Preview
public record BatchResult(List<RecordResult> results) {

    /** Copies the list. */
    public BatchResult {
        results = List.copyOf(results);
    }

    /** The same for all. */
    public static BatchResult all(SinkBatch batch, RecordResult result) {
        return new BatchResult(Collections.nCopies(batch.size(), result));
    }

    /** All are where they belong. */
    public static BatchResult ok(SinkBatch batch) {
        return all(batch, RecordResult.ok());
    }
}
