package io.maxmq.core.routing;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

import static io.maxmq.core.routing.Naive.subscription;
import static io.maxmq.core.routing.Naive.topic;
import static org.assertj.core.api.Assertions.assertThat;

class SharedGroupTest {
    private final SubscriptionTree tree = new SubscriptionTree(4, SubscriptionTree.Options.DEFAULTS);
    private final List<FakeSubscriber> subscribers = new ArrayList<>();
    private final List<FilterSubscription> members = new ArrayList<>();

    @Test
    void distributesMessagesEvenly() {
        SharedGroup group = group(3);

        assertThat(turns(group, 300))
                .hasSize(3)
                .allSatisfy((who, count) -> assertThat(count).isEqualTo(100));
    }

    @Test
    void distributesTurnsOfOfflineMembersEvenly() {
        SharedGroup group = group(6);
        subscribers.get(1).online = false;
        subscribers.get(2).online = false;
        subscribers.get(3).online = false;

        assertThat(turns(group, 300))
                .hasSize(3)
                .allSatisfy((who, count) -> assertThat(count).isEqualTo(100));
    }

    @Test
    void skipsOfflineMembers() {
        SharedGroup group = group(3);
        subscribers.forEach(subscriber -> subscriber.online = false);

        assertThat(group.next()).isNull();
        assertThat(group.hasOnline()).isFalse();

        subscribers.get(1).online = true;
        assertThat(group.hasOnline()).isTrue();
        assertThat(turns(group, 300)).containsOnlyKeys(subscribers.get(1));
    }

    @Test
    void afterReturnsOnlineMembersInCircularOrder() {
        SharedGroup group = group(5);
        subscribers.get(0).online = false;
        subscribers.get(3).online = false;

        assertThat(group.after(members.get(1))).isSameAs(members.get(2));
        assertThat(group.after(members.get(2))).isSameAs(members.get(4));
        assertThat(group.after(members.get(4))).isSameAs(members.get(1));
        assertThat(group.after(members.get(0))).as("after an offline member").isSameAs(members.get(1));
    }

    @Test
    void afterReturnsNullWhenNoOtherMemberIsOnline() {
        SharedGroup group = group(3);
        subscribers.forEach(subscriber -> subscriber.online = false);
        subscribers.get(1).online = true;

        assertThat(group.after(members.get(1))).isNull();
        assertThat(group.after(members.get(2))).isSameAs(members.get(1));
    }

    @Test
    void keeperIsTheOnlyMemberOrTheQueueOfSeveral() {
        SharedGroup group = group(1);
        FakeQueue queue = new FakeQueue();
        assertThat(group.keeper((of, routes) -> queue, null)).isSameAs(members.get(0));

        FilterSubscription second = subscription(new FakeSubscriber(0, "second"), "$share/g/a");
        tree.add(second);
        assertThat(group.keeper((of, routes) -> queue, null).subscriber()).isSameAs(queue);

        tree.remove(second);
        queue.waiting = true;
        assertThat(group.keeper((of, routes) -> queue, null).subscriber())
                .as("while older messages wait in the queue")
                .isSameAs(queue);
        queue.waiting = false;
        assertThat(group.keeper((of, routes) -> queue, null)).isSameAs(members.get(0));

        group.memberLeft();
        assertThat(queue.gone).isFalse();
        tree.remove(members.get(0));
        group.memberLeft();
        assertThat(queue.gone).isTrue();
        assertThat(group.keeper((of, routes) -> queue, null)).isNull();
    }

    private static final class FakeQueue implements SharedQueue {
        private boolean waiting;
        private boolean gone;

        @Override
        public int loopIndex() {
            return 0;
        }

        @Override
        public void deliver(RoutedMessage message, FilterSubscription subscription) {
            throw new AssertionError("nothing is routed");
        }

        @Override
        public boolean isOnline() {
            return true;
        }

        @Override
        public boolean hasWaiting() {
            return waiting;
        }

        @Override
        public void memberCame() {}

        @Override
        public void groupGone() {
            gone = true;
        }
    }

    @Test
    void removesMembersThatLeaveAndEndsWithTheLast() {
        SharedGroup group = group(100);

        for (int i = 0; i < 99; i++) {
            tree.remove(members.get(i));
            assertThat(turns(group, 100)).hasSize(99 - i).doesNotContainKey(subscribers.get(i));
        }
        tree.remove(members.get(99));

        assertThat(group.next()).isNull();
        assertThat(group.size()).isZero();
        assertThat(tree.match(topic("a"), 0).groups()).isEmpty();
        assertThat(tree.nodeCount()).isZero();
    }

    private SharedGroup group(int size) {
        for (int i = 0; i < size; i++) {
            subscribers.add(new FakeSubscriber(i % 4, "s" + i));
            members.add(subscription(subscribers.get(i), "$share/g/a"));
            tree.add(members.get(i));
        }
        return tree.match(topic("a"), 0).groups()[0];
    }

    private static Map<Subscriber, Integer> turns(SharedGroup group, int messages) {
        Map<Subscriber, Integer> turns = new HashMap<>();
        for (int i = 0; i < messages; i++) {
            turns.merge(group.next().subscriber(), 1, Integer::sum);
        }
        return turns;
    }
}
