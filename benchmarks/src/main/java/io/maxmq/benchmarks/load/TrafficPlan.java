package io.maxmq.benchmarks.load;

/**
 * Messages from publishers to subscribers. Closed loop: a publisher sends on as long as fewer than {@code outstanding} of
 * its messages are on their way to a subscriber (mean over its subscribers), and at QoS &gt; 0 fewer than {@code window}
 * unacknowledged. At QoS 0 it waits until a quarter of that room is free, so messages travel in batches.
 *
 * @param publishers each has a topic of its own
 * @param subscribers as many as publishers for pairs
 * @param payloadBytes at least {@link #MIN_PAYLOAD_BYTES}
 * @param ratePerSecond of all publishers together, evenly spread; 0 for the closed loop
 */
public record TrafficPlan(
        Shape shape,
        int publishers,
        int subscribers,
        int qos,
        int payloadBytes,
        int outstanding,
        int window,
        long ratePerSecond) {
    /** Time stamp, stream and sequence number. */
    static final int MIN_PAYLOAD_BYTES = 16;

    private static final int PAYLOAD_BYTES = 64;
    private static final int OUTSTANDING = 1000;
    private static final int WINDOW = 100;

    /** The assignment of publishers to subscribers. */
    public enum Shape {
        /** Subscriber i takes the topic of publisher i. */
        PAIRS,
        /** Every subscriber takes the topics of all publishers, with one wildcard filter. */
        FAN_IN,
        /** Every subscriber takes the topic of the only publisher. */
        FAN_OUT
    }

    public TrafficPlan {
        if (payloadBytes < MIN_PAYLOAD_BYTES) {
            throw new IllegalArgumentException(
                    "payloadBytes must be at least " + MIN_PAYLOAD_BYTES + ": payloadBytes=" + payloadBytes);
        }
        if (ratePerSecond > 0 && qos == 2) {
            throw new IllegalArgumentException("a fixed rate needs QoS 0 or 1: qos=" + qos);
        }
    }

    public static TrafficPlan pairs(int pairs, int qos) {
        return new TrafficPlan(Shape.PAIRS, pairs, pairs, qos, PAYLOAD_BYTES, OUTSTANDING, WINDOW, 0);
    }

    public static TrafficPlan fanOut(int subscribers) {
        return new TrafficPlan(Shape.FAN_OUT, 1, subscribers, 0, PAYLOAD_BYTES, OUTSTANDING, WINDOW, 0);
    }

    public static TrafficPlan fanIn(int publishers) {
        return new TrafficPlan(Shape.FAN_IN, publishers, 1, 0, PAYLOAD_BYTES, OUTSTANDING, WINDOW, 0);
    }

    public TrafficPlan payload(int bytes) {
        return new TrafficPlan(shape, publishers, subscribers, qos, bytes, outstanding, window, ratePerSecond);
    }

    public TrafficPlan outstanding(int messages) {
        return new TrafficPlan(shape, publishers, subscribers, qos, payloadBytes, messages, window, ratePerSecond);
    }

    public TrafficPlan rate(long perSecond) {
        return new TrafficPlan(shape, publishers, subscribers, qos, payloadBytes, outstanding, window, perSecond);
    }

    /** Returns the number of subscribers that get each message. */
    int copies() {
        return shape == Shape.PAIRS ? 1 : subscribers;
    }

    String topic(int publisher) {
        return "bench/t/" + publisher;
    }

    String filter(int subscriber) {
        return switch (shape) {
            case PAIRS -> topic(subscriber);
            case FAN_OUT -> topic(0);
            case FAN_IN -> "bench/t/#";
        };
    }
}
