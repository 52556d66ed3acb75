package io.maxmq.benchmarks.load;

import java.io.IOException;

/** Reads the counters of the broker's store. */
public interface StoreProbe {
    /**
     * One reading.
     *
     * @param records written; -1 when the broker does not tell
     * @param syncs times that they were forced to the medium; -1 when the broker does not tell
     */
    record Figures(long records, long syncs) {
        /** Records for each sync since {@code earlier}; NaN when unknown or when there was no sync. */
        double recordsPerSync(Figures earlier) {
            long newSyncs = syncs - earlier.syncs;
            return records < 0 || newSyncs <= 0 ? Double.NaN : (double) (records - earlier.records) / newSyncs;
        }
    }

    Figures read() throws IOException;
}
