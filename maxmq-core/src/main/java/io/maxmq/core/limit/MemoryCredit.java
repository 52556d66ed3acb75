package io.maxmq.core.limit;

/**
 * An event loop's reserve of the {@link MemoryBudget}, so that charging a message is a subtraction. Draws a grain (1 MiB,
 * less from a small budget) when it runs short, gives back what it holds above two grains.
 *
 * <p>Bytes may be charged to one loop's credit and released to another's: a message that is handed over takes its charge
 * along. Runs on its event loop. Not thread-safe.
 */
public final class MemoryCredit implements AutoCloseable {

    private final MemoryBudget budget;
    private final long grainBytes;
    private long reserveBytes;
    private boolean closed;

    /** An empty reserve. */
    public MemoryCredit(MemoryBudget budget) {
        this.budget = budget;
        this.grainBytes = budget.grainBytes();
    }

    /**
     * Charges all of the bytes or none; false when the broker's budget is used up. Also false, though the budget would
     * do, when what is missing lies in the reserves of other loops.
     */
    public boolean tryCharge(long bytes) { // hot: per message
        long left = reserveBytes - bytes;
        if (left >= 0 && bytes >= 0) {
            reserveBytes = left;
            return true;
        }
        return drawAndCharge(bytes);
    }

    private boolean drawAndCharge(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("bytes must not be negative: bytes=" + bytes);
        }
        if (closed) {
            return false;
        }
        long missing = bytes - reserveBytes;
        long drawn = missing;
        if (missing <= Long.MAX_VALUE - grainBytes && budget.tryDraw(missing + grainBytes)) {
            drawn = missing + grainBytes;
        } else if (!budget.tryDraw(missing)) {
            return false;
        }
        reserveBytes += drawn - bytes;
        return true;
    }

    /** Gives back what was charged here or to another loop's credit. */
    public void release(long bytes) { // hot: per message
        if (bytes < 0) {
            throw new IllegalArgumentException("bytes must not be negative: bytes=" + bytes);
        }
        reserveBytes += bytes;
        if (reserveBytes > 2 * grainBytes || closed) {
            giveBackSurplus();
        }
    }

    private void giveBackSurplus() {
        long keep = closed ? 0 : grainBytes;
        long surplus = reserveBytes - keep;
        reserveBytes = keep;
        budget.giveBack(surplus);
    }

    /** What could be charged here now, or little more. */
    public long freeBytes() { // hot: per message
        return budget.capacityBytes() - budget.usedBytes() + reserveBytes;
    }

    /** Drawn and not charged: what this loop could charge without asking the budget. */
    public long reserveBytes() {
        return reserveBytes;
    }

    /** Gives back the reserve, also when the loop has been idle for a while and others run short. */
    public void giveBackReserve() {
        long all = reserveBytes;
        reserveBytes = 0;
        budget.giveBack(all);
    }

    /** Gives back the reserve. Nothing can be charged any more; what is released later goes straight to the budget. */
    @Override
    public void close() {
        closed = true;
        giveBackReserve();
    }
}
