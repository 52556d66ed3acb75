package io.maxmq.core.persistence;

import org.jspecify.annotations.Nullable;

/** Callback for the result of a write: on the loop that requested it, never within the call, in call order. */
@FunctionalInterface
public interface WriteCallback {
    /** @param failure null if the write has the promised durability */
    void onWritten(@Nullable Throwable failure);
}
