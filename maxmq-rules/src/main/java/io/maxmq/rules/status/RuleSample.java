package io.maxmq.rules.status;

import io.maxmq.spi.Preview;

/**
 * A kept evaluation of a rule, one per second at most.
 * @param atEpochMillis the time, in milliseconds since 1970
 * @param eventId identifies the event
 * @param event its kind, such as {@code message.publish}
 * @param clientId the client of the event; empty without one
 * @param topic of a message; empty for other events
 * @param records the records of the evaluation
 * @param nanos its duration
 *
 * @since 0.1.0
 */
@Preview
public record RuleSample(
        long atEpochMillis, String eventId, String event, String clientId, String topic, int records, long nanos) {}
