package io.maxmq.rules.status;

import io.maxmq.spi.Preview;

/**
 * A rule that failed on an event.
 *
 * @param atEpochMillis when, in milliseconds since 1970
 * @param code of the language, {@code bad_argument} say; {@code internal} where a lambda threw
 * @param message with clause, function or operator, and position where they are known
 * @param event the event as JSON, at most 4 KiB of it; empty when errors come too often for each to be kept
 * @since 0.1.0
 */
@Preview
public record RuleError(long atEpochMillis, String code, String message, String event) {}
