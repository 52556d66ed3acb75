package io.maxmq.core.monitor;

/**
 * The rate of a counter per minute, averaged over the last 1, 5 and 15 minutes with a weight that fades exponentially,
 * as a system's load average. Not thread-safe.
 */
final class LoadAverage {
    private static final double NANOS_PER_MINUTE = 60e9;
    private static final int[] MINUTES = {1, 5, 15};

    private final double[] perMinute = new double[MINUTES.length];
    private long total;

    /**
     * Takes a reading.
     *
     * @param newTotal how much there has been since the start
     * @param elapsedNanos since the last reading, or since the start; above 0
     */
    void update(long newTotal, long elapsedNanos) {
        double minutes = elapsedNanos / NANOS_PER_MINUTE;
        double rate = (newTotal - total) / minutes;
        total = newTotal;
        for (int i = 0; i < MINUTES.length; i++) {
            double fading = Math.exp(-minutes / MINUTES[i]);
            perMinute[i] = perMinute[i] * fading + rate * (1 - fading);
        }
    }

    /** Returns the number of averages that there are. */
    static int count() {
        return MINUTES.length;
    }

    /** Over how many minutes the average of this index goes. */
    static int minutes(int index) {
        return MINUTES[index];
    }

    /** Returns the rate per minute. */
    double perMinute(int index) {
        return perMinute[index];
    }
}
