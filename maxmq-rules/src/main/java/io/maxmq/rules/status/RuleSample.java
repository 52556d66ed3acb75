package io.maxmq.rules.status;

import io.maxmq.spi.Preview;

/**
 * One evaluation of a rule, of those that are kept: one a second at most.
 *
 * @param atEpochMillis when, in milliseconds since 1970
 * @param eventId names the event
 * @param event its kind, {@code message.publish} say
 * @param clientId who it is about; empty when nobody
 * @param topic of a message; empty for other events
 * @param records that came of it
 * @param nanos that it took
 * @since 0.1.0
 */
@Preview
public record RuleSample(
        long atEpochMillis, String eventId, String event, String clientId, String topic, int records, long nanos) {}
