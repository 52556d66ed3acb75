package io.maxmq.core.persistence;

import io.maxmq.spi.storage.Mutation;
import io.maxmq.spi.storage.StorageException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A change that a {@link LoopStore} has been asked for. Until it is on its way to the store it can be withdrawn. Runs on the
 * loop. Not thread-safe.
 */
public final class Write {
    private final int shard;
    /** Made when it is needed: most of those that wait for a moment are withdrawn. */
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

    /** @param put gives the change, once, when it is on its way */
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

    /** Has it not happened, nor anybody told; false when it is too late for that. */
    public boolean withdraw() {
        if (state == State.WAITING) {
            state = State.WITHDRAWN;
        }
        return state == State.WITHDRAWN;
    }

    /** Adds more to the counter that this is about; false when it is on its way already. */
    boolean countMore(long delta) {
        if (state != State.WAITING) {
            return false;
        }
        assert counted != null;
        counted = new Mutation.Add(counted.table(), counted.key(), counted.delta() + delta);
        return true;
    }

    /** Has a counter changed in the same batch. */
    void count(Mutation.Add add) {
        counted = add;
    }

    /** What is counted in the same batch, if anything is. */
    Mutation.@Nullable Add counted() {
        return counted;
    }

    /** An entry that a store which is short of space should take: see {@link io.maxmq.spi.storage.Batch.Builder#mayUseReserve()}. */
    public void useReserve() {
        mayUseReserve = true;
    }

    boolean mayUseReserve() {
        return mayUseReserve || !(mutation() instanceof Mutation.Put);
    }

    /** Whether it has yet to be made, as it may be withdrawn before. */
    boolean mayBeNeedless() {
        return put != null && mutation == null;
    }

    boolean isWithdrawn() {
        return state == State.WITHDRAWN;
    }

    void submitted() {
        state = State.SUBMITTED;
    }

    /** Whether it may be tried again after that failure: what may have been subtracted is not subtracted once more. */
    boolean isRepeatable(Throwable failure) {
        return !(mutation() instanceof Mutation.Add)
                || (failure instanceof StorageException refused
                        && refused.kind().applied() == StorageException.Applied.NO);
    }

    /** Another change in place of this one, with nobody waiting. */
    Write instead(Mutation other) {
        Write write = new Write(shard, other, null, chargedBytes);
        write.mayUseReserve = mayUseReserve;
        return write;
    }

    /** The same, of records that go one after the other. */
    Write run(Mutation.DeleteRange removal) {
        Write run = instead(removal);
        run.isRun = true;
        return run;
    }

    /** Whether it has been put together from removals of single records. */
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
