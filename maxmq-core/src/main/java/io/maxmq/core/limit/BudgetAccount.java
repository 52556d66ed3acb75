package io.maxmq.core.limit;

import io.maxmq.spi.MemoryAccount;
import java.util.concurrent.atomic.AtomicLong;

/** An extension's memory account, charged to the budget directly. Thread-safe. */
public final class BudgetAccount implements MemoryAccount, AutoCloseable {

    /** Value of {@link #chargedBytes} after {@link #close()}: no charge succeeds and releases are ignored. */
    private static final long CLOSED = -1;

    private final MemoryBudget budget;
    private final AtomicLong chargedBytes = new AtomicLong();

    /** Creates an account without charges. */
    public BudgetAccount(MemoryBudget budget) {
        this.budget = budget;
    }

    @Override
    public boolean tryCharge(long bytes) {
        if (!budget.tryDraw(bytes)) {
            return false;
        }
        while (true) {
            long charged = chargedBytes.get();
            if (charged == CLOSED) {
                budget.giveBack(bytes);
                return false;
            }
            if (chargedBytes.compareAndSet(charged, charged + bytes)) {
                return true;
            }
        }
    }

    @Override
    public void release(long bytes) {
        while (true) {
            long charged = chargedBytes.get();
            if (charged == CLOSED) {
                return; // close() has given everything back
            }
            if (bytes < 0 || bytes > charged) {
                throw new IllegalArgumentException("bytes must be 0..charged: bytes=" + bytes + ", charged=" + charged);
            }
            if (chargedBytes.compareAndSet(charged, charged - bytes)) {
                budget.giveBack(bytes);
                return;
            }
        }
    }

    @Override
    public long chargedBytes() {
        return Math.max(0, chargedBytes.get());
    }

    /** Gives back all charges. */
    @Override
    public void close() {
        long charged = chargedBytes.getAndSet(CLOSED);
        if (charged > 0) {
            budget.giveBack(charged);
        }
    }
}
