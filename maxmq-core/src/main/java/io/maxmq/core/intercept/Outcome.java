package io.maxmq.core.intercept;

import io.maxmq.codec.ReasonCode;
import org.jspecify.annotations.Nullable;

/** What a chain of interceptors has made of a subject. Immutable. */
public sealed interface Outcome<S> {
    /** It goes on as this: the same object when nobody changed it. */
    record Passed<S>(S subject) implements Outcome<S> {}

    /** It goes no further, and its sender is told nothing of that. */
    record Dropped<S>() implements Outcome<S> {}

    /** It goes no further, and its sender is told why, as far as its version can. */
    record Rejected<S>(ReasonCode reasonCode, @Nullable String reason) implements Outcome<S> {}
}
