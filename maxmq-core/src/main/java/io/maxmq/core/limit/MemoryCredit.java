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

    /**
     * The same for what stays until somebody takes it away: leaves room for what matters more, messages on their way most
     * of all. So a client that has its connection does not lose it to those who fill the broker with state.
     */
    public boolean tryCharge(long bytes, Lasting what) {
        return freeBytes(what) >= bytes && tryCharge(bytes);
    }

    /**
     * The same for state with a part of the budget of its own, which is drawn from when the common part has no room for it. What is
     * charged so is released by {@link #release(long, MemoryShare)}.
     */
    public boolean tryCharge(long bytes, MemoryShare of) {
        return tryCharge(bytes, of.beside) || (!closed && budget.share(of).tryDraw(bytes));
    }

    /** Gives back what was charged for state of this kind: the part that is set aside for it is free again first. */
    public void release(long bytes, MemoryShare of) {
        release(bytes - budget.share(of).giveBackUpTo(bytes));
    }

    /** What could be charged at once for state of this kind. */
    public long freeBytes(MemoryShare of) {
        return Math.max(freeBytes(of.beside), budget.share(of).freeBytes());
    }

    /** What of it could be charged. */
    public long freeBytes(Lasting what) {
        return freeBytes() - budget.capacityBytes() / Lasting.PARTS * what.leavesFree;
    }

    /** What stays until somebody takes it away. */
    public enum Lasting {
        CONNECTION(2),
        SESSION(3),
        /** What a session has beside itself: subscriptions, a will, and what is retained. */
        STATE(4);

        private static final int PARTS = 8;

        /** How many of eight parts of the budget it leaves free. */
        private final int leavesFree;

        Lasting(int leavesFree) {
            this.leavesFree = leavesFree;
        }
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

    /** Charges what exists already, though the budget may be used up: it then stays so for longer. */
    public void overdraw(long bytes) {
        budget.overdraw(bytes);
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
