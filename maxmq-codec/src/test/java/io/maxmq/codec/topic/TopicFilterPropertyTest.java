package io.maxmq.codec.topic;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.Statistics;
import net.jqwik.api.statistics.StatisticsReport;
import net.jqwik.api.statistics.StatisticsReport.StatisticsReportMode;

import static org.assertj.core.api.Assertions.assertThat;

@StatisticsReport(StatisticsReportMode.OFF)
class TopicFilterPropertyTest {
    /** All topics of up to four levels; z stands in no filter, so it is any other level. */
    private static final List<String> TOPICS = sequences(List.of("a", "b", "", "$x", "z"), 4).stream()
            .filter(topic -> !topic.isEmpty())
            .toList();

    private static final List<TopicFilter> FILTERS = filters(3);

    @Property(tries = 5000)
    void matchesAsTheNaiveMatcher(@ForAll("filters") String filter, @ForAll("topics") String topic) {
        boolean matches = TopicFilter.of(filter).matches(topic);

        Statistics.collect(matches);
        Statistics.coverage(coverage -> {
            coverage.check(true).percentage(p -> p > 5);
            coverage.check(false).percentage(p -> p > 5);
        });
        assertThat(matches).isEqualTo(naive(filter.split("/", -1), topic.split("/", -1)));
    }

    /** All pairs of filters of up to three levels: one covers the other if it matches all that the other matches. */
    @Example
    void coversExactlyWhenAllTopicsOfTheOtherAreMatched() {
        int covered = 0;
        List<boolean[]> matched =
                FILTERS.stream().map(TopicFilterPropertyTest::matched).toList();
        for (int f = 0; f < FILTERS.size(); f++) {
            for (int o = 0; o < FILTERS.size(); o++) {
                boolean covers = FILTERS.get(f).covers(FILTERS.get(o));
                if (covers != contains(matched.get(f), matched.get(o))) {
                    assertThat(covers)
                            .as("%s covers %s", FILTERS.get(f), FILTERS.get(o))
                            .isNotEqualTo(covers);
                }
                covered += covers ? 1 : 0;
            }
        }

        assertThat(covered).isBetween(FILTERS.size(), FILTERS.size() * FILTERS.size() / 2);
    }

    /** All pairs of filters of up to three levels: they overlap if a topic is matched by both. */
    @Example
    void overlapExactlyWhenATopicIsMatchedByBoth() {
        int overlapping = 0;
        List<boolean[]> matched =
                FILTERS.stream().map(TopicFilterPropertyTest::matched).toList();
        for (int f = 0; f < FILTERS.size(); f++) {
            for (int o = 0; o < FILTERS.size(); o++) {
                boolean overlaps = FILTERS.get(f).overlaps(FILTERS.get(o));
                if (overlaps != meet(matched.get(f), matched.get(o))) {
                    assertThat(overlaps)
                            .as("%s overlaps %s", FILTERS.get(f), FILTERS.get(o))
                            .isNotEqualTo(overlaps);
                }
                overlapping += overlaps ? 1 : 0;
            }
        }

        assertThat(overlapping).isBetween(FILTERS.size(), FILTERS.size() * FILTERS.size() / 2);
    }

    @Property(tries = 2000)
    void problemAndConstructorAgree(@ForAll("texts") String text) {
        String problem = TopicFilter.problem(text);

        Statistics.collect(problem == null);
        Statistics.coverage(coverage -> {
            coverage.check(true).percentage(p -> p > 5);
            coverage.check(false).percentage(p -> p > 5);
        });
        assertThat(TopicFilter.parse(text) == null).isEqualTo(problem != null);
        assertThat(naiveIsFilter(text)).isEqualTo(problem == null);
        if (problem == null) {
            assertThat(TopicFilter.of(text)).hasToString(text);
        }
    }

    @Provide
    Arbitrary<String> filters() {
        return levels("a", "b", "", "$x", "+", "+")
                .flatMap(levels ->
                        Arbitraries.of("", "/#").map(tail -> (levels + tail).isEmpty() ? "#" : levels + tail));
    }

    @Provide
    Arbitrary<String> topics() {
        return levels("a", "b", "", "$x").filter(topic -> !topic.isEmpty());
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.oneOf(
                Arbitraries.strings().withChars("a/+#$").ofMaxLength(8),
                Arbitraries.strings().withChars("a/+#$").ofMaxLength(6).map("$share/"::concat));
    }

    private static Arbitrary<String> levels(String... levels) {
        return Arbitraries.of(levels).list().ofMinSize(1).ofMaxSize(5).map(list -> String.join("/", list));
    }

    /** §4.7.1, level by level. */
    private static boolean naive(String[] filter, String[] topic) {
        if (topic[0].startsWith("$") && (filter[0].equals("+") || filter[0].equals("#"))) {
            return false;
        }
        return naive(List.of(filter), List.of(topic));
    }

    private static boolean naive(List<String> filter, List<String> topic) {
        if (filter.isEmpty() || filter.get(0).equals("#")) {
            return !filter.isEmpty() || topic.isEmpty();
        }
        if (topic.isEmpty()) {
            return false;
        }
        if (!filter.get(0).equals("+") && !filter.get(0).equals(topic.get(0))) {
            return false;
        }
        List<String> filterRest = filter.subList(1, filter.size());
        List<String> topicRest = topic.subList(1, topic.size());
        return topicRest.isEmpty() && filterRest.equals(List.of("#")) || naive(filterRest, topicRest);
    }

    private static boolean naiveIsFilter(String text) {
        String filter = text;
        if (text.startsWith("$share/")) {
            String[] parts = text.split("/", 3);
            if (parts.length < 3 || parts[1].isEmpty() || parts[1].contains("+") || parts[1].contains("#")) {
                return false;
            }
            filter = parts[2];
        }
        return !filter.isEmpty() && filter.matches("(([^/+#]*|\\+)/)*([^/+#]*|\\+|#)");
    }

    private static boolean[] matched(TopicFilter filter) {
        boolean[] matched = new boolean[TOPICS.size()];
        for (int i = 0; i < matched.length; i++) {
            matched[i] = filter.matches(TOPICS.get(i));
        }
        return matched;
    }

    private static boolean contains(boolean[] outer, boolean[] inner) {
        for (int i = 0; i < inner.length; i++) {
            if (inner[i] && !outer[i]) {
                return false;
            }
        }
        return true;
    }

    private static boolean meet(boolean[] one, boolean[] other) {
        for (int i = 0; i < one.length; i++) {
            if (one[i] && other[i]) {
                return true;
            }
        }
        return false;
    }

    private static List<TopicFilter> filters(int maxLevels) {
        List<TopicFilter> filters = new ArrayList<>();
        for (String text : sequences(List.of("a", "", "$x", "+", "#"), maxLevels)) {
            TopicFilter filter = TopicFilter.parse(text);
            if (filter != null) {
                filters.add(filter);
            }
        }
        return filters;
    }

    private static List<String> sequences(List<String> levels, int maxLevels) {
        List<String> all = new ArrayList<>(levels);
        List<String> last = levels;
        for (int depth = 2; depth <= maxLevels; depth++) {
            List<String> next = new ArrayList<>();
            for (String head : last) {
                for (String level : levels) {
                    next.add(head + "/" + level);
                }
            }
            all.addAll(next);
            last = next;
        }
        return all;
    }
}
