package io.maxmq.rules.run;

import io.maxmq.codec.ReasonCode;
import org.jspecify.annotations.Nullable;

/**
 * The mode of an inline rule.
 *
 *
 * @param code of refusals; null drops, and of {@link Kind#TRANSFORM} stands for 0x83
 *
 * @param failClosed whether a message on which the rule fails is refused
 */
public record InlineMode(Kind kind, @Nullable ReasonCode code, boolean failClosed) {
    /** Which messages it is about. */
    public enum Kind {
        /** Changes those of which a record comes. */
        TRANSFORM,
        /** Refuses messages without a record. */
        REQUIRE,
        /** Refuses those of which one comes. */
        REFUSE
    }
}
