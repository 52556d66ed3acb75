package io.maxmq.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The table of settings, compared with the records that it describes. */
class SettingKeysTest {

    static Stream<Named<SettingSection<?, ?>>> sections() {
        return SettingKeys.ALL.stream().map(section -> Named.of("[" + section.path() + "]", section));
    }

    /** An embedder constructs the records without the table, so they have checks of their own. */
    @ParameterizedTest
    @MethodSource("sections")
    <R, D> void rangesAreThoseThatTheRecordsCheck(SettingSection<R, D> section) {
        List<String> disagreements = new ArrayList<>();

        section.keys().forEach(key -> collectDisagreements(section, key, disagreements));

        assertThat(disagreements).isEmpty();
    }

    private static <R, D, V> void collectDisagreements(
            SettingSection<R, D> section, SettingKey<R, D, V> key, List<String> disagreements) {
        key.type()
                .range()
                .ifPresent(range -> boundaries(range)
                        .filter(amount -> range.contains(amount) != isTaken(section, key, range, amount))
                        .forEach(amount -> disagreements.add(section.pathOf(key) + " = " + amount + " of " + range)));
    }

    private static Stream<Long> boundaries(SettingRange<?> range) {
        Stream<Long> around = Stream.of(range.min() - 1, range.min(), range.max(), 0L);
        return range.max() == Long.MAX_VALUE ? around : Stream.concat(around, Stream.of(range.max() + 1));
    }

    /** A value that is refused only beside another one is in the range. */
    private static <R, D, V> boolean isTaken(
            SettingSection<R, D> section, SettingKey<R, D, V> key, SettingRange<V> range, long amount) {
        V value;
        try {
            value = range.of().apply(amount);
        } catch (ArithmeticException | ArrayIndexOutOfBoundsException e) {
            return false; // the type has no such value
        }
        String component = Pattern.compile("-(.)")
                .matcher(key.name())
                .replaceAll(letter -> letter.group(1).toUpperCase(Locale.ROOT));
        try {
            R unused = section.build().apply(key.setter().apply(section.fresh().get(), value));
            return true;
        } catch (IllegalArgumentException e) {
            return !String.valueOf(e.getMessage()).startsWith(component + " must be ");
        }
    }

    @ParameterizedTest
    @MethodSource("sections")
    <R, D> void settersSetTheValueThatGettersReturn(SettingSection<R, D> section) {
        section.keys().forEach(key -> assertIsSet(section, key));
    }

    private static <R, D, V> void assertIsSet(SettingSection<R, D> section, SettingKey<R, D, V> key) {
        V other = other(key, section.defaults());
        D draft = key.setter().apply(section.fresh().get(), other);

        assertThat(key.getter().apply(section.build().apply(draft)))
                .as(section.pathOf(key))
                .isEqualTo(other);
    }

    /** Returns a valid value other than the default. */
    @SuppressWarnings("unchecked")
    private static <R, V> V other(SettingKey<R, ?, V> key, R defaults) {
        V value = key.getter().apply(defaults);
        if (key.type().range().isPresent()) {
            SettingRange<V> range = key.type().range().get();
            long amount = range.amount().applyAsLong(value);
            long next = amount == range.max() ? amount - step(range) : amount + step(range);
            return range.of().apply(Math.max(range.min(), next));
        }
        if (value instanceof Enum<?> constant) {
            Object[] constants = constant.getDeclaringClass().getEnumConstants();
            return (V) constants[(constant.ordinal() + 1) % constants.length];
        }
        return value instanceof Boolean flag
                ? (V) (Object) !flag
                : value instanceof String ? (V) "other" : (V) Set.of("$other");
    }

    private static long step(SettingRange<?> range) {
        return range.unit() == SettingUnit.NANOS ? 1_000_000_000 : 1;
    }

    @Test
    void eachKeyIsThereOnce() {
        List<String> paths = new ArrayList<>();
        SettingKeys.ALL.forEach(section -> collectPaths(section, paths));

        assertThat(paths).doesNotHaveDuplicates();
        assertThat(new TreeSet<>(paths))
                .isEqualTo(new TreeSet<>(
                        SettingKeys.valuesIn(BrokerConfig.defaults()).keySet()));
    }

    private static <R, D> void collectPaths(SettingSection<R, D> section, List<String> paths) {
        section.keys().forEach(key -> paths.add(section.pathOf(key)));
    }

    @Test
    void valuesAreInTheNotationOfTheFile() {
        Map<String, String> values = SettingKeys.valuesIn(BrokerConfig.defaults());

        assertThat(values)
                .containsEntry("name", "maxmq")
                .containsEntry("allow-anonymous", "false")
                .containsEntry("sessions.max-stored-bytes", "1 GiB")
                .containsEntry("sessions.max-sessions-per-user", "0")
                .containsEntry("sessions.overflow", "drop-newest")
                .containsEntry("connections.max-keep-alive", "65535 s")
                .containsEntry("connections.max-client-id-bytes", "256")
                .containsEntry("stall-threshold", "500 ms")
                .containsEntry("will-grace-after-restart", "0")
                .containsEntry("capabilities.maximum-qos", "2")
                .containsEntry("capabilities.response-information", "\"\"")
                .containsEntry("capabilities.open-dollar-topics", "[]");
    }
}
