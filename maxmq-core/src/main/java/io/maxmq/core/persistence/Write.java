package io.maxmq.core.persistence;

import io.maxmq.spi.storage.Mutation;
import io.maxmq.spi.storage.StorageException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A change requested from a {@link LoopStore}. It can be withdrawn until it is submitted to the store. Runs on the
 * loop. Not thread-safe.
 */
public final class Write {
    private final int shard;
    /** Creates the mutation on demand: most delayed changes are withdrawn before. */
    private final @Nullable Supplier<Mutation.Put> put;

    private @Nullable Mutation mutation;
    private final @Nullable WriteCallback written;
    private final long chargedBytes;
    private Mutation.@Nullable Add counted;
    private State state = State.WAITING;
    private boolean isRun;
    private boolean mayUseReserve;

    private enum State {
        WAITING,
        WITHDRAWN,
        SUBMITTED
    }

    Write(int shard, Mutation mutation, @Nullable WriteCallback written, long chargedBytes) {
        this(shard, mutation, null, written, chargedBytes);
    }

    /** @param put returns the change, called once on submission */
    Write(int shard, Supplier<Mutation.Put> put, WriteCallback written, long chargedBytes) {
        this(shard, null, put, written, chargedBytes);
    }

    private Write(
            int shard,
            @Nullable Mutation mutation,
            @Nullable Supplier<Mutation.Put> put,
            @Nullable WriteCallback written,
            long chargedBytes) {
        this.shard = shard;
        this.mutation = mutation;
        this.put = put;
        this.written = written;
        this.chargedBytes = chargedBytes;
    }

    /** Cancels the write and its callback. Returns false if it was already submitted. */
    public boolean withdraw() {
        if (state == State.WAITING) {
            state = State.WITHDRAWN;
        }
        return state == State.WITHDRAWN;
    }

    /** Adds to the counter of this change. Returns false if it was already submitted. */
    boolean countMore(long delta) {
        if (state != State.WAITING) {
            return false;
        }
        assert counted != null;
        counted = new Mutation.Add(counted.table(), counted.key(), counted.delta() + delta);
        return true;
    }

    /** Adds a counter change to the same batch. */
    void count(Mutation.Add add) {
        counted = add;
    }

    /** The counter change in the same batch, or null. */
    Mutation.@Nullable Add counted() {
        return counted;
    }

    /**
     * Marks an entry that a store short of space should accept: see
     * {@link io.maxmq.spi.storage.Batch.Builder#mayUseReserve()}.
     */
    public void useReserve() {
        mayUseReserve = true;
    }

    boolean mayUseReserve() {
        return mayUseReserve || !(mutation() instanceof Mutation.Put);
    }

    /** True if the change is not yet created, since it may be withdrawn before. */
    boolean mayBeNeedless() {
        return put != null && mutation == null;
    }

    boolean isWithdrawn() {
        return state == State.WITHDRAWN;
    }

    void submitted() {
        state = State.SUBMITTED;
    }

    /**
     * Returns whether the write may be retried after this failure. A counter change that may have been applied is not
     * retried.
     */
    boolean isRepeatable(Throwable failure) {
        return !(mutation() instanceof Mutation.Add)
                || (failure instanceof StorageException refused
                        && refused.kind().applied() == StorageException.Applied.NO);
    }

    /** Returns another change in place of this one, without a callback. */
    Write instead(Mutation other) {
        Write write = new Write(shard, other, null, chargedBytes);
        write.mayUseReserve = mayUseReserve;
        return write;
    }

    /** Returns the removal of a run of consecutive records in place of this change, without a callback. */
    Write run(Mutation.DeleteRange removal) {
        Write run = instead(removal);
        run.isRun = true;
        return run;
    }

    /** True if combined from removals of single records. */
    boolean isRun() {
        return isRun;
    }

    int shard() {
        return shard;
    }

    Mutation mutation() {
        Mutation present = mutation;
        if (present == null) {
            assert put != null;
            present = put.get();
            mutation = present;
        }
        return present;
    }

    /** True if the write has a callback; without one it is retried until it succeeds. */
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
