package io.maxmq.api.http;

import io.vertx.core.json.JsonObject;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class StreamQueueTest {
    private final AtomicInteger announced = new AtomicInteger();
    private final StreamQueue queue = new StreamQueue(3, 100, announced::incrementAndGet);

    @Test
    void tellsHowManyEventsWereLostBeforeTheNextOne() {
        for (int i = 0; i < 5; i++) {
            queue.offer("event", 1, JsonObject::new);
        }
        assertThat(names(4)).isEqualTo("event event event lost:2 ");
        queue.offer("next", 1, JsonObject::new);
        assertThat(names(1)).isEqualTo("next ");
        assertThat(queue.poll()).isNull();
    }

    @Test
    void losesEventsBeyondItsBytes() {
        queue.offer("small", 60, JsonObject::new);
        queue.offer("large", 60, JsonObject::new);

        assertThat(names(2)).isEqualTo("small lost:1 ");
    }

    @Test
    void announcesOnceUntilItIsEmpty() {
        queue.offer("a", 1, JsonObject::new);
        queue.offer("b", 1, JsonObject::new);
        assertThat(announced).hasValue(1);
        names(2);
        queue.offer("c", 1, JsonObject::new);
        assertThat(announced).hasValue(1);
        names(1);
        assertThat(queue.poll()).isNull();
        queue.offer("d", 1, JsonObject::new);
        assertThat(announced).hasValue(2);
    }

    private String names(int count) {
        StringBuilder names = new StringBuilder();
        for (int i = 0; i < count; i++) {
            StreamQueue.Queued next = Objects.requireNonNull(queue.poll());
            names.append(next.name());
            if (next.name().equals(StreamQueue.LOST)) {
                names.append(':').append(next.data().get().getLong("count"));
            }
            names.append(' ');
        }
        return names.toString();
    }
}
