package io.maxmq.core.persistence;

/**
 * The records of one event loop in the store. Runs on the loop.
 *
 * @param retaining the routings that set a retained message
 * @param firstSequence above all message sequences of previous broker runs
 */
public record LoopRecords(
        LoopStore store,
        Payloads payloads,
        MessageRemovals removals,
        RetainedRecords retained,
        Routings routings,
        Routings retaining,
        long firstSequence) {
    public static LoopRecords of(LoopStore store, long firstSequence) {
        Payloads payloads = new Payloads(store);
        return new LoopRecords(
                store,
                payloads,
                new MessageRemovals(store, payloads),
                new RetainedRecords(store),
                new Routings(),
                new Routings(),
                firstSequence);
    }

    /** Submits pending writes when the broker closes. */
    public void close() {
        retained.close();
        store.close();
    }
}
