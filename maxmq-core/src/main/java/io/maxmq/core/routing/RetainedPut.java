package io.maxmq.core.routing;

import org.jspecify.annotations.Nullable;

/** Result of a request to retain a message. */
public sealed interface RetainedPut {
    /** The message is retained, in place of {@code previous} if not null. */
    record Stored(@Nullable StoredMessage previous) implements RetainedPut {
        static final Stored FIRST = new Stored(null);
    }

    /** The message is not retained; the previous one is unchanged. */
    enum Refused implements RetainedPut {
        TOO_MANY_MESSAGES,
        TOO_MANY_BYTES,
        TOO_LARGE
    }
}
