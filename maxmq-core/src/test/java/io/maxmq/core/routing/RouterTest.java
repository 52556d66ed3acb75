package io.maxmq.core.routing;

import io.maxmq.ManualClock;
import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.core.limit.MemoryBudget;
import io.maxmq.core.limit.MemoryCredit;
import io.maxmq.core.loop.Loop;
import io.maxmq.core.loop.LoopMemory;
import io.maxmq.core.loop.LoopThread;
import io.maxmq.core.time.ExpiryClock;
import io.maxmq.spi.Tenant;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Two loops whose threads run only on request of the test. */
class RouterTest {
    private static final int MAX_BYTES_UNDER_WAY = 100_000;

    private final List<Throwable> failures = new ArrayList<>();
    private final MessageIds ids =
            new MessageIds(new MessageIds.Origin(0, 0, 0, new AtomicLong()), () -> 1_800_000_000_000L);
    private final Routes routes = new Routes(
            Tenant.DEFAULT,
            new TopicTable(2, 64, 128),
            new TopicTable(2, 64, 128),
            new SubscriptionTree(2, SubscriptionTree.Options.DEFAULTS),
            new SubscriptionTree(2, SubscriptionTree.Options.DEFAULTS),
            new RetainedTree(new RetainedTree.Limits(1000, 1_000_000, 1_000_000)),
            (group, routes) -> new Waiting());
    private final ManualThread[] threads = {new ManualThread(), new ManualThread()};
    private final List<Router> routers = new ArrayList<>();
    private final RoutedMessage message = new RoutedMessage(ids);

    /** Tasks of one loop; {@link #runTurn} runs the present ones. */
    private static final class ManualThread implements LoopThread {
        private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
        private boolean running;
        private long turns;

        @Override
        public long turn() {
            return turns;
        }

        @Override
        public boolean inLoop() {
            return running;
        }

        @Override
        public void execute(Runnable task) {
            tasks.add(task);
        }

        @Override
        public void schedule(Runnable task, long delayNanos) {
            tasks.add(task);
        }

        void run(Runnable work) {
            running = true;
            work.run();
            running = false;
        }

        void runTurn() {
            turns++;
            run(() -> {
                for (int left = tasks.size(); left > 0; left--) {
                    tasks.remove().run();
                }
            });
        }
    }

    /** Queue on loop 1 for messages that no member of the group takes. */
    private final class Waiting implements SharedQueue {
        @Override
        public int loopIndex() {
            return 1;
        }

        @Override
        public boolean isOnline() {
            return true;
        }

        @Override
        public void deliver(RoutedMessage transit, FilterSubscription subscription) {
            assertThat(threads[1].inLoop()).as("on its own loop").isTrue();
            transit.countMatched();
            transit.countAccepted();
            waiting.add(text(transit));
        }

        @Override
        public boolean hasWaiting() {
            return !waiting.isEmpty();
        }

        @Override
        public void memberCame() {}

        @Override
        public void groupGone() {}
    }

    private final List<String> waiting = new ArrayList<>();

    private static String text(RoutedMessage transit) {
        byte[] payload = new byte[transit.payloadLength()];
        transit.copyPayload(payload, 0);
        return new String(payload, StandardCharsets.UTF_8);
    }

    /** A subscriber that accepts, refuses or throws, as configured. */
    private final class Recipient implements Subscriber {
        private final int loop;
        private final List<String> received = new ArrayList<>();
        private boolean refuses;
        private boolean online = true;
        private boolean throwing;

        Recipient(int loop, String filter) {
            this.loop = loop;
            FilterSubscription subscription = new FilterSubscription(this, TopicFilter.of(filter), 2, false, false, 0);
            threads[loop].run(() -> routes.tree().add(subscription));
        }

        @Override
        public int loopIndex() {
            return loop;
        }

        @Override
        public boolean isOnline() {
            return online;
        }

        @Override
        public void deliver(RoutedMessage transit, FilterSubscription subscription) {
            assertThat(threads[loop].inLoop()).as("on its own loop").isTrue();
            if (throwing) {
                throw new IllegalStateException("broken");
            }
            transit.countMatched();
            if (refuses) {
                transit.countRefused();
                return;
            }
            transit.countAccepted();
            received.add(text(transit));
        }
    }

    @BeforeEach
    void connect() {
        for (int i = 0; i < 2; i++) {
            Loop loop = new Loop(
                    i,
                    threads[i],
                    new ExpiryClock(new ManualClock()),
                    new LoopMemory(
                            new MemoryCredit(new MemoryBudget(1 << 24, 0)),
                            new MemoryCredit(new MemoryBudget(1 << 24, 0)),
                            1 << 20),
                    failures::add);
            routers.add(new Router(loop, ids, true));
        }
        Router.connect(routers, MAX_BYTES_UNDER_WAY);
    }

    /** Publishes on loop 0, within one iteration. */
    private void publish(int qos, String... payloads) {
        threads[0].run(() -> {
            for (String payload : payloads) {
                publishOne(qos, payload);
            }
        });
    }

    private boolean isCongested() {
        boolean[] congested = {false};
        threads[0].run(() -> congested[0] = routers.get(0).isCongested());
        return congested[0];
    }

    private void publishOne(int qos, String payload) {
        byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
        byte[] topic = "a".getBytes(StandardCharsets.UTF_8);
        message.begin(
                routes.topics().intern(0, topic, io.maxmq.codec.wire.PublishView.topicHash(topic)), qos, false, null);
        message.payload(bytes, 0, bytes.length);
        routers.get(0).publish(message, routes);
    }

    @Test
    void deliversToSubscribersOfItsOwnLoopImmediately() {
        Recipient here = new Recipient(0, "a");

        publish(1, "m");

        assertThat(here.received).containsExactly("m");
        assertThat(message.matched()).isEqualTo(1);
        assertThat(message.outcome()).isNull();
    }

    @Test
    void handsOverOneBatchPerTurn() {
        Recipient one = new Recipient(1, "a");
        Recipient two = new Recipient(1, "#");
        threads[1].runTurn();

        publish(0, "m0", "m1", "m2");
        assertThat(threads[1].tasks).isEmpty();
        threads[0].runTurn();

        assertThat(threads[1].tasks).hasSize(1);
        threads[1].runTurn();
        assertThat(one.received).containsExactly("m0", "m1", "m2");
        assertThat(two.received).containsExactly("m0", "m1", "m2");
    }

    @Test
    void keepsTheOrderOfMessagesWithDifferentQos() {
        Recipient there = new Recipient(1, "a");

        publish(0, "m0");
        publish(1, "m1");
        threads[0].runTurn();
        publish(2, "m2");
        publish(0, "m3");
        threads[0].runTurn();
        threads[1].runTurn();

        assertThat(there.received).containsExactly("m0", "m1", "m2", "m3");
    }

    @Test
    void outcomeCountsBothLoopsAfterTheOtherLoopHasAnswered() {
        new Recipient(0, "a");
        new Recipient(1, "a");
        new Recipient(1, "+").refuses = true;

        publish(1, "m");

        PendingOutcome outcome = message.outcome();
        assertThat(outcome).isNotNull();
        outcome.addKnown(message);
        List<String> told = new ArrayList<>();
        outcome.onComplete(() -> told.add(outcome.matched() + " " + outcome.accepted() + " " + outcome.refused()));
        threads[0].runTurn();
        threads[1].runTurn();
        assertThat(told).isEmpty();
        threads[0].runTurn();
        assertThat(told).containsExactly("3 2 1");
    }

    @Test
    void qos0MessageHasNoPendingOutcome() {
        new Recipient(1, "a");

        publish(0, "m");

        assertThat(message.outcome()).isNull();
        assertThat(message.accepted()).isEqualTo(1);
    }

    @Test
    void isCongestedUntilTheOtherLoopCatchesUp() {
        new Recipient(1, "a");
        List<String> resumed = new ArrayList<>();
        String payload = "x".repeat(1000);

        int sent = 0;
        while (!isCongested()) {
            publish(0, payload);
            threads[0].runTurn();
            sent++;
        }
        threads[0].run(() -> routers.get(0).awaitRoom(() -> resumed.add("resumed")));
        threads[0].runTurn();

        assertThat(sent).isBetween(MAX_BYTES_UNDER_WAY / 2000, MAX_BYTES_UNDER_WAY / 500);
        assertThat(resumed).isEmpty();
        while (!threads[1].tasks.isEmpty()) {
            threads[1].runTurn();
        }
        threads[0].runTurn();
        assertThat(isCongested()).isFalse();
        assertThat(resumed).containsExactly("resumed");
    }

    @Test
    void deliversToOtherRecipientsWhenOneThrows() {
        new Recipient(0, "a").throwing = true;
        new Recipient(1, "a").throwing = true;
        Recipient here = new Recipient(0, "a");
        Recipient there = new Recipient(1, "a");

        publish(1, "m");
        threads[0].runTurn();
        threads[1].runTurn();

        assertThat(here.received).containsExactly("m");
        assertThat(there.received).containsExactly("m");
        assertThat(failures).hasSize(2);
    }

    @Test
    void deliversToAMemberOnAnotherLoopWhenOneRefuses() {
        Recipient full = new Recipient(1, "$share/g/a");
        full.refuses = true;
        Recipient free = new Recipient(0, "$share/g/a");

        for (int i = 0; i < 4; i++) {
            publish(1, "m" + i);
            for (int turn = 0; turn < 3; turn++) {
                threads[0].runTurn();
                threads[1].runTurn();
            }
        }

        assertThat(free.received).containsExactlyInAnyOrder("m0", "m1", "m2", "m3");
        assertThat(full.received).isEmpty();
    }

    @Test
    void groupQueueKeepsAMessageThatAllMembersRefuse() {
        Recipient full = new Recipient(1, "$share/g/a");
        Recipient alsoFull = new Recipient(0, "$share/g/a");
        full.refuses = true;
        alsoFull.refuses = true;

        publish(1, "m");
        for (int turn = 0; turn < 4; turn++) {
            threads[0].runTurn();
            threads[1].runTurn();
        }

        assertThat(waiting).containsExactly("m");
    }

    @Test
    void skipsAMemberThatGoesOfflineDuringTheHandover() {
        Recipient goes = new Recipient(1, "$share/g/a");
        Recipient stays = new Recipient(0, "$share/g/a");
        stays.online = false;
        publish(1, "m");
        threads[0].runTurn();

        goes.online = false;
        stays.online = true;
        for (int turn = 0; turn < 3; turn++) {
            threads[1].runTurn();
            threads[0].runTurn();
        }

        assertThat(goes.received).isEmpty();
        assertThat(stays.received).containsExactly("m");
    }

    @Test
    void storedMessageOfAnotherLoopSharesBodyAndId() {
        List<StoredMessage> kept = new ArrayList<>();
        for (int loop = 0; loop < 2; loop++) {
            int at = loop;
            Subscriber keeping = new Subscriber() {
                @Override
                public int loopIndex() {
                    return at;
                }

                @Override
                public boolean isOnline() {
                    return true;
                }

                @Override
                public void deliver(RoutedMessage transit, FilterSubscription subscription) {
                    kept.add(transit.keep());
                }
            };
            FilterSubscription subscription = new FilterSubscription(keeping, TopicFilter.of("a"), 2, false, false, 0);
            threads[loop].run(() -> routes.tree().add(subscription));
        }

        publish(1, "m");
        threads[0].runTurn();
        threads[1].runTurn();

        assertThat(kept).hasSize(2);
        assertThat(kept.get(0)).isNotSameAs(kept.get(1));
        assertThat(kept.get(0).body()).isSameAs(kept.get(1).body());
        assertThat(kept.get(0).idLow()).isEqualTo(kept.get(1).idLow());
    }
}
