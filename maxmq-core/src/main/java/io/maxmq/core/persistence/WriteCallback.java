package io.maxmq.core.persistence;

import org.jspecify.annotations.Nullable;

/** Told what has become of a write: on the loop that asked for it, never within the call, in the order of the calls. */
@FunctionalInterface
public interface WriteCallback {
    /** @param failure null when it has the promised durability */
    void onWritten(@Nullable Throwable failure);
}
