package io.maxmq.junit;

import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.spi.Message;
import io.maxmq.spi.Preview;
import io.maxmq.spi.extension.BrokerContext;
import io.maxmq.spi.extension.Extension;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * The messages that the broker has routed since its start, with or without a matching subscription: messages of clients
 * and of the application, and wills. In the order of routing, which is that of publication for one publisher, and for
 * all when the broker has one event loop. Topics that begin with {@code $} are left out. Thread-safe.
 *
 *
 * <p>A message is recorded before its publisher gets PUBACK or PUBREC, or the stage of {@code broker.publish}
 * completes. At most 100,000 messages and 64 MiB of payload are kept; beyond that every query fails.
 *
 *
 * @since 0.1.0
 */
@Preview
public final class RoutedMessages {
    /** The timeout of {@link #awaitMessage(String)}. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

    private static final int MAX_MESSAGES = 100_000;
    private static final long MAX_BYTES = 64L << 20;

    // Guarded by this. An event loop adds, and holds the lock for the time of that only.
    private final List<Message> routed = new ArrayList<>();
    private final BitSet awaited = new BitSet();
    private long bytes;
    private boolean full;

    private RoutedMessages() {}

    /**
     * Begins without a broker: {@link #recorder()} adds the messages of one. For an application that starts its broker itself; {@link
     * MaxMQExtension} gives tests the messages of its own broker.
     */
    public static RoutedMessages create() {
        return new RoutedMessages();
    }

    /** Creates the extension that records the messages of one broker here: {@code builder.extension(messages.recorder())}. */
    public Extension recorder() {
        return new Recorder(this);
    }

    /** Records what one broker routes. */
    private record Recorder(RoutedMessages messages) implements Extension {
        @Override
        public CompletionStage<Void> start(BrokerContext context) {
            context.onPublish("#", publication -> messages.add(publication.message()));
            return CompletableFuture.completedFuture(null);
        }
    }

    /** Forgets all messages so far, for tests that share a broker. */
    public synchronized void clear() {
        routed.clear();
        awaited.clear();
        bytes = 0;
        full = false;
    }

    /** Called on an event loop. */
    private void add(Message view) {
        Message message = view.copy();
        synchronized (this) {
            if (routed.size() == MAX_MESSAGES || bytes + message.payloadLength() > MAX_BYTES) {
                full = true;
            } else {
                routed.add(message);
                bytes += message.payloadLength();
            }
            notifyAll();
        }
    }

    /**
     * All messages so far whose topic the filter matches, in order, those that {@code awaitMessage} has given included. Does not
     * wait.
     *
     * @throws IllegalArgumentException when the filter is not valid (MQTT 5.0 §4.7), is shared, or begins with {@code $}
     */
    public List<Message> received(String topicFilter) {
        TopicFilter filter = checked(topicFilter);
        return snapshot().stream().filter(each -> filter.matches(each.topic())).toList();
    }

    /** {@link #awaitMessage(String, Duration)} with {@link #DEFAULT_TIMEOUT}. */
    public Message awaitMessage(String topicFilter) {
        return awaitMessage(topicFilter, DEFAULT_TIMEOUT);
    }

    /**
     * The first message whose topic the filter matches, among those that no call of this method has returned before:
     * each message is returned once. Waits for it if necessary, by the machine's time.
     * @throws AssertionError without a message within the timeout; lists the recorded messages
     *
     * @throws IllegalArgumentException as {@link #received}
     */
    public synchronized Message awaitMessage(String topicFilter, Duration timeout) {
        TopicFilter filter = checked(topicFilter);
        long deadlineNanos = System.nanoTime() + timeout.toNanos();
        int next = 0;
        while (true) {
            for (; next < routed.size(); next++) {
                Message message = routed.get(next);
                if (!awaited.get(next) && filter.matches(message.topic())) {
                    awaited.set(next);
                    return message;
                }
            }
            requireComplete();
            if (!awaitMore(deadlineNanos)) {
                throw new AssertionError(missing(filter, timeout));
            }
        }
    }

    private boolean awaitMore(long deadlineNanos) {
        int before = routed.size();
        try {
            for (long left = deadlineNanos - System.nanoTime();
                    left > 0 && routed.size() == before && !full;
                    left = deadlineNanos - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for a message", e);
        }
        return routed.size() > before || full;
    }

    private String missing(TopicFilter filter, Duration timeout) {
        long matching =
                routed.stream().filter(each -> filter.matches(each.topic())).count();
        String before = matching == 0 ? "" : ", " + matching + " of its messages had been awaited before";
        return "no message for " + filter + " within " + timeout.toMillis() + " ms" + before + "; "
                + MessageText.list(routed);
    }

    private synchronized List<Message> snapshot() {
        requireComplete();
        return List.copyOf(routed);
    }

    private void requireComplete() {
        if (full) {
            throw new AssertionError("more was routed than is recorded: at most " + MAX_MESSAGES + " messages and "
                    + MAX_BYTES + " bytes of payload");
        }
    }

    private static TopicFilter checked(String topicFilter) {
        TopicFilter filter = TopicFilter.of(topicFilter);
        if (topicFilter.startsWith("$")) {
            throw new IllegalArgumentException(
                    "shared filters and topics that begin with $ are not recorded: filter=" + topicFilter);
        }
        return filter;
    }

    @Override
    public synchronized String toString() {
        return "RoutedMessages[" + MessageText.list(routed) + "]";
    }
}
