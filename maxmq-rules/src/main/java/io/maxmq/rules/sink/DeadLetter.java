package io.maxmq.rules.sink;

import io.maxmq.spi.Preview;

/**
 * A record that its sink has not taken and will not be given again.
 *
 * @param record the record
 * @param atEpochMillis when it was given up, in milliseconds since 1970
 * @param attempts how often it was tried
 * @param why the sink's last word
 * @since 0.1.0
 */
@Preview
public record DeadLetter(SinkRecord record, long atEpochMillis, int attempts, String why) {}
