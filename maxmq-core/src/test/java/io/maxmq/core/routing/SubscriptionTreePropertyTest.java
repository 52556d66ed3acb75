package io.maxmq.core.routing;

import io.maxmq.codec.topic.TopicFilter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import static io.maxmq.core.routing.Naive.locals;
import static io.maxmq.core.routing.Naive.topic;
import static org.assertj.core.api.Assertions.assertThat;

/** Compares the tree, including its cached matches, with the naive matcher after each of any sequence of changes. */
class SubscriptionTreePropertyTest {
    private static final int LOOPS = 3;

    record Step(int subscriber, String filter, int qos, boolean noLocal, int id) {}

    @Property(tries = 400)
    void agreesWithNaiveMatcherAfterEachChange(
            @ForAll("steps") List<Step> steps, @ForAll("topics") List<String> names, @ForAll boolean merge) {
        SubscriptionTree tree =
                new SubscriptionTree(LOOPS, SubscriptionTree.Options.DEFAULTS.withMergeOverlapping(merge));
        List<FakeSubscriber> subscribers = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            subscribers.add(new FakeSubscriber(i % LOOPS, "s" + i));
        }
        List<Topic> topics = names.stream().map(Naive::topic).toList();
        Map<String, FilterSubscription> present = new HashMap<>();

        int visitBound = 0;
        for (Step step : steps) { // a repeated filter is removed
            String key = step.subscriber + " " + step.filter;
            int boundWith = tree.visitBoundWith(TopicFilter.of(step.filter));
            FilterSubscription known = present.remove(key);
            if (known != null) {
                tree.remove(known);
            } else {
                FilterSubscription added = new FilterSubscription(
                        subscribers.get(step.subscriber),
                        TopicFilter.of(step.filter),
                        step.qos,
                        step.noLocal,
                        false,
                        step.id);
                tree.add(added);
                present.put(key, added);
                assertThat(tree.visitBound()).isEqualTo(boundWith);
            }
            visitBound = Math.max(visitBound, tree.visitBound());
            for (Topic topic : topics) {
                for (int loop = 0; loop < LOOPS; loop++) {
                    check(tree.match(topic, loop), topic, loop, present.values(), merge);
                    check(tree.match(topic(topic.name()), loop), topic, loop, present.values(), merge);
                }
            }
        }

        assertThat(tree.subscriptionCount()).isEqualTo(present.size());
        assertThat(tree.maxVisited()).isLessThanOrEqualTo(visitBound);
        present.values().forEach(tree::remove);
        assertThat(tree.nodeCount()).isZero();
        assertThat(tree.visitBound()).isZero();
        topics.forEach(topic -> assertThat(tree.match(topic, 0).isEmpty()).isTrue());
    }

    @Property(tries = 2000)
    void matchesBytesLikeTheNaiveMatcher(@ForAll("filters") String filter, @ForAll("topicNames") String topic) {
        TopicFilter parsed = TopicFilter.of(filter);

        assertThat(TopicMatching.matches(
                        parsed.text().getBytes(java.nio.charset.StandardCharsets.UTF_8),
                        topic(topic).utf8()))
                .isEqualTo(Naive.matches(parsed.text(), topic));
    }

    private static void check(Match match, Topic topic, int loop, Iterable<FilterSubscription> present, boolean merge) {
        long remote = 0;
        Map<Subscriber, List<FilterSubscription>> expected = new HashMap<>();
        Set<String> groups = new HashSet<>();
        int localCount = 0;
        for (FilterSubscription subscription : present) {
            if (!Naive.matches(subscription.filter().text(), topic.name())) {
                continue;
            }
            if (subscription.share() != null) {
                groups.add(subscription.filter().toString());
            } else if (subscription.loop() == loop) {
                localCount++;
                expected.computeIfAbsent(subscription.subscriber(), s -> new ArrayList<>())
                        .add(subscription);
            } else {
                remote |= 1L << subscription.loop();
            }
        }

        List<FilterSubscription> found = locals(match);
        assertThat(found).hasSize(merge ? expected.size() : localCount);
        Map<Subscriber, Set<FilterSubscription>> parts = new HashMap<>();
        for (FilterSubscription subscription : found) {
            parts.computeIfAbsent(subscription.subscriber(), s -> new HashSet<>())
                    .addAll(List.of(subscription.parts()));
            if (merge) {
                checkMerged(subscription, expected.get(subscription.subscriber()));
            }
        }
        expected.forEach(
                (subscriber, all) -> assertThat(parts.get(subscriber)).containsExactlyInAnyOrderElementsOf(all));
        assertThat(match.remoteLoops()).isEqualTo(remote);
        assertThat(match.groups())
                .extracting(group -> group.filter().toString())
                .containsExactlyInAnyOrderElementsOf(groups);
        assertThat(match.isEmpty()).isEqualTo(localCount == 0 && remote == 0 && groups.isEmpty());
    }

    private static void checkMerged(FilterSubscription merged, List<FilterSubscription> parts) {
        int[] ids = parts.stream()
                .mapToInt(FilterSubscription::subscriptionId)
                .filter(id -> id != 0)
                .sorted()
                .toArray();
        assertThat(merged.maxQos())
                .isEqualTo(parts.stream()
                        .mapToInt(FilterSubscription::maxQos)
                        .max()
                        .orElseThrow());
        assertThat(merged.subscriptionIds()).isEqualTo(ids);
        assertThat(merged.anyNoLocal()).isEqualTo(parts.stream().anyMatch(FilterSubscription::noLocal));
        FilterSubscription left = merged.withoutNoLocal();
        List<FilterSubscription> expected =
                parts.stream().filter(part -> !part.noLocal()).toList();
        assertThat(left == null ? List.of() : Arrays.asList(left.parts()))
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 5),
                        filters(),
                        Arbitraries.integers().between(0, 2),
                        Arbitraries.of(true, false),
                        Arbitraries.integers().between(0, 3))
                .as(Step::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(60);
    }

    @Provide
    Arbitrary<List<String>> topics() {
        return topicNames().list().ofMinSize(1).ofMaxSize(6);
    }

    @Provide
    Arbitrary<String> topicNames() {
        return Arbitraries.of("", "a", "b", "$s")
                .list()
                .ofMinSize(1)
                .ofMaxSize(4)
                .map(l -> String.join("/", l))
                .filter(s -> !s.isEmpty());
    }

    @Provide
    Arbitrary<String> filters() {
        Arbitrary<String> head = Arbitraries.of("", "a", "b", "$s", "+")
                .list()
                .ofMinSize(0)
                .ofMaxSize(3)
                .map(l -> String.join("/", l));
        Arbitrary<String> plain = Combinators.combine(head, Arbitraries.of("a", "#", "+", ""))
                .as((h, t) -> h.isEmpty() ? t : h + "/" + t)
                .filter(s -> !s.isEmpty());
        return Combinators.combine(
                        Arbitraries.frequencyOf(
                                net.jqwik.api.Tuple.of(5, Arbitraries.just("")),
                                net.jqwik.api.Tuple.of(1, Arbitraries.of("$share/g/", "$share/h/"))),
                        plain)
                .as((share, filter) -> share + filter);
    }
}
