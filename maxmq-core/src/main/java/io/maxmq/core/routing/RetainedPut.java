package io.maxmq.core.routing;

import org.jspecify.annotations.Nullable;

/** What became of a message that was to be retained. */
public sealed interface RetainedPut {
    /** It is retained, in place of {@code previous} if there was one. */
    record Stored(@Nullable StoredMessage previous) implements RetainedPut {
        static final Stored FIRST = new Stored(null);
    }

    /** It is not retained; what was there is still there. */
    enum Refused implements RetainedPut {
        TOO_MANY_MESSAGES,
        TOO_MANY_BYTES,
        TOO_LARGE
    }
}
