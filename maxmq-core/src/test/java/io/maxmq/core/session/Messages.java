package io.maxmq.core.session;

import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.core.routing.MessageIds;
import io.maxmq.core.routing.RoutedMessage;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.core.routing.Subscriber;
import io.maxmq.core.routing.TopicTable;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;

/** Messages and a subscription for tests of what a session holds. */
final class Messages {
    private static final TopicTable TOPICS = new TopicTable(1, 64, 128);
    private static final RoutedMessage TRANSIT = new RoutedMessage(
            new MessageIds(new MessageIds.Origin(0, 0, 0, new AtomicLong()), () -> 1_800_000_000_000L));

    static final FilterSubscription SUBSCRIPTION =
            new FilterSubscription(new Nobody(), TopicFilter.of("a"), 2, false, false, 0);

    private Messages() {}

    static StoredMessage of(String payload, int qos) {
        byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
        TRANSIT.begin(ApplicationMessages.topic(TOPICS, 0, "a"), qos, false, null);
        TRANSIT.payload(bytes, 0, bytes.length);
        return TRANSIT.keep();
    }

    static String text(StoredMessage message) {
        return new String(message.body(), message.propertiesLength(), message.payloadLength(), StandardCharsets.UTF_8);
    }

    private static final class Nobody implements Subscriber {
        @Override
        public int loopIndex() {
            return 0;
        }

        @Override
        public boolean isOnline() {
            return true;
        }

        @Override
        public void deliver(RoutedMessage message, FilterSubscription subscription) {}
    }
}
