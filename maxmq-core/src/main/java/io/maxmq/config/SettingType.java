package io.maxmq.config;

import io.maxmq.codec.QoS;
import io.maxmq.spi.Internal;
import io.maxmq.spi.config.ConfigFileException;
import io.maxmq.spi.config.ConfigSection;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.ToLongFunction;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The type of a setting: the notation of its values in a configuration file, and which values it may have. Immutable.
 *
 * @since 0.1.0
 */
@Internal
public final class SettingType<V> {
    private static final Pattern UNQUOTED = Pattern.compile("[A-Za-z0-9._-]+");

    private final String values;
    private final BiFunction<ConfigSection, String, V> reading;
    private final Function<V, String> writing;
    private final Optional<SettingRange<V>> range;

    private SettingType(
            String values,
            BiFunction<ConfigSection, String, V> reading,
            Function<V, String> writing,
            Optional<SettingRange<V>> range) {
        this.values = values;
        this.reading = reading;
        this.writing = writing;
        this.range = range;
    }

    private SettingType(String values, BiFunction<ConfigSection, String, V> reading, Function<V, String> writing) {
        this(values, reading, writing, Optional.empty());
    }

    private static <V> SettingType<V> within(SettingRange<V> range) {
        return new SettingType<>(
                range.toString(),
                (section, key) -> {
                    long amount = range.unit().read(section, key);
                    if (!range.contains(amount)) {
                        throw section.wrong(
                                key, "must be " + range + ": " + range.unit().write(amount));
                    }
                    return range.of().apply(amount);
                },
                value -> range.unit().write(range.amount().applyAsLong(value)),
                Optional.of(range));
    }

    private static <V> SettingType<V> within(
            SettingUnit unit, long min, long max, LongFunction<V> of, ToLongFunction<V> amount) {
        return within(new SettingRange<>(unit, min, max, false, of, amount));
    }

    static SettingType<Integer> number(int min, int max) {
        return within(SettingUnit.COUNT, min, max, Math::toIntExact, Integer::longValue);
    }

    static SettingType<Long> bytes(long min, long max) {
        return within(SettingUnit.BYTES, min, max, Long::valueOf, Long::longValue);
    }

    /** An amount of bytes below 2 GiB. */
    static SettingType<Integer> fewBytes(int min, int max) {
        return within(SettingUnit.BYTES, min, max, Math::toIntExact, Integer::longValue);
    }

    static SettingType<Duration> time(Duration min, Duration max) {
        return within(SettingUnit.NANOS, min.toNanos(), max.toNanos(), Duration::ofNanos, Duration::toNanos);
    }

    static SettingType<QoS> qos() {
        return within(SettingUnit.COUNT, 0, 2, qos -> QoS.values()[(int) qos], QoS::ordinal);
    }

    /** Returns this type extended by the value 0. */
    SettingType<V> orZero() {
        SettingRange<V> from = range.orElseThrow();
        return within(new SettingRange<>(from.unit(), from.min(), from.max(), true, from.of(), from.amount()));
    }

    static SettingType<Boolean> flag() {
        return new SettingType<>(
                "true or false", (section, key) -> section.flag(key, false), value -> Boolean.toString(value));
    }

    /** @param values describes the possible texts */
    static SettingType<String> text(String values) {
        return new SettingType<>(values, ConfigSection::text, SettingType::quoted);
    }

    /** @param values describes the possible texts */
    static SettingType<Set<String>> texts(String values) {
        return new SettingType<>(
                values,
                (section, key) -> new HashSet<>(section.texts(key, List.of())),
                texts -> texts.stream().sorted().map(SettingType::quoted).collect(Collectors.joining(", ", "[", "]")));
    }

    static <E extends Enum<E>> SettingType<E> choice(Class<E> type) {
        E[] constants = type.getEnumConstants();
        return new SettingType<>(
                Stream.of(constants).map(SettingType::nameOf).collect(Collectors.joining(", ")),
                (section, key) -> section.choice(key, type, constants[0]),
                SettingType::nameOf);
    }

    private static String nameOf(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String quoted(String text) {
        return UNQUOTED.matcher(text).matches()
                ? text
                : '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /** Describes the possible values. */
    public String values() {
        return values;
    }

    /** Returns the range; empty for a type without an order. */
    public Optional<SettingRange<V>> range() {
        return range;
    }

    /**
     * Reads the value of a key that is present.
     *
     * @throws ConfigFileException if the value is invalid; the message names key, range and value
     */
    public V read(ConfigSection section, String key) {
        return reading.apply(section, key);
    }

    /** Returns a value in the notation of a configuration file. */
    public String write(V value) {
        return writing.apply(value);
    }
}
