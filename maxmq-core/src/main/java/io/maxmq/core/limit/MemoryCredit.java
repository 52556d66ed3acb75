package io.maxmq.core.limit;

/**
 * An event loop's reserve of the {@link MemoryBudget}, so that charging a message is a subtraction. Draws a grain (1
 * MiB, less if the budget is small) when needed and gives back the excess above two grains.
 *
 * <p>Bytes may be charged to one loop's credit and released to another's: the charge moves with a message that is
 * handed over. Runs on its event loop. Not thread-safe.
 */
public final class MemoryCredit implements AutoCloseable {

    private final MemoryBudget budget;
    private final long grainBytes;
    private long reserveBytes;
    private boolean closed;

    /** Creates an empty reserve. */
    public MemoryCredit(MemoryBudget budget) {
        this.budget = budget;
        this.grainBytes = budget.grainBytes();
    }

    /**
     * Charges all of the bytes or none. Returns false if the broker's budget is used up, or if the remaining memory is
     * in the reserves of other loops.
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
     * Charges state that remains until it is removed. Leaves memory free for more important uses, above all for
     * messages in transit, so that clients that fill the broker with state cannot disconnect others.
     */
    public boolean tryCharge(long bytes, Lasting what) {
        return freeBytes(what) >= bytes && tryCharge(bytes);
    }

    /**
     * Charges state with a reserved share of the budget. Draws from the share if the common part has no room. Release
     * such a charge with {@link #release(long, MemoryShare)}.
     */
    public boolean tryCharge(long bytes, MemoryShare of) {
        return tryCharge(bytes, of.beside) || (!closed && budget.share(of).tryDraw(bytes));
    }

    /** Releases a charge for state of this kind, first to its reserved share. */
    public void release(long bytes, MemoryShare of) {
        release(bytes - budget.share(of).giveBackUpTo(bytes));
    }

    /** Largest possible charge for state of this kind. */
    public long freeBytes(MemoryShare of) {
        return Math.max(freeBytes(of.beside), budget.share(of).freeBytes());
    }

    /** Largest possible charge for this use. */
    public long freeBytes(Lasting what) {
        return freeBytes() - budget.capacityBytes() / Lasting.PARTS * what.leavesFree;
    }

    /** Kinds of state that remain until removed. */
    public enum Lasting {
        CONNECTION(2),
        SESSION(3),
        /** State of a session beyond the session itself: subscriptions, a will, and retained messages. */
        STATE(4);

        private static final int PARTS = 8;

        /** Part of the budget that a charge must leave free, in eighths. */
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

    /** Releases bytes charged here or to another loop's credit. */
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

    /** Charges existing objects, even beyond the capacity; further charges then fail for longer. */
    public void overdraw(long bytes) {
        budget.overdraw(bytes);
    }

    /** Approximate largest possible charge. */
    public long freeBytes() { // hot: per message
        return budget.capacityBytes() - budget.usedBytes() + reserveBytes;
    }

    /** Bytes drawn and not charged: available without access to the budget. */
    public long reserveBytes() {
        return reserveBytes;
    }

    /** Gives back the reserve, for example when the loop is idle and other loops need memory. */
    public void giveBackReserve() {
        long all = reserveBytes;
        reserveBytes = 0;
        budget.giveBack(all);
    }

    /** Gives back the reserve. Later charges fail; later releases go directly to the budget. */
    @Override
    public void close() {
        closed = true;
        giveBackReserve();
    }
}
