package io.maxmq.api.resource;

import io.maxmq.api.call.ApiAnswer;
import io.maxmq.api.call.Problem;
import io.maxmq.api.call.Reasons;
import io.maxmq.codec.ReasonCode;
import java.util.Map;
import java.util.Optional;

/** Answers that several resources give. Stateless. */
final class Answers {
    private Answers() {}

    /** Returns 204, or fails with 404 when the object did not exist. */
    static ApiAnswer doneIf(boolean wasThere, String what, String name) {
        ViewJson.found(wasThere ? Optional.of(name) : Optional.empty(), what, name);
        return ApiAnswer.DONE;
    }

    /** Returns the problem of an operation that MQTT's rules do not allow. */
    static Problem refused(ReasonCode reason) {
        return Problem.of(422, "refused", "the broker refused the operation")
                .with(Map.of("reasonCode", Reasons.json(reason)));
    }
}
