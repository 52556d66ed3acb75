package io.maxmq.config;

import io.maxmq.spi.Internal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The settings of one record, which are a section of a configuration file. Immutable.
 *
 * @param <R> the record
 * @param <D> its draft: its builder, or the record itself
 * @param path of the section, for example {@code sessions}; empty for the whole file
 * @param part returns the record of a broker's settings
 * @param fresh makes a draft with the defaults
 * @param build makes the record; throws {@link IllegalArgumentException} if it refuses the draft
 * @param keys in the order of the documentation
 * @since 0.1.0
 */
@Internal
public record SettingSection<R, D>(
        String path,
        Function<BrokerConfig, R> part,
        Supplier<D> fresh,
        Function<D, R> build,
        List<SettingKey<R, D, ?>> keys) {

    /** Copies the list. */
    public SettingSection {
        keys = List.copyOf(keys);
    }

    /** Returns the settings with all defaults. */
    public R defaults() {
        return build.apply(fresh.get());
    }

    /** Returns the key with its section: {@code sessions.max-sessions}. */
    public String pathOf(SettingKey<R, D, ?> key) {
        return path.isEmpty() ? key.name() : path + "." + key.name();
    }

    /** Adds the value of each key, in the notation of a configuration file. */
    void collectValues(BrokerConfig config, Map<String, String> values) {
        R settings = part.apply(config);
        keys.forEach(key -> values.put(pathOf(key), key.valueIn(settings)));
    }

    static <R, D> Collector<R, D> of(String path, Function<BrokerConfig, R> part) {
        return new Collector<>(path, part);
    }

    /** Collects the keys of a section. Not thread-safe. */
    static final class Collector<R, D> {
        private final String path;
        private final Function<BrokerConfig, R> part;
        private final List<SettingKey<R, D, ?>> keys = new ArrayList<>();

        private Collector(String path, Function<BrokerConfig, R> part) {
            this.path = path;
            this.part = part;
        }

        /** A key, which {@link Place#at} adds. */
        <V> Place<V> key(String name, SettingType<V> type, String help) {
            return new Place<>(name, type, help);
        }

        SettingSection<R, D> from(Supplier<D> fresh, Function<D, R> build) {
            return new SettingSection<>(path, part, fresh, build, keys);
        }

        /** A key without its place. */
        final class Place<V> {
            private final String name;
            private final SettingType<V> type;
            private final String help;

            private Place(String name, SettingType<V> type, String help) {
                this.name = name;
                this.type = type;
                this.help = help;
            }

            Collector<R, D> at(Function<R, V> getter, BiFunction<D, V, D> setter) {
                keys.add(new SettingKey<>(name, type, help, getter, setter));
                return Collector.this;
            }
        }
    }
}
