package io.maxmq.core.persistence;

import io.maxmq.spi.storage.Mutation;
import org.jspecify.annotations.Nullable;

/**
 * A change that a {@link LoopStore} has been asked for. Until it is on its way to the store it can be withdrawn. Runs on the
 * loop. Not thread-safe.
 */
public final class Write {
    private final int shard;
    private final Mutation mutation;
    private final @Nullable Written written;
    private final long chargedBytes;
    private State state = State.WAITING;

    private enum State {
        WAITING,
        WITHDRAWN,
        SUBMITTED
    }

    Write(int shard, Mutation mutation, @Nullable Written written, long chargedBytes) {
        this.shard = shard;
        this.mutation = mutation;
        this.written = written;
        this.chargedBytes = chargedBytes;
    }

    /** Has it not happened, nor anybody told; false when it is too late for that. */
    public boolean withdraw() {
        if (state == State.WAITING) {
            state = State.WITHDRAWN;
        }
        return state == State.WITHDRAWN;
    }

    boolean isWithdrawn() {
        return state == State.WITHDRAWN;
    }

    void submitted() {
        state = State.SUBMITTED;
    }

    void waitsAgain() {
        state = State.WAITING;
    }

    int shard() {
        return shard;
    }

    Mutation mutation() {
        return mutation;
    }

    /** Whether somebody waits for it; else it is tried again until it succeeds. */
    boolean isAwaited() {
        return written != null;
    }

    long chargedBytes() {
        return chargedBytes;
    }

    void tell(@Nullable Throwable failure) {
        if (written != null) {
            written.onWritten(failure);
        }
    }
}
