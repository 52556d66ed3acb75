package io.maxmq.rules.status;

import io.maxmq.spi.Preview;
import java.util.Map;

/**
 * The figures of a rule. Each number only grows until it is reset.
 *
 *
 * @param matched events that its sources selected
 * @param passed of them, those with a record
 * @param failed of them, those without a record
 * @param failedException of these, those on which the rule failed
 * @param failedNoResult of these, those that its condition rejected
 *
 * @param dropped events that the full queue has dropped before the rule saw them
 *
 * @param actionsTotal records given to sinks, one for each sink
 *
 * @param actionsSuccess records that sinks have taken
 *
 * @param actionsFailed records that have become dead letters
 *
 * @param actionsFailedOutOfService of these, those whose retries are used up
 *
 * @param actionsFailedUnknown of these, those that sinks have refused
 *
 * @param actionsDiscarded records dropped by a sink's full buffer or at its end
 * @param failures failures by the code of the error, such as {@code decode_json}; unmodifiable
 *
 * @since 0.1.0
 */
@Preview
public record RuleFigures(
        long matched,
        long passed,
        long failed,
        long failedException,
        long failedNoResult,
        long dropped,
        long actionsTotal,
        long actionsSuccess,
        long actionsFailed,
        long actionsFailedOutOfService,
        long actionsFailedUnknown,
        long actionsDiscarded,
        Map<String, Long> failures) {

    /** Copies the map. */
    public RuleFigures {
        failures = Map.copyOf(failures);
    }
}
