package io.maxmq.core.persistence;

/**
 * What one event loop keeps in the store. Runs on the loop.
 *
 * @param retaining of the {@link Routings} those that set a retained message
 * @param firstSequence above all sequences that a broker before this one has given to a message
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

    /** Hands over what waits, as the broker closes. */
    public void close() {
        retained.close();
        store.close();
    }
}
