package io.maxmq.core.routing;

import io.maxmq.codec.topic.TopicFilter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static io.maxmq.core.routing.Naive.locals;
import static io.maxmq.core.routing.Naive.numbered;
import static io.maxmq.core.routing.Naive.stored;
import static io.maxmq.core.routing.Naive.subscription;
import static io.maxmq.core.routing.Naive.topic;
import static org.assertj.core.api.Assertions.assertThat;

/** Several loops concurrently. Each test does a fixed amount of work and has a generous timeout. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RoutingConcurrencyTest {
    private static final int LOOPS = 4;
    private static final String[] FILTERS = {
        "a", "a/b", "a/#", "+/b", "a/+", "#", "x/y/z", "x/+/z", "$s/#", "$share/g/a/b", "$share/h/a/#"
    };
    private static final String[] TOPICS = {"a", "a/b", "a/c", "x/y/z", "x/q/z", "$s/a", "q"};

    private final SubscriptionTree tree = new SubscriptionTree(LOOPS, SubscriptionTree.Options.DEFAULTS);

    @Test
    void matchesAgreeAfterConcurrentChangesAndMatches() throws Exception {
        List<Topic> topics = new ArrayList<>();
        for (String name : TOPICS) {
            topics.add(topic(name));
        }
        List<FilterSubscription> forever = new ArrayList<>();
        for (int loop = 0; loop < LOOPS; loop++) {
            forever.add(subscription(new FakeSubscriber(loop, "forever"), "a/b"));
            tree.add(forever.get(loop));
        }

        List<List<FilterSubscription>> left = inParallel(loop -> churn(loop, topics, forever.get(loop)));

        List<FilterSubscription> present = new ArrayList<>(forever);
        left.forEach(present::addAll);
        for (Topic topic : topics) {
            for (int loop = 0; loop < LOOPS; loop++) {
                checkAgainst(present, topic, loop);
            }
        }
        assertThat(tree.subscriptionCount()).isEqualTo(present.size());
        present.forEach(tree::remove);
        assertThat(tree.nodeCount()).isZero();
        assertThat(tree.visitBound()).isZero();
    }

    private List<FilterSubscription> churn(int loop, List<Topic> topics, FilterSubscription forever) {
        Random random = new Random(loop);
        List<FilterSubscription> own = new ArrayList<>();
        for (int step = 0; step < 20_000; step++) {
            if (own.size() < 20 && random.nextInt(3) != 0) {
                FilterSubscription added =
                        subscription(new FakeSubscriber(loop, "s" + step), FILTERS[random.nextInt(FILTERS.length)]);
                tree.add(added);
                own.add(added);
            } else if (!own.isEmpty()) {
                tree.remove(own.remove(random.nextInt(own.size())));
            }
            tree.compact(loop);
            Topic topic = topics.get(random.nextInt(topics.size()));
            Match match = tree.match(topic, loop);
            int expected = topic.name().equals("a/b") ? 1 : 0;
            for (FilterSubscription mine : own) { // changes of the own loop are visible immediately
                if (mine.share() == null && mine.filter().matches(topic.name())) {
                    expected++;
                }
            }
            assertThat(locals(match)).hasSize(expected);
            if (topic.name().equals("a/b")) {
                assertThat(locals(match)).contains(forever);
                assertThat(match.remoteLoops()).isEqualTo(0b1111 & ~(1L << loop));
            }
            for (SharedGroup group : match.groups()) {
                group.next();
            }
        }
        return own;
    }

    private void checkAgainst(List<FilterSubscription> present, Topic topic, int loop) {
        Set<FilterSubscription> locals = new HashSet<>();
        Set<String> groups = new HashSet<>();
        long remote = 0;
        for (FilterSubscription subscription : present) {
            if (!Naive.matches(subscription.filter().text(), topic.name())) {
                continue;
            }
            if (subscription.share() != null) {
                groups.add(subscription.filter().toString());
            } else if (subscription.loop() == loop) {
                locals.add(subscription);
            } else {
                remote |= 1L << subscription.loop();
            }
        }
        Match match = tree.match(topic, loop);
        assertThat(locals(match)).containsExactlyInAnyOrderElementsOf(locals);
        assertThat(match.remoteLoops()).isEqualTo(remote);
        assertThat(match.groups())
                .extracting(group -> group.filter().toString())
                .containsExactlyInAnyOrderElementsOf(groups);
    }

    @Test
    void laterMatchesOnAnotherLoopSeeAnAddedSubscription() throws Exception {
        Topic topic = topic("a/b");
        AtomicInteger round = new AtomicInteger(); // even: turn of the writer
        int rounds = 10_000;
        FakeSubscriber subscriber = new FakeSubscriber(0, "s");
        String[] filters = {"a/b", "+/b", "#"};

        List<Boolean> results = inParallel(loop -> {
            if (loop == 0) {
                FilterSubscription present = null;
                for (int i = 0; i < rounds; i++) {
                    await(round, 2 * i);
                    if (present == null) {
                        present = subscription(subscriber, filters[i % 3]);
                        tree.add(present);
                    } else {
                        tree.remove(present);
                        present = null;
                    }
                    round.set(2 * i + 1);
                }
            } else if (loop == 1) {
                for (int i = 0; i < rounds; i++) {
                    await(round, 2 * i + 1);
                    long remote = tree.match(topic, 1).remoteLoops();
                    boolean asExpected = remote == (i % 2 == 0 ? 1 : 0);
                    round.set(2 * i + 2);
                    if (!asExpected) {
                        round.set(Integer.MAX_VALUE);
                        return false;
                    }
                }
            } else { // unrelated changes
                for (int i = 0; i < rounds; i++) {
                    FilterSubscription other = subscription(new FakeSubscriber(loop, "noise"), "z/" + i % 7);
                    tree.add(other);
                    tree.remove(other);
                }
            }
            return true;
        });

        assertThat(results).containsOnly(true);
    }

    @Test
    void matchComputedDuringAChangeIsNotReusedAfterIt() throws Exception {
        for (int bits = 0; bits < 1 << 10; bits++) { // so that a match takes long enough and visits # first
            StringBuilder filter = new StringBuilder("x");
            for (int level = 0; level < 10; level++) {
                filter.append((bits >> level & 1) == 0 ? "/x" : "/+");
            }
            tree.add(subscription(new FakeSubscriber(2, "slow"), filter.toString()));
        }
        int rounds = 1000;
        AtomicInteger arrived = new AtomicInteger();

        List<Boolean> results = inParallel(loop -> {
            Random random = new Random(loop);
            FakeSubscriber subscriber = new FakeSubscriber(0, "s");
            boolean right = true;
            for (int i = 0; loop < 2 && i < rounds; i++) {
                Topic topic = topic("x" + "/x".repeat(10));
                arrived.incrementAndGet();
                await(arrived, 6 * i + 2);
                FilterSubscription added = subscription(subscriber, "#");
                if (loop == 0) {
                    for (int spin = random.nextInt(3000); spin > 0; spin--) {
                        Thread.onSpinWait();
                    }
                    tree.add(added);
                } else {
                    tree.match(topic, 1);
                }
                arrived.incrementAndGet();
                await(arrived, 6 * i + 4);
                if (loop == 1) {
                    right &= (tree.match(topic, 1).remoteLoops() & 1) == 1;
                }
                arrived.incrementAndGet();
                await(arrived, 6 * i + 6);
                tree.remove(added); // no effect on loop 1, which has not added its own
            }
            return right;
        });

        assertThat(results).containsOnly(true);
    }

    @Test
    void newSubscriptionGetsAConcurrentRetainedMessageByMatchOrScan() throws Exception {
        RetainedTree retained = new RetainedTree(RetainedTree.Limits.NONE);
        int rounds = 1000;
        AtomicInteger starts = new AtomicInteger();
        AtomicIntegerArray found = new AtomicIntegerArray(rounds);
        List<Topic> topics = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            topics.add(topic("t/" + i));
        }

        inParallel(loop -> {
            for (int i = 0; loop < 2 && i < rounds; i++) {
                starts.incrementAndGet();
                await(starts, 2 * (i + 1));
                if (loop == 0) { // publish: store, then match
                    retained.put(topics.get(i), stored(topics.get(i), 1));
                    if (tree.match(topics.get(i), 0).remoteLoops() != 0) {
                        found.incrementAndGet(i);
                    }
                } else { // subscribe: insert, then scan
                    tree.add(subscription(new FakeSubscriber(1, "s"), "t/" + i));
                    if (retained.cursor(TopicFilter.of("t/" + i)).next() != null) {
                        found.incrementAndGet(i);
                    }
                }
            }
            return true;
        });

        for (int i = 0; i < rounds; i++) {
            assertThat(found.get(i)).isPositive();
        }
    }

    @Test
    void cursorReturnsLastingMessagesExactlyOnceWithTheirCurrentValue() throws Exception {
        RetainedTree retained = new RetainedTree(RetainedTree.Limits.NONE);
        int stable = 300;
        AtomicIntegerArray latest = new AtomicIntegerArray(stable); // lower bound of the current value
        for (int i = 0; i < stable; i++) {
            retained.put(topic("s/" + i + "/x"), stored(topic("s/" + i + "/x"), 0));
        }
        AtomicBoolean done = new AtomicBoolean();

        List<Integer> scans = inParallel(loop -> {
            Random random = new Random(loop);
            if (loop == 0) { // the only writer of the lasting messages
                for (int version = 1; version < 40_000; version++) {
                    int i = random.nextInt(stable);
                    retained.put(topic("s/" + i + "/x"), numbered(topic("s/" + i + "/x"), version));
                    latest.set(i, version);
                }
                done.set(true);
            } else if (loop < 3) { // two loops that add and prune branches
                while (!done.get()) {
                    Topic topic = topic("s/" + random.nextInt(2 * stable) + "/" + "yz".charAt(random.nextInt(2)));
                    if (random.nextBoolean()) {
                        retained.put(topic, stored(topic, loop));
                    } else {
                        retained.remove(topic);
                    }
                }
            } else {
                int count = 0;
                while (!done.get()) {
                    scan(retained, latest);
                    count++;
                }
                return count;
            }
            return 1;
        });

        assertThat(scans).allMatch(count -> count > 0);
        List<StoredMessage> rest = RetainedTreeTest.all(retained.cursor(TopicFilter.of("#")));
        assertThat(retained.count()).isEqualTo(rest.size());
        assertThat(retained.bytes())
                .isEqualTo(rest.stream().mapToLong(StoredMessage::bytes).sum());
        rest.forEach(message -> retained.remove(message.topic()));
        assertThat(retained.isEmpty()).isTrue();
    }

    private static void scan(RetainedTree retained, AtomicIntegerArray latest) {
        RetainedCursor cursor = retained.cursor(TopicFilter.of("s/#"));
        int[] before = new int[latest.length()];
        Set<Integer> seen = new HashSet<>();
        while (true) {
            for (int i = 0; i < before.length; i++) {
                before[i] = latest.get(i);
            }
            StoredMessage next = cursor.next();
            if (next == null) {
                break;
            }
            String[] levels = next.topic().levels();
            if (levels[2].equals("x")) {
                int i = Integer.parseInt(levels[1]);
                assertThat(seen.add(i)).isTrue();
                assertThat(next.idLow()).isGreaterThanOrEqualTo(before[i]);
            }
        }
        assertThat(seen).hasSize(latest.length());
    }

    @Test
    void concurrentPutsOfOneTopicCountOnce() throws Exception {
        RetainedTree retained = new RetainedTree(RetainedTree.Limits.NONE);
        Topic topic = topic("a/b/c");

        inParallel(loop -> {
            for (int i = 0; i < 20_000; i++) {
                if (i % 4 == loop) {
                    retained.remove(topic);
                } else {
                    retained.put(topic, stored(topic, loop + 1));
                }
            }
            return true;
        });

        StoredMessage last = retained.get(topic);
        assertThat(retained.count()).isEqualTo(last == null ? 0 : 1);
        assertThat(retained.bytes()).isEqualTo(last == null ? 0 : last.bytes());
        retained.remove(topic);
        assertThat(retained.isEmpty()).isTrue();
    }

    @Test
    void groupWithALastingMemberAlwaysReturnsOneDuringConcurrentChanges() throws Exception {
        tree.add(subscription(new FakeSubscriber(0, "forever"), "$share/g/a"));
        SharedGroup group = tree.match(topic("a"), 0).groups()[0];

        inParallel(loop -> {
            List<FilterSubscription> own = new ArrayList<>();
            Random random = new Random(loop);
            for (int i = 0; i < 20_000; i++) {
                if (own.size() < 50 && random.nextInt(5) < 3) {
                    FilterSubscription added = subscription(new FakeSubscriber(loop, "s"), "$share/g/a");
                    tree.add(added);
                    own.add(added);
                } else if (!own.isEmpty()) {
                    tree.remove(own.remove(random.nextInt(own.size())));
                }
                FilterSubscription first = group.next();
                assertThat(first).isNotNull();
                group.after(first);
            }
            own.forEach(tree::remove);
            return true;
        });

        assertThat(group.size()).isEqualTo(1);
        assertThat(tree.subscriptionCount()).isEqualTo(1);
    }

    private interface LoopBody<T> {
        T run(int loop) throws Exception;
    }

    private static <T> List<T> inParallel(LoopBody<T> body) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(LOOPS);
        try {
            List<Callable<T>> calls = new ArrayList<>();
            for (int i = 0; i < LOOPS; i++) {
                int loop = i;
                calls.add(() -> body.run(loop));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> result : threads.invokeAll(calls, 50, TimeUnit.SECONDS)) {
                results.add(result.get());
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }

    @SuppressWarnings("ThreadPriorityCheck") // there may be fewer cores than threads
    private static void await(AtomicInteger round, int wanted) {
        for (int spins = 0; round.get() < wanted; spins++) {
            if (spins < 500) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
    }
}
