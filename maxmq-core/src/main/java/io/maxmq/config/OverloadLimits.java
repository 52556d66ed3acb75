package io.maxmq.config;

import io.maxmq.spi.Stable;
import java.time.Duration;

/**
 * When the broker sheds work because it has too much. Each level sheds what the ones below it do, and more:
 *
 * <pre>
 *   1  new connections   closed when they are accepted; CONNACK 0x89 (MQTT 3: 3) inside the JVM
 *   2  QoS 0             what clients publish at QoS 0 is dropped
 *   3  subscriptions     SUBACK 0x97
 * </pre>
 *
 * The level is the highest that any of the measures asks for. It rises at once and falls one step at a time, when {@link #calm} has passed in which
 * nothing asked for as much. Looked at as often as event loops are (the stall threshold). Immutable.
 *
 * @param enabled whether any of this happens; default false
 * @param loopDelay how late an event loop is, for level 1; twice and four times that for levels 2 and 3; default 1 s
 * @param memoryPercent of the memory budget in use, for level 1, 1..99; for levels 2 and 3 a half and three quarters of the rest are gone
 *     too; default 80
 * @param storagePendingBytes that the storage has taken and not completed, for level 1; twice and four times that for levels 2 and
 *     3; default 32 MiB
 * @param calm how long a level lasts at least after the last reason for it; default 5 s
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

    /** The defaults: off. */
    public static OverloadLimits defaults() {
        return builder().build();
    }

    /** Starts from the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Starts from these values. */
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
         * The settings.
         *
         * @throws IllegalArgumentException naming the field and its value
         */
        public OverloadLimits build() {
            return new OverloadLimits(enabled, loopDelay, memoryPercent, storagePendingBytes, calm);
        }
    }
}
