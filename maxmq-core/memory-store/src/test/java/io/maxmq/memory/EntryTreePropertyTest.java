package io.maxmq.memory;

import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.KeyRange;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;

import static org.assertj.core.api.Assertions.assertThat;

class EntryTreePropertyTest {

    /** Changes a tree and its model alike. */
    interface Step {
        EntryTree run(EntryTree tree, Map<Bytes, Entry> model);
    }

    @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
    void agreesWithATreeMapAndStaysBalanced(@ForAll("steps") List<Step> steps) {
        EntryTree tree = EntryTree.EMPTY;
        TreeMap<Bytes, Entry> model = new TreeMap<>();

        for (Step step : steps) {
            EntryTree before = tree;
            List<Entry> entriesBefore = List.copyOf(model.values());
            tree = step.run(tree, model);

            assertThat(tree.isSound()).isTrue();
            assertThat(entries(tree, KeyRange.ALL, false)).isEqualTo(List.copyOf(model.values()));
            assertThat(entries(before, KeyRange.ALL, false)).isEqualTo(entriesBefore);
        }

        assertThat(tree.size()).isEqualTo(model.size());
        assertThat(tree.bytes())
                .isEqualTo(model.values().stream().mapToLong(Entry::sizeBytes).sum());
        for (int number = 0; number < 200; number++) {
            assertThat(tree.get(key(number))).isEqualTo(model.get(key(number)));
        }
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void visitsARangeBothWaysAndStopsWhenTold(
            @ForAll("steps") List<Step> steps,
            @ForAll("ranges") KeyRange range,
            @ForAll @IntRange(min = 1, max = 20) int most) {
        EntryTree tree = EntryTree.EMPTY;
        TreeMap<Bytes, Entry> model = new TreeMap<>();
        for (Step step : steps) {
            tree = step.run(tree, model);
        }

        List<Entry> expected = new ArrayList<>(model.values().stream()
                .filter(entry -> range.contains(entry.key()))
                .toList());
        assertThat(entries(tree, range, false)).isEqualTo(expected);
        List<Entry> first = new ArrayList<>();
        tree.visit(range, false, entry -> {
            first.add(entry);
            return first.size() < most;
        });
        assertThat(first).isEqualTo(expected.subList(0, Math.min(most, expected.size())));
        Collections.reverse(expected);
        assertThat(entries(tree, range, true)).isEqualTo(expected);
    }

    @Example
    void keepsItsBalanceWhenKeysComeInOrder() {
        EntryTree tree = EntryTree.EMPTY;
        for (int i = 0; i < 100_000; i++) {
            tree = tree.put(new Entry(Bytes.ofLong(i), Bytes.EMPTY, 1));
        }

        assertThat(tree.isSound()).isTrue();
        EntryTree rest = tree.removeRange(new KeyRange(Bytes.ofLong(10), Bytes.ofLong(99_990)));
        assertThat(rest.isSound()).isTrue();
        assertThat(rest.size()).isEqualTo(20);
        assertThat(tree.size()).isEqualTo(100_000);
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Integer> numbers = Arbitraries.integers().between(0, 199);
        Arbitrary<Step> puts = Combinators.combine(
                        numbers, Arbitraries.integers().between(0, 9))
                .as((number, length) -> (tree, model) -> {
                    Entry entry = new Entry(key(number), Bytes.wrap(new byte[length]), number);
                    model.put(entry.key(), entry);
                    return tree.put(entry);
                });
        Arbitrary<Step> removals = numbers.map(number -> (tree, model) -> {
            model.remove(key(number));
            return tree.remove(key(number));
        });
        Arbitrary<Step> runs = Combinators.combine(
                        numbers, Arbitraries.integers().between(1, 100))
                .as((number, length) -> (tree, model) -> {
                    EntryTree grown = tree;
                    for (int i = number; i < number + length; i++) {
                        Entry entry = new Entry(key(i), Bytes.EMPTY, i);
                        model.put(entry.key(), entry);
                        grown = grown.put(entry);
                    }
                    return grown;
                });
        Arbitrary<Step> rangeRemovals = ranges().map(range -> (tree, model) -> {
            model.keySet().removeIf(range::contains);
            return tree.removeRange(range);
        });
        return Arbitraries.frequencyOf(
                        Tuple.of(8, puts), Tuple.of(6, removals), Tuple.of(2, runs), Tuple.of(1, rangeRemovals))
                .list()
                .ofMaxSize(80);
    }

    @Provide
    Arbitrary<KeyRange> ranges() {
        Arbitrary<Bytes> keys = Arbitraries.integers().between(0, 300).map(EntryTreePropertyTest::key);
        return Combinators.combine(keys, keys.injectNull(0.1)).as(KeyRange::new);
    }

    private static Bytes key(int number) {
        return Bytes.ofLong(number).slice(6, 8);
    }

    private static List<Entry> entries(EntryTree tree, KeyRange range, boolean reverse) {
        List<Entry> entries = new ArrayList<>();
        tree.visit(range, reverse, entries::add);
        return entries;
    }
}
