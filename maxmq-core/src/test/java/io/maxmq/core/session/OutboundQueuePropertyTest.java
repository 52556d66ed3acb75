package io.maxmq.core.session;

import io.maxmq.core.observe.Counter;
import io.maxmq.core.observe.LoopCounters;
import io.maxmq.core.routing.StoredMessage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import static org.assertj.core.api.Assertions.assertThat;

/** {@link OutboundQueue} against the JDK's queue. */
class OutboundQueuePropertyTest {
    private static void assertCounted(LoopCounters counters, OutboundQueue queue) {
        assertThat(counters.value(Counter.QUEUED)).isEqualTo(queue.size());
        assertThat(counters.value(Counter.QUEUED_BYTES)).isEqualTo(queue.bytes());
    }

    @Property(tries = 300)
    void isFirstInFirstOut(@ForAll List<Boolean> adds) {
        LoopCounters counters = new LoopCounters();
        OutboundQueue queue = new OutboundQueue(counters);
        ArrayDeque<StoredMessage> model = new ArrayDeque<>();

        for (int i = 0; i < adds.size(); i++) {
            // Twice as many are added as taken.
            if (adds.get(i) || i % 3 == 0) {
                StoredMessage message = Messages.of("x".repeat(i % 50), 1);
                queue.add(i, message, i & 7, Messages.SUBSCRIPTION);
                model.add(message);
            } else if (i % 5 == 0) {
                // One from the middle, which may have gone already.
                StoredMessage removed = queue.remove(i / 2);
                if (removed != null) {
                    assertThat(model.remove(removed)).isTrue();
                }
            } else if (!queue.isEmpty()) {
                assertThat(queue.firstMessage()).isSameAs(model.remove());
                queue.removeFirst();
            }
            assertCounted(counters, queue);
            assertThat(queue.size()).isEqualTo(model.size());
            assertThat(queue.bytes())
                    .isEqualTo(model.stream().mapToLong(StoredMessage::bytes).sum());
        }

        List<StoredMessage> left = new ArrayList<>();
        queue.clear((sequence, message, flags, subscription) -> left.add(message));
        assertThat(left).isEqualTo(new ArrayList<>(model));
        assertThat(queue.isEmpty()).isTrue();
        assertThat(queue.bytes()).isZero();
        assertCounted(counters, queue);
    }

    /** What {@link #isOneQueueInTwoParts} does; {@code number} chooses how many. */
    enum Step {
        ADD,
        SEND,
        READ,
        GO_OFFLINE
    }

    @Property(tries = 300)
    void isOneQueueInTwoParts(@ForAll List<Step> steps) {
        LoopCounters counters = new LoopCounters();
        OutboundQueue queue = new OutboundQueue(counters);
        ArrayDeque<Long> model = new ArrayDeque<>();
        java.util.TreeMap<Long, StoredMessage> storage = new java.util.TreeMap<>();
        long next = 0;
        for (Step step : steps) {
            switch (step) {
                case ADD -> {
                    StoredMessage message = Messages.of("x".repeat((int) next % 50), 1);
                    if (queue.stored() == 0 && next % 3 != 0) {
                        queue.add(next, message, 1, Messages.SUBSCRIPTION);
                    } else {
                        queue.addStored(next, message.bytes());
                    }
                    storage.put(next, message);
                    model.add(next);
                    next += 1 + next % 2;
                }
                case SEND -> {
                    if (queue.inMemory() > 0) {
                        assertThat(queue.firstSequence()).isEqualTo(model.remove());
                        assertThat(queue.firstMessage()).isSameAs(storage.remove(queue.firstSequence()));
                        queue.removeFirst();
                    }
                }
                case READ -> {
                    if (queue.stored() > 0) {
                        var first = storage.ceilingEntry(queue.firstStored());
                        queue.fromStorage(first.getKey(), first.getValue(), 1, Messages.SUBSCRIPTION);
                    }
                }
                case GO_OFFLINE -> {
                    queue.toStorage((sequence, message, flags, subscription) -> {});
                    assertThat(queue.inMemory()).isZero();
                }
            }
            assertCounted(counters, queue);
            assertThat(queue.size()).isEqualTo(model.size());
            assertThat(queue.bytes())
                    .isEqualTo(storage.values().stream()
                            .mapToLong(StoredMessage::bytes)
                            .sum());
        }
    }
}
