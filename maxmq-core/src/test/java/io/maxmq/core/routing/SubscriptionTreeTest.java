package io.maxmq.core.routing;

import io.maxmq.Collected;
import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.core.limit.ReservedMemory;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

import static io.maxmq.core.routing.Naive.locals;
import static io.maxmq.core.routing.Naive.subscription;
import static io.maxmq.core.routing.Naive.topic;
import static io.maxmq.core.routing.SubscriptionTree.Options.DEFAULTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SubscriptionTreeTest {
    private final SubscriptionTree tree = new SubscriptionTree(4, DEFAULTS);
    private final FakeSubscriber ann = new FakeSubscriber(0, "ann");
    private final FakeSubscriber bob = new FakeSubscriber(0, "bob");
    private final FakeSubscriber cat = new FakeSubscriber(3, "cat");

    @Test
    void matchIsEmptyInAnEmptyTree() {
        Match match = tree.match(topic("a"), 0);

        assertThat(match.isEmpty()).isTrue();
        assertThat(match.localCount()).isZero();
        assertThat(match.local(0)).isNull();
    }

    @Test
    void separatesLocalSubscribersFromRemoteLoops() {
        FilterSubscription anns = add(subscription(ann, "a/+"));
        add(subscription(cat, "a/+"));

        assertThat(locals(tree.match(topic("a/b"), 0))).containsExactly(anns);
        assertThat(tree.match(topic("a/b"), 0).remoteLoops()).isEqualTo(0b1000);
        assertThat(locals(tree.match(topic("a/b"), 1))).isEmpty();
        assertThat(tree.match(topic("a/b"), 1).remoteLoops()).isEqualTo(0b1001);
        assertThat(tree.match(topic("a/b"), 1).isEmpty()).isFalse();
    }

    @Test
    void subscriptionReturnsItsFilterInTheTreeAndAfterRemoval() {
        for (String filter : List.of("a", "/", "//", "a/", "/a", "a//b", "+/b/#", "#", "ä/日本/x", "$share", "$SYS/#")) {
            FilterSubscription subscription = add(subscription(ann, filter));

            assertThat(subscription.filter()).isEqualTo(TopicFilter.of(filter));
            tree.remove(subscription);
            assertThat(subscription.filter()).isEqualTo(TopicFilter.of(filter));
        }
        FilterSubscription shared = add(subscription(ann, "$share/group/a/b"));
        assertThat(shared.filter()).isEqualTo(TopicFilter.of("$share/group/a/b"));
    }

    @Test
    void keepsTheMatchWhenAChangedFilterDoesNotMatchTheTopic() {
        Topic topic = topic("a/b");
        add(subscription(ann, "a/b"));
        Match before = tree.match(topic, 0);

        add(subscription(ann, "a/c"));
        add(subscription(cat, "+/c"));

        assertThat(tree.match(topic, 0)).isSameAs(before);
        assertThat(tree.matchesComputed()).isEqualTo(1);
    }

    @Test
    void recomputesTheMatchAfterMoreChangesThanAreCompared() {
        Topic topic = topic("a/b");
        assertThat(tree.match(topic, 0).isEmpty()).isTrue();
        FilterSubscription wanted = add(subscription(ann, "a/b"));

        for (int i = 0; i < 1000; i++) {
            add(subscription(ann, "x/" + i));
        }

        assertThat(locals(tree.match(topic, 0))).containsExactly(wanted);
    }

    @Test
    void keepsTheMatchWhenASubscriberJoinsAnExistingList() {
        Topic topic = topic("a");
        add(subscription(ann, "a"));
        add(subscription(cat, "a"));
        Match before = tree.match(topic, 0);

        FilterSubscription more = add(subscription(bob, "a"));

        assertThat(tree.match(topic, 0)).isSameAs(before);
        assertThat(locals(before)).contains(more).hasSize(2);
    }

    @Test
    void mergesOverlappingSubscriptionsOfOneSubscriber() {
        add(new FilterSubscription(ann, TopicFilter.of("a/#"), 1, true, false, 7));
        add(new FilterSubscription(ann, TopicFilter.of("a/b"), 2, false, true, 3));
        add(new FilterSubscription(ann, TopicFilter.of("+/b"), 0, false, false, 0));
        FilterSubscription other = add(subscription(bob, "a/b"));

        List<FilterSubscription> found = locals(tree.match(topic("a/b"), 0));

        assertThat(found).hasSize(2).contains(other);
        FilterSubscription merged = found.get(found.get(0) == other ? 1 : 0);
        assertThat(merged.subscriber()).isSameAs(ann);
        assertThat(merged.maxQos()).isEqualTo(2);
        assertThat(merged.subscriptionIds()).containsExactly(3, 7);
        assertThat(merged.retainAsPublished()).isTrue();
        assertThat(merged.noLocal()).isFalse();
        assertThat(merged.anyNoLocal()).isTrue();
        assertThat(merged.parts()).hasSize(3);
    }

    @Test
    void removesNoLocalPartsForThePublisher() {
        FilterSubscription plain = new FilterSubscription(ann, TopicFilter.of("a/b"), 0, false, false, 3);
        add(new FilterSubscription(ann, TopicFilter.of("a/#"), 2, true, true, 7));
        add(plain);
        FilterSubscription merged = locals(tree.match(topic("a/b"), 0)).get(0);

        assertThat(merged.withoutNoLocal()).isSameAs(plain);
        assertThat(plain.withoutNoLocal()).isSameAs(plain);

        add(new FilterSubscription(ann, TopicFilter.of("a/+"), 1, false, false, 9));
        FilterSubscription left = locals(tree.match(topic("a/b"), 0)).get(0).withoutNoLocal();

        assertThat(left.maxQos()).isEqualTo(1);
        assertThat(left.subscriptionIds()).containsExactly(3, 9);
        assertThat(left.retainAsPublished()).isFalse();
        assertThat(left.anyNoLocal()).isFalse();
    }

    @Test
    void returnsNullForThePublisherWhenAllPartsAreNoLocal() {
        add(new FilterSubscription(ann, TopicFilter.of("a/#"), 2, true, true, 0));
        add(new FilterSubscription(ann, TopicFilter.of("a/b"), 2, true, true, 0));

        FilterSubscription merged = locals(tree.match(topic("a/b"), 0)).get(0);

        assertThat(merged.noLocal()).isTrue();
        assertThat(merged.withoutNoLocal()).isNull();
        assertThat(merged.subscriptionIds()).isEmpty();
    }

    @Test
    void returnsEachOverlappingSubscriptionWhenMergingIsOff() {
        SubscriptionTree separate = new SubscriptionTree(1, DEFAULTS.withMergeOverlapping(false));
        FilterSubscription all = subscription(ann, "a/#");
        FilterSubscription one = subscription(ann, "a/b");
        separate.add(all);
        separate.add(one);

        assertThat(locals(separate.match(topic("a/b"), 0))).containsExactlyInAnyOrder(all, one);
    }

    @Test
    void mergesOverlapsWithALongList() {
        List<FilterSubscription> many = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            many.add(add(subscription(new FakeSubscriber(0, "s" + i), "a/#")));
        }
        FilterSubscription early = add(subscription(many.get(3).subscriber(), "a/b"));
        Topic topic = topic("a/b");

        assertThat(subscribers(tree.match(topic, 0))).hasSize(500).doesNotHaveDuplicates();

        FakeSubscriber late = new FakeSubscriber(0, "late");
        add(subscription(late, "a/b"));
        assertThat(subscribers(tree.match(topic, 0)))
                .hasSize(501)
                .contains(late)
                .doesNotHaveDuplicates();
        FilterSubscription second = add(subscription(late, "a/#"));
        assertThat(subscribers(tree.match(topic, 0)))
                .hasSize(501)
                .contains(late)
                .doesNotHaveDuplicates();
        assertThat(tree.match(topic, 0).local(1).parts()).contains(second);

        tree.remove(second);
        tree.remove(early);
        assertThat(subscribers(tree.match(topic, 0))).hasSize(501).doesNotHaveDuplicates();
        tree.remove(many.get(3));
        assertThat(subscribers(tree.match(topic, 0))).hasSize(500).doesNotHaveDuplicates();
        Collections.shuffle(many, new Random(1));
        for (FilterSubscription gone : many) {
            tree.remove(gone);
        }
        assertThat(subscribers(tree.match(topic, 0))).containsExactly(late);
    }

    @Test
    void traversalReturnsEachRemainingSubscriberOnceDuringChanges() {
        List<FilterSubscription> stay = new ArrayList<>();
        List<FilterSubscription> go = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            (i % 3 == 0 ? stay : go).add(add(subscription(new FakeSubscriber(0, "s" + i), "a")));
        }
        Random random = new Random(2);
        Match match = tree.match(topic("a"), 0);

        List<FilterSubscription> met = new ArrayList<>();
        Set<FilterSubscription> gone = new HashSet<>();
        for (int i = 0, count = match.localCount(); i < count; i++) {
            FilterSubscription next = match.local(i);
            if (next == null) {
                continue;
            }
            assertThat(gone).doesNotContain(next);
            met.add(next);
            FilterSubscription leaving = go.get(random.nextInt(go.size()));
            tree.remove(leaving);
            gone.add(leaving);
            if (i % 5 == 0) {
                add(subscription(new FakeSubscriber(0, "new" + i), "a"));
            }
        }

        assertThat(met).containsAll(stay).doesNotHaveDuplicates();
    }

    @Test
    void traversalEndsWhenAllSubscribersLeave() {
        List<FilterSubscription> all = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            all.add(add(subscription(new FakeSubscriber(0, "s" + i), i % 2 == 0 ? "a" : "+")));
        }
        Match several = tree.match(topic("a"), 0);
        Match one = tree.match(topic("b"), 0);
        assertThat(several.local(0)).isNotNull();

        all.forEach(tree::remove);

        assertThat(locals(several)).isEmpty();
        assertThat(locals(one)).isEmpty();
        assertThat(tree.nodeCount()).isZero();
    }

    @Test
    void compactClosesHoles() {
        List<FilterSubscription> all = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            all.add(add(subscription(new FakeSubscriber(0, "s" + i), "a")));
        }
        for (FilterSubscription gone : all.subList(0, 990)) {
            tree.remove(gone);
        }
        Match match = tree.match(topic("a"), 0);
        assertThat(match.localCount()).isEqualTo(1000);

        tree.compact(0);

        assertThat(match.localCount()).isEqualTo(10);
        assertThat(locals(match)).containsExactlyElementsOf(all.subList(990, 1000));
        all.subList(990, 1000).forEach(tree::remove);
        assertThat(tree.nodeCount()).isZero();
    }

    @Test
    void returnsTheGroupsOfAllMatchingFilters() {
        add(subscription(ann, "$share/g/a/+"));
        add(subscription(cat, "$share/g/a/+"));
        add(subscription(ann, "$share/h/a/+"));
        add(subscription(bob, "$share/g/a/b"));

        Match match = tree.match(topic("a/b"), 1);

        assertThat(match.localCount()).isZero();
        assertThat(match.remoteLoops()).isZero();
        assertThat(match.groups())
                .extracting(group -> group.filter().toString())
                .containsExactlyInAnyOrder("$share/g/a/+", "$share/h/a/+", "$share/g/a/b");
        assertThat(match.isEmpty()).isFalse();
    }

    @Test
    void separatesSharedFromPlainSubscriptions() {
        FilterSubscription plain = add(subscription(ann, "a"));
        FilterSubscription shared = add(subscription(ann, "$share/g/a"));
        Topic topic = topic("a");

        Match match = tree.match(topic, 0);
        assertThat(locals(match)).containsExactly(plain);
        assertThat(match.groups()).hasSize(1);
        assertThat(match.groups()[0].next()).isSameAs(shared);

        tree.remove(plain);
        assertThat(locals(tree.match(topic, 0))).isEmpty();
        assertThat(tree.match(topic, 0).groups()).hasSize(1);

        tree.remove(shared);
        assertThat(tree.match(topic, 0).isEmpty()).isTrue();
        assertThat(tree.nodeCount()).isZero();
    }

    @Test
    void handles100000Siblings() {
        List<FilterSubscription> all = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            all.add(add(subscription(ann, "a/" + i + "/x")));
        }

        assertThat(tree.nodeCount()).isEqualTo(200_001);
        assertThat(tree.visitBound()).isEqualTo(3);
        for (int i = 0; i < 100_000; i += 997) {
            assertThat(locals(tree.match(topic("a/" + i + "/x"), 0))).containsExactly(all.get(i));
        }
        assertThat(tree.maxVisited()).isEqualTo(3);
        Collections.shuffle(all, new Random(3));
        all.forEach(tree::remove);
        assertThat(tree.nodeCount()).isZero();
        assertThat(tree.visitBound()).isZero();
        assertThat(tree.subscriptionCount()).isZero();
    }

    @Test
    void refusesAFilterWithTooManyLevels() {
        String deep = "/".repeat(127);
        FilterSubscription spelled = add(subscription(ann, deep));
        FilterSubscription plus = add(subscription(bob, "+" + "/+".repeat(127)));

        assertThat(locals(tree.match(topic(deep), 0))).containsExactlyInAnyOrder(spelled, plus);
        assertThat(tree.match(topic(deep + "/"), 0).isEmpty()).isTrue();
        assertThatThrownBy(() -> add(subscription(ann, deep + "/")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("levels=129");
        assertThat(tree.subscriptionCount()).isEqualTo(2);
    }

    @Test
    void matchesATopicOf65000Levels() {
        FilterSubscription all = add(subscription(ann, "#"));

        assertThat(locals(tree.match(topic("/".repeat(65_000)), 0))).containsExactly(all);
    }

    @Test
    void visitBoundCountsAllWildcardCombinations() {
        int levels = 10;
        for (int bits = 0; bits < 1 << levels; bits++) {
            StringBuilder filter = new StringBuilder();
            for (int level = 0; level < levels; level++) {
                filter.append(level == 0 ? "" : "/").append((bits >> level & 1) == 0 ? "x" : "+");
            }
            add(subscription(ann, filter.toString()));
        }
        int shapes = (1 << (levels + 1)) - 2;
        assertThat(tree.visitBound()).isEqualTo(shapes);
        assertThat(tree.visitBoundWith(TopicFilter.of("+/y/+"))).isEqualTo(shapes);
        assertThat(tree.visitBoundWith(TopicFilter.of("+/y/#"))).isEqualTo(shapes + 1);

        List<FilterSubscription> found = locals(tree.match(topic("x" + "/x".repeat(levels - 1)), 0));

        assertThat(found).hasSize(1);
        assertThat(found.get(0).parts()).hasSize(1 << levels);
        assertThat(tree.maxVisited()).isLessThanOrEqualTo(tree.visitBound());
    }

    @Test
    void evictsTheOldestMatchesBeyondTheByteLimit() {
        SubscriptionTree small = new SubscriptionTree(1, new SubscriptionTree.Options(128, true, 1000));
        for (int i = 0; i < 30; i++) {
            small.add(subscription(new FakeSubscriber(0, "s" + i), i % 2 == 0 ? "+" : "#"));
        }
        List<Topic> topics = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            topics.add(topic("t" + i));
            assertThat(locals(small.match(topics.get(i), 0))).hasSize(30);
        }

        assertThat(topics.get(0).match(0)).isNull();
        assertThat(topics.get(9).match(0)).isNotNull();
        assertThat(locals(small.match(topics.get(0), 0))).hasSize(30);
    }

    @Test
    void chargesLongTopicNamesToTheMatchLimit() {
        SubscriptionTree small = new SubscriptionTree(1, new SubscriptionTree.Options(128, true, 10_000));
        for (int i = 0; i < 30; i++) {
            small.add(subscription(new FakeSubscriber(0, "s" + i), i % 2 == 0 ? "+" : "#"));
        }
        List<Topic> topics = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            topics.add(topic("t" + i + "-".repeat(60_000)));
            assertThat(locals(small.match(topics.get(i), 0))).hasSize(30);
        }

        assertThat(topics).filteredOn(each -> each.match(0) != null).hasSize(1);
    }

    @Test
    void evictsTheOldestMatchesWhenCacheMemoryIsUsedUp() {
        ReservedMemory memory = new ReservedMemory(64 * 1024);
        SubscriptionTree small = new SubscriptionTree(1, DEFAULTS, memory);
        small.add(subscription(ann, "#"));
        List<Topic> topics = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            topics.add(topic("t" + i));
            assertThat(locals(small.match(topics.get(i), 0))).hasSize(1);
        }

        assertThat(topics.get(0).match(0)).isNull();
        assertThat(topics.get(999).match(0)).isNotNull();
        assertThat(memory.usedBytes()).isBetween(32L * 1024, 64L * 1024);
    }

    @Test
    void releasesMatchesOfRemovedSubscriptions() {
        List<Topic> topics = new ArrayList<>();
        List<WeakReference<Subscriber>> ended = subscribeAndLeave(topics);

        for (WeakReference<Subscriber> each : ended) {
            Collected.await(each);
        }

        assertThat(topics).extracting(each -> each.match(0)).noneMatch(each -> each != null && each.holdsRemoved());
        assertThat(topics.get(500).match(0))
                .as("match of a subscription that remains")
                .isNotNull();
        assertThat(locals(tree.match(topics.get(500), 0))).hasSize(1);
    }

    /**
     * Adds overlapping filters per subscriber and some long lists, matches many topics once, and removes everything.
     */
    private List<WeakReference<Subscriber>> subscribeAndLeave(List<Topic> topics) {
        List<WeakReference<Subscriber>> ended = new ArrayList<>();
        List<FilterSubscription> all = new ArrayList<>();
        add(subscription(ann, "stays/+"));
        for (int i = 0; i < 200; i++) {
            FakeSubscriber subscriber = new FakeSubscriber(0, "s" + i);
            ended.add(new WeakReference<>(subscriber));
            for (String filter : List.of("a/" + i, i % 2 == 0 ? "a/+" : "+/" + i, "#")) {
                all.add(add(subscription(subscriber, filter)));
            }
            for (int j = 0; j < 5; j++) {
                topics.add(topic(j == 0 ? "a/" + i : "a" + j + "/" + i));
                tree.match(topics.get(topics.size() - 1), 0);
            }
        }
        topics.set(500, topic("stays/0"));
        all.forEach(tree::remove);
        tree.match(topics.get(500), 0);
        int turns = 1;
        while (tree.compact(0)) {
            turns++;
        }
        assertThat(turns).as("iterations that share the work").isGreaterThan(10);
        return ended;
    }

    @Test
    void refusesASubscriptionThatIsAlreadyInTheTree() {
        FilterSubscription once = add(subscription(ann, "a"));

        assertThatThrownBy(() -> tree.add(once)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void secondRemoveHasNoEffect() {
        FilterSubscription once = add(subscription(ann, "a"));

        tree.remove(once);
        tree.remove(once);

        assertThat(tree.subscriptionCount()).isZero();
    }

    private FilterSubscription add(FilterSubscription subscription) {
        tree.add(subscription);
        return subscription;
    }

    private static List<Subscriber> subscribers(Match match) {
        return locals(match).stream().map(FilterSubscription::subscriber).toList();
    }
}
