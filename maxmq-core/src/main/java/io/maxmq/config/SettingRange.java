package io.maxmq.config;

import io.maxmq.spi.Internal;
import java.util.function.LongFunction;
import java.util.function.ToLongFunction;

/**
 * The range of a setting, both ends included. Immutable.
 *
 * @param unit of {@code min} and {@code max}
 * @param orZero whether the setting may be 0 below {@code min}
 * @param of makes a value of the setting's type
 * @param amount returns the amount of such a value
 * @since 0.1.0
 */
@Internal
public record SettingRange<V>(
        SettingUnit unit, long min, long max, boolean orZero, LongFunction<V> of, ToLongFunction<V> amount) {

    /** Returns whether the setting may have this amount. */
    public boolean contains(long value) {
        return value >= min && value <= max || orZero && value == 0;
    }

    /** Returns the range in the notation of the file: {@code 1..65535}, {@code 1 KiB or more}. */
    @Override
    public String toString() {
        boolean isBounded = max < (unit == SettingUnit.COUNT ? Integer.MAX_VALUE : Long.MAX_VALUE);
        boolean isPositiveTime = unit == SettingUnit.NANOS && min == 1;
        String from = isPositiveTime ? "more than 0" : unit.write(min);
        String bounds = isBounded && !isPositiveTime
                ? from + ".." + unit.write(max)
                : from + (isBounded ? ", at most " + unit.write(max) : isPositiveTime ? "" : " or more");
        return orZero ? "0, or " + bounds : bounds;
    }
}
