package io.maxmq.config;

import io.maxmq.spi.Stable;
import java.time.Duration;

/**
 * Thresholds at which an overloaded broker sheds work. Each level includes the levels above it in this table:
 *
 * <pre>
 *   1  new connections   closed when they are accepted; CONNACK 0x89 (MQTT 3: 3) inside the JVM
 *   2  QoS 0             messages that clients publish at QoS 0 are dropped
 *   3  subscriptions     SUBACK 0x97
 * </pre>
 *
 * The level is the highest that any measure requires. It rises at once and falls by one after {@link #calm} without a
 * reason for the present level. Evaluated once per stall threshold. Immutable.
 *
 * @param enabled whether the broker sheds work; default false
 * @param loopDelay delay of an event loop for level 1; twice and four times that for levels 2 and 3; default 1 s
 * @param memoryPercent used part of the memory budget for level 1, 1..99; levels 2 and 3 begin when half and three
 *     quarters of the remaining budget are used; default 80
 * @param storagePendingBytes accepted by the store and not completed, for level 1; twice and four times that for levels
 *     2 and 3; default 32 MiB
 * @param calm minimum duration of a level after the last reason for it; default 5 s
 * @since 0.1.0
 */
@Stable
public record OverloadLimits(
        boolean enabled, Duration loopDelay, int memoryPercent, long storagePendingBytes, Duration calm) {

    private static final int MAX_PERCENT = 99;

    /** Checks every value. */
    public OverloadLimits {
        SettingChecks.positive("loopDelay", loopDelay);
        SettingChecks.range("memoryPercent", memoryPercent, 1, MAX_PERCENT);
        SettingChecks.range("storagePendingBytes", storagePendingBytes, 1, Long.MAX_VALUE / 4);
        SettingChecks.positive("calm", calm);
    }

    /** Returns the defaults: disabled. */
    public static OverloadLimits defaults() {
        return builder().build();
    }

    /** Returns a builder with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns a builder with these values. */
    public Builder toBuilder() {
        return new Builder()
                .enabled(enabled)
                .loopDelay(loopDelay)
                .memoryPercent(memoryPercent)
                .storagePendingBytes(storagePendingBytes)
                .calm(calm);
    }

    /**
     * Collects values. Not thread-safe.
     *
     * @since 0.1.0
     */
    @Stable
    public static final class Builder {

        private boolean enabled;
        private Duration loopDelay = Duration.ofSeconds(1);
        private int memoryPercent = 80;
        private long storagePendingBytes = 32L << 20;
        private Duration calm = Duration.ofSeconds(5);

        private Builder() {}

        /** See {@link OverloadLimits#enabled()}. */
        public Builder enabled(boolean value) {
            enabled = value;
            return this;
        }

        /** See {@link OverloadLimits#loopDelay()}. */
        public Builder loopDelay(Duration value) {
            loopDelay = value;
            return this;
        }

        /** See {@link OverloadLimits#memoryPercent()}. */
        public Builder memoryPercent(int value) {
            memoryPercent = value;
            return this;
        }

        /** See {@link OverloadLimits#storagePendingBytes()}. */
        public Builder storagePendingBytes(long value) {
            storagePendingBytes = value;
            return this;
        }

        /** See {@link OverloadLimits#calm()}. */
        public Builder calm(Duration value) {
            calm = value;
            return this;
        }

        /**
         * Builds the settings.
         *
         * @throws IllegalArgumentException when a value is invalid; names the field and its value
         */
        public OverloadLimits build() {
            return new OverloadLimits(enabled, loopDelay, memoryPercent, storagePendingBytes, calm);
        }
    }
}
