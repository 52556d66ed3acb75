package io.maxmq.core.routing;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.maxmq.core.routing.Naive.subscription;
import static org.assertj.core.api.Assertions.assertThat;

class SubscriberListTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void findsExactlyThePresentSubscribers(int seed) {
        Random random = new Random(seed);
        List<FilterSubscription> present = new ArrayList<>();
        present.add(subscription(new FakeSubscriber(0, "first"), "a"));
        SubscriberList list = new SubscriberList(present.get(0));
        list.find(present.get(0).subscriber());

        for (int step = 0; step < 3000; step++) {
            boolean grow = present.size() < 2 || random.nextInt(100) < (step / 500 % 2 == 0 ? 60 : 40);
            FilterSubscription changed;
            if (grow) {
                changed = subscription(new FakeSubscriber(0, "s" + step), "a");
                list.add(changed);
                present.add(changed);
            } else {
                changed = present.remove(random.nextInt(present.size()));
                list.remove(changed);
            }
            if (random.nextInt(200) == 0) {
                list.compact();
            }
            assertThat(list.find(changed.subscriber())).isSameAs(grow ? changed : null);
            if (step % 20 == 0) {
                for (FilterSubscription one : present) {
                    assertThat(list.find(one.subscriber())).isSameAs(one);
                    assertThat(list.get(one.index)).isSameAs(one);
                }
            }
            assertThat(list.size()).isEqualTo(present.size());
        }
    }

    @Test
    void fillsHolesBeforeGrowing() {
        List<FilterSubscription> all = new ArrayList<>();
        all.add(subscription(new FakeSubscriber(0, "s"), "a"));
        SubscriberList list = new SubscriberList(all.get(0));
        for (int i = 1; i < 10; i++) {
            all.add(subscription(new FakeSubscriber(0, "s"), "a"));
            list.add(all.get(i));
        }
        list.remove(all.get(3));
        list.remove(all.get(9));
        list.remove(all.get(8));

        assertThat(list.extent()).isEqualTo(8);
        list.add(all.get(3));
        assertThat(list.get(3)).isSameAs(all.get(3));
        list.add(all.get(9));
        assertThat(list.extent()).isEqualTo(9);
        assertThat(list.size()).isEqualTo(9);
    }
}
