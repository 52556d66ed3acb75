package io.maxmq.core.routing;

import io.maxmq.codec.topic.TopicFilter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

import static io.maxmq.core.routing.Naive.stored;
import static io.maxmq.core.routing.Naive.topic;
import static io.maxmq.core.routing.StoredMessage.OVERHEAD_BYTES;
import static org.assertj.core.api.Assertions.assertThat;

class RetainedTreeTest {
    @Property(tries = 500)
    void cursorAgreesWithNaiveMatcherAfterAnyPutsAndRemoves(
            @ForAll("topicNames") List<String> names, @ForAll("filters") List<String> filters) {
        RetainedTree retained = new RetainedTree(RetainedTree.Limits.NONE);
        Map<String, StoredMessage> expected = new HashMap<>();

        int bytes = 0;
        for (String name : names) { // every third step removes the message
            Topic topic = topic(name);
            if (++bytes % 3 == 0) {
                assertThat(retained.remove(topic)).isSameAs(expected.remove(name));
            } else {
                StoredMessage message = stored(topic, bytes);
                assertThat(retained.put(topic, message)).isEqualTo(new RetainedPut.Stored(expected.put(name, message)));
            }
            assertThat(retained.get(topic)).isSameAs(expected.get(name));
        }

        assertThat(retained.count()).isEqualTo(expected.size());
        assertThat(retained.bytes())
                .isEqualTo(expected.values().stream()
                        .mapToLong(StoredMessage::bytes)
                        .sum());
        for (String filter : filters) {
            assertThat(all(retained.cursor(TopicFilter.of(filter))))
                    .containsExactlyInAnyOrderElementsOf(expected.values().stream()
                            .filter(message ->
                                    Naive.matches(filter, message.topic().name()))
                            .toList());
        }
        expected.keySet().forEach(name -> retained.remove(topic(name)));
        assertThat(retained.isEmpty()).isTrue();
        assertThat(retained.count()).isZero();
        assertThat(retained.bytes()).isZero();
    }

    @Test
    void refusesAMessageBeyondTheMessageLimit() {
        RetainedTree retained = new RetainedTree(new RetainedTree.Limits(1, OVERHEAD_BYTES + 100, 100));
        StoredMessage first = stored(topic("a"), 10);
        StoredMessage second = stored(topic("a"), 20);

        assertThat(retained.put(topic("a"), first)).isEqualTo(new RetainedPut.Stored(null));
        assertThat(retained.put(topic("b"), first)).isEqualTo(RetainedPut.Refused.TOO_MANY_MESSAGES);
        assertThat(retained.put(topic("a"), second)).isEqualTo(new RetainedPut.Stored(first));

        assertThat(retained.get(topic("b"))).isNull();
        assertThat(retained.count()).isEqualTo(1);
        assertThat(retained.bytes()).isEqualTo(OVERHEAD_BYTES + 20);
    }

    @Test
    void refusesAMessageBeyondTheByteLimitAndKeepsThePreviousOne() {
        RetainedTree retained = new RetainedTree(new RetainedTree.Limits(10, 2 * OVERHEAD_BYTES + 100, 1000));
        StoredMessage first = stored(topic("a"), 60);
        retained.put(topic("a"), first);

        assertThat(retained.put(topic("b"), stored(topic("b"), 41))).isEqualTo(RetainedPut.Refused.TOO_MANY_BYTES);
        assertThat(retained.put(topic("a"), stored(topic("a"), OVERHEAD_BYTES + 101)))
                .isEqualTo(RetainedPut.Refused.TOO_MANY_BYTES);
        assertThat(retained.get(topic("a"))).isSameAs(first);
        assertThat(retained.put(topic("b"), stored(topic("b"), 40))).isEqualTo(new RetainedPut.Stored(null));

        assertThat(retained.count()).isEqualTo(2);
        assertThat(retained.bytes()).isEqualTo(2 * OVERHEAD_BYTES + 100);
    }

    @Test
    void refusesAPayloadThatIsTooLarge() {
        RetainedTree retained = new RetainedTree(new RetainedTree.Limits(10, 10_000, 20));

        assertThat(retained.put(topic("a"), stored(topic("a"), 21))).isEqualTo(RetainedPut.Refused.TOO_LARGE);
        assertThat(retained.put(topic("a"), stored(topic("a"), 20))).isEqualTo(RetainedPut.Stored.FIRST);
        assertThat(retained.count()).isEqualTo(1);
    }

    @Test
    void cursorOverAllIncludesTopicsThatBeginWithDollar() {
        RetainedTree retained = new RetainedTree(RetainedTree.Limits.NONE);
        List<String> met = new ArrayList<>();
        for (String name : List.of("a", "a/b", "$SYS", "$SYS/a", "/", "/$a")) {
            retained.put(topic(name), stored(topic(name), 1));
        }

        RetainedCursor cursor = retained.all();
        for (StoredMessage message = cursor.next(); message != null; message = cursor.next()) {
            met.add(message.topic().name());
        }

        assertThat(met).containsExactlyInAnyOrder("a", "a/b", "$SYS", "$SYS/a", "/", "/$a");
    }

    @Test
    void removeIgnoresAMessageThatWasReplaced() {
        RetainedTree retained = new RetainedTree(RetainedTree.Limits.NONE);
        StoredMessage expired = stored(topic("a"), 1);
        StoredMessage newer = stored(topic("a"), 2);
        retained.put(topic("a"), expired);
        retained.put(topic("a"), newer);

        assertThat(retained.remove(topic("a"), expired)).isFalse();
        assertThat(retained.get(topic("a"))).isSameAs(newer);
        assertThat(retained.remove(topic("a"), newer)).isTrue();
        assertThat(retained.remove(topic("a"), newer)).isFalse();
        assertThat(retained.count()).isZero();
    }

    @Test
    void wildcardCursorReturnsCurrentValuesAndSkipsRemovedMessages() {
        RetainedTree retained = new RetainedTree(RetainedTree.Limits.NONE);
        for (int i = 0; i < 100; i++) {
            retained.put(topic("a/" + i), stored(topic("a/" + i), 1));
        }
        RetainedCursor cursor = retained.cursor(TopicFilter.of("a/+"));
        String given = cursor.next().topic().name();

        for (int i = 0; i < 100; i++) {
            Topic topic = topic("a/" + i);
            if (i % 2 == 0) {
                retained.remove(topic);
            } else {
                retained.put(topic, stored(topic, 2));
            }
        }

        List<StoredMessage> rest = new ArrayList<>();
        for (StoredMessage next = cursor.next(); next != null; next = cursor.next()) {
            rest.add(next);
        }
        assertThat(rest).hasSize(Integer.parseInt(given.substring(2)) % 2 == 0 ? 50 : 49);
        assertThat(rest).allMatch(message -> message.payloadLength() == 2);
    }

    @Test
    void exactCursorReturnsTheCurrentValue() {
        RetainedTree retained = new RetainedTree(RetainedTree.Limits.NONE);
        StoredMessage newer = stored(topic("a"), 2);
        retained.put(topic("a"), stored(topic("a"), 1));
        RetainedCursor exact = retained.cursor(TopicFilter.of("a"));
        RetainedCursor below = retained.cursor(TopicFilter.of("a/#"));

        retained.put(topic("a"), newer);

        assertThat(all(exact)).containsExactly(newer);
        assertThat(all(below)).containsExactly(newer);
    }

    @Test
    void handlesATopicOf65000Levels() {
        RetainedTree retained = new RetainedTree(RetainedTree.Limits.NONE);
        Topic deep = topic("/".repeat(65_000));
        retained.put(deep, stored(deep, 1));

        assertThat(all(retained.cursor(TopicFilter.of("#")))).hasSize(1);
        assertThat(all(retained.cursor(TopicFilter.of("+/#")))).hasSize(1);
        retained.remove(deep);
        assertThat(retained.isEmpty()).isTrue();
    }

    static List<StoredMessage> all(RetainedCursor cursor) {
        List<StoredMessage> found = new ArrayList<>();
        for (StoredMessage next = cursor.next(); next != null; next = cursor.next()) {
            found.add(next);
        }
        return found;
    }

    @Provide
    Arbitrary<List<String>> topicNames() {
        return Arbitraries.of("", "a", "b", "$s")
                .list()
                .ofMinSize(1)
                .ofMaxSize(4)
                .map(levels -> String.join("/", levels))
                .filter(name -> !name.isEmpty())
                .list()
                .ofMaxSize(40);
    }

    @Provide
    Arbitrary<List<String>> filters() {
        Arbitrary<String> head =
                Arbitraries.of("", "a", "b", "$s", "+").list().ofMaxSize(3).map(levels -> String.join("/", levels));
        return Combinators.combine(head, Arbitraries.of("a", "#", "+", ""))
                .as((start, end) -> start.isEmpty() ? end : start + "/" + end)
                .filter(filter -> !filter.isEmpty())
                .list()
                .ofMaxSize(10);
    }

    /** A subscription that few or none of many topics match does not block the loop. */
    @Test
    void cursorStopsAtTheStepLimitAmongBranchesWithoutMatch() {
        RetainedTree retained = new RetainedTree(RetainedTree.Limits.NONE);
        for (int i = 0; i < 10_000; i++) {
            retained.put(topic("a" + i + "/y"), stored(topic("a" + i + "/y"), 1));
        }
        retained.put(topic("b/x"), stored(topic("b/x"), 1));
        RetainedCursor cursor = retained.cursor(TopicFilter.of("+/x"));

        int calls = 0;
        List<String> found = new ArrayList<>();
        while (!cursor.isOver()) {
            StoredMessage next = cursor.next(100);
            calls++;
            if (next != null) {
                found.add(next.topic().name());
            }
        }

        assertThat(found).containsExactly("b/x");
        assertThat(calls).isGreaterThan(100);
        assertThat(cursor.next(100)).isNull();
    }
}
