package io.maxmq.config;

import io.maxmq.spi.Internal;
import io.maxmq.spi.config.ConfigSection;
import java.time.Duration;

/**
 * The unit of a setting with a range, and the notation of such a value in a configuration file.
 *
 * @since 0.1.0
 */
@Internal
public enum SettingUnit {
    COUNT(new long[] {1}, ""),
    BYTES(new long[] {1 << 30, 1 << 20, 1 << 10, 1}, " GiB", " MiB", " KiB", ""),
    NANOS(
            new long[] {86_400_000_000_000L, 3_600_000_000_000L, 60_000_000_000L, 1_000_000_000, 1_000_000, 1_000, 1},
            " d",
            " h",
            " m",
            " s",
            " ms",
            " us",
            " ns");

    private final long[] sizes;
    private final String[] names;

    SettingUnit(long[] sizes, String... names) {
        this.sizes = sizes;
        this.names = names;
    }

    /** Reads the value of a key that is present; a time beyond 292 years counts as 292 years. */
    long read(ConfigSection section, String key) {
        return switch (this) {
            case COUNT -> section.number(key, 0L);
            case BYTES -> section.bytes(key, 0);
            case NANOS -> section.duration(key, Duration.ZERO).toNanos();
        };
    }

    /** Writes a value in the largest unit that divides it. */
    String write(long value) {
        if (value == 0) {
            return "0";
        }
        int i = 0;
        while (value % sizes[i] != 0) {
            i++;
        }
        return value / sizes[i] + names[i];
    }
}
