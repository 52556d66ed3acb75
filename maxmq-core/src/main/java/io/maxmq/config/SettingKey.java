package io.maxmq.config;

import io.maxmq.spi.Internal;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * A setting: its key in a configuration file, its type, and its place in the settings of the broker. Immutable.
 *
 * @param <R> the settings that have it
 * @param <D> a draft of these settings
 * @param name the key within its section, for example {@code max-queued-messages}
 * @param help one line in English
 * @param getter returns the value
 * @param setter returns the draft with another value, or the changed draft
 * @since 0.1.0
 */
@Internal
public record SettingKey<R, D, V>(
        String name, SettingType<V> type, String help, Function<R, V> getter, BiFunction<D, V, D> setter) {

    /** Returns the value in the notation of a configuration file. */
    public String valueIn(R settings) {
        return type.write(getter.apply(settings));
    }
}
