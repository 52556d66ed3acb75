package io.maxmq.rules.status;

import io.maxmq.spi.Preview;
import java.util.Map;

/**
 * What a rule has done. Each number only grows until it is reset.
 *
 * @param matched events that its sources have selected
 * @param passed of them, those of which a record came
 * @param failed of them, those of which none came
 * @param failedException of these, those on which the rule failed
 * @param failedNoResult of these, those that its condition has not let through
 * @param dropped events that the full queue has dropped before the rule saw them
 * @param actionsTotal records given to sinks, one for each sink
 * @param actionsSuccess records that sinks have taken
 * @param actionsFailed records that have become dead letters
 * @param actionsFailedOutOfService of these, those that have been tried in vain
 * @param actionsFailedUnknown of these, those that sinks have refused
 * @param actionsDiscarded records that a sink's full buffer has dropped, or its end
 * @param failures how often the rule failed, by the code of the error, {@code decode_json} say; unmodifiable
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
