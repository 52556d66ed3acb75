package io.maxmq.core.routing;

import io.maxmq.codec.topic.TopicFilter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

import static io.maxmq.core.routing.Naive.stored;
import static io.maxmq.core.routing.Naive.topic;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

/** Pages of retained messages: a cursor that starts after a topic. */
class RetainedCursorAfterTest {
    private final RetainedTree retained = new RetainedTree(RetainedTree.Limits.NONE);

    @Property(tries = 500)
    void continuesAfterTheGivenTopic(@ForAll("topicNames") List<String> names, @ForAll("filters") String filter) {
        RetainedTree messages = new RetainedTree(RetainedTree.Limits.NONE);
        names.forEach(name -> messages.put(topic(name), stored(topic(name), 1)));
        List<String> all = rest(messages.cursor(TopicFilter.of(filter)));

        for (int i = 0; i < all.size(); i++) {
            List<String> rest = rest(messages.cursorAfter(TopicFilter.of(filter), topic(all.get(i))));

            assertThat(rest).as("after %s of %s", all.get(i), all).isEqualTo(all.subList(i + 1, all.size()));
        }
    }

    @Property(tries = 500)
    void continuesAfterATopicThatWasRemoved(
            @ForAll("topicNames") List<String> names, @ForAll("filters") String filter) {
        RetainedTree messages = new RetainedTree(RetainedTree.Limits.NONE);
        names.forEach(name -> messages.put(topic(name), stored(topic(name), 1)));
        List<String> all = rest(messages.cursor(TopicFilter.of(filter)));

        for (int i = 0; i < all.size(); i++) {
            messages.remove(topic(all.get(i)));
            List<String> rest = rest(messages.cursorAfter(TopicFilter.of(filter), topic(all.get(i))));

            assertThat(rest).isEqualTo(all.subList(i + 1, all.size()));
        }
    }

    @Test
    void continuesAmongManySiblings() {
        for (int i = 0; i < 5000; i++) {
            String name = "a/" + i + (i % 3 == 0 ? "/x" : "");
            retained.put(topic(name), stored(topic(name), 1));
        }
        TopicFilter filter = TopicFilter.of("a/#");
        List<String> all = rest(retained.cursor(filter));

        List<String> paged = new ArrayList<>();
        RetainedCursor cursor = retained.cursor(filter);
        while (true) {
            List<String> page = new ArrayList<>();
            for (int i = 0; i < 7; i++) {
                StoredMessage message = cursor.next();
                if (message != null) {
                    page.add(message.topic().name());
                }
            }
            if (page.isEmpty()) {
                break;
            }
            paged.addAll(page);
            retained.remove(topic(page.get(page.size() / 2)));
            cursor = retained.cursorAfter(filter, topic(page.get(page.size() - 1)));
        }

        assertThat(paged).isEqualTo(all);
    }

    @Test
    void continuesAmongSiblingsWithEqualHashes() {
        List<String> colliding = colliding();
        for (String each : colliding) {
            retained.put(topic("a/" + each), stored(topic("a/" + each), 1));
        }
        retained.put(topic("a/other"), stored(topic("a/other"), 1));
        TopicFilter filter = TopicFilter.of("a/+");
        List<String> all = rest(retained.cursor(filter));

        for (int i = 0; i < all.size(); i++) {
            assertThat(rest(retained.cursorAfter(filter, topic(all.get(i))))).isEqualTo(all.subList(i + 1, all.size()));
        }
    }

    private static List<String> colliding() {
        Map<Integer, String> byHash = new HashMap<>();
        for (int i = 0; ; i++) {
            String level = "level-" + i;
            byte[] bytes = level.getBytes(UTF_8);
            String other = byHash.put(LevelHash.of(bytes, 0, bytes.length), level);
            if (other != null) {
                return List.of(other, level);
            }
        }
    }

    private static List<String> rest(RetainedCursor cursor) {
        List<String> rest = new ArrayList<>();
        for (StoredMessage each = cursor.next(); each != null; each = cursor.next()) {
            rest.add(each.topic().name());
        }
        return rest;
    }

    @Provide
    Arbitrary<List<String>> topicNames() {
        return Arbitraries.of("a", "b", "", "$x", "long level")
                .list()
                .ofMinSize(1)
                .ofMaxSize(4)
                .map(levels -> String.join("/", levels))
                .filter(name -> !name.isEmpty())
                .set()
                .ofMaxSize(25)
                .map(List::copyOf);
    }

    @Provide
    Arbitrary<String> filters() {
        return Arbitraries.of(
                "#", "+", "a", "a/#", "+/#", "+/+", "a/+", "+/b/#", "a/+/+", "/#", "+/+/a", "$x/#", "a/b/#");
    }
}
