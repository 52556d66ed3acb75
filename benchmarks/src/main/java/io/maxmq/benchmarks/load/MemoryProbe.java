package io.maxmq.benchmarks.load;

import java.io.IOException;

/** Measures the memory of the broker's process. */
public interface MemoryProbe {
    /**
     * One reading.
     *
     * @param liveBytes heap after a full collection plus direct memory; -1 when the broker has no such thing
     * @param residentBytes as the system sees it; -1 when it doesn't tell
     */
    record Memory(long liveBytes, long residentBytes) {
        /** Returns the memory per thing of {@code count} things created since {@code earlier}; NaN where unknown. */
        PerItem since(Memory earlier, int count) {
            return new PerItem(
                    liveBytes < 0 ? Double.NaN : (double) (liveBytes - earlier.liveBytes) / count,
                    residentBytes < 0 ? Double.NaN : (double) (residentBytes - earlier.residentBytes) / count);
        }
    }

    /** Bytes per connection, message or the like; NaN for what is unknown. */
    record PerItem(double liveBytes, double residentBytes) {}

    Memory read() throws IOException;
}
