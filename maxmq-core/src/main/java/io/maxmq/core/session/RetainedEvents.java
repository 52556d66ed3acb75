package io.maxmq.core.session;

import io.maxmq.codec.QoS;
import io.maxmq.core.loop.Loop;
import io.maxmq.core.observe.Events;
import io.maxmq.core.routing.RetainedListener;
import io.maxmq.core.routing.Routes;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.core.routing.Topic;
import io.maxmq.spi.event.BrokerEvent.RetainedCleared;
import io.maxmq.spi.event.BrokerEvent.RetainedSet;

/** Emits events about changes of retained messages, except the broker's own {@code $SYS} topics. Runs on the loop. */
final class RetainedEvents implements RetainedListener {
    /** Longer topic names are omitted from events, since many events may wait for a listener. */
    private static final int MAX_NAME_BYTES = 1024;

    private static final String OWN = "$SYS/";

    private final Loop loop;
    private final Events events;

    RetainedEvents(Loop loop, Events events) {
        this.loop = loop;
        this.events = events;
    }

    @Override
    public void stored(Routes routes, StoredMessage message) {
        if (events.wants(RetainedSet.class) && isTold(message.topic())) {
            loop.emit(
                    events,
                    new RetainedSet(
                            loop.epochMillis(),
                            routes.tenant(),
                            name(message.topic()),
                            message.payloadLength(),
                            QoS.of(message.qos())));
        }
    }

    @Override
    public void cleared(Routes routes, Topic topic, boolean expired) {
        if (events.wants(RetainedCleared.class) && isTold(topic)) {
            loop.emit(events, new RetainedCleared(loop.epochMillis(), routes.tenant(), name(topic), expired));
        }
    }

    private static boolean isTold(Topic topic) {
        return !topic.startsWithDollar() || !topic.name().startsWith(OWN);
    }

    private static String name(Topic topic) {
        return topic.utf8().length > MAX_NAME_BYTES ? "" : topic.name();
    }
}
