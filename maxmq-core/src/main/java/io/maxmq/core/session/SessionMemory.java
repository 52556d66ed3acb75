package io.maxmq.core.session;

import io.maxmq.core.limit.MemoryCredit;
import io.maxmq.core.limit.MemoryCredit.Lasting;
import io.maxmq.core.limit.MemoryShare;
import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.core.routing.Routes;
import io.maxmq.core.routing.SubscriptionTree;

/**
 * Memory charged for the sessions of a loop during their lifetime: sessions, wills and subscriptions. Each session
 * stores its own charge. Messages are charged by {@link MessageMemory}. Runs on the loop. Not thread-safe.
 */
final class SessionMemory {
    /** Approximate bytes of a session with a connected client, and of a subscription, without their strings. */
    private static final int SESSION_BYTES = 1024;

    private static final int SUBSCRIPTION_BYTES = 256;

    /** One session may use at most 1/{@value} of the free memory, so memory remains for others. */
    private static final int SHARES = 8;

    private final MemoryCredit credit;

    SessionMemory(MemoryCredit credit) {
        this.credit = credit;
    }

    static long sessionBytes(int nameLength) {
        return SESSION_BYTES + 4L * nameLength;
    }

    static long subscriptionBytes(String filter) {
        return SUBSCRIPTION_BYTES + 4L * filter.length();
    }

    /**
     * Charges the additional memory of a CONNECT before any session or will ends for it, so that a refusal has no
     * effect.
     *
     * @param sessionBytes bytes of a new session; 0 when the client resumes its session
     * @param willBytes bytes of the will
     * @param releasedBytes present charge of the replaced session or will, which is released later
     * @return the charged bytes, for {@link #settle}; -1 if memory is insufficient
     */
    long reserve(long sessionBytes, long willBytes, long releasedBytes) {
        long ofSession = Math.max(0, sessionBytes - releasedBytes);
        long ofWill = Math.max(0, willBytes - Math.max(0, releasedBytes - sessionBytes));
        if (ofSession > 0 && !credit.tryCharge(ofSession, MemoryShare.SESSIONS)) {
            return -1;
        }
        if (ofWill > 0 && !credit.tryCharge(ofWill, Lasting.STATE)) {
            releaseSession(ofSession);
            return -1;
        }
        return ofSession + ofWill;
    }

    /**
     * Charges {@code bytes}, after the replaced session or will has been released. {@code reservedBytes} of them are
     * already charged.
     */
    void settle(long bytes, long reservedBytes) {
        if (bytes > reservedBytes) {
            overcharge(bytes - reservedBytes);
        } else {
            releaseSession(reservedBytes - bytes);
        }
    }

    /** @param chargedBytes present charge of the session */
    boolean chargeSubscription(long chargedBytes, String filter) {
        long bytes = subscriptionBytes(filter);
        return chargedBytes + bytes + nodeBytes(filter) <= credit.freeBytes(MemoryShare.SUBSCRIPTIONS) / SHARES
                && credit.tryCharge(bytes, MemoryShare.SUBSCRIPTIONS);
    }

    /** Charges the bitmap of a session's inbound packet ids; false if memory is insufficient. */
    boolean chargePacketIds() {
        return PacketIdSet.SPREAD_BYTES <= credit.freeBytes() / SHARES && credit.tryCharge(PacketIdSet.SPREAD_BYTES);
    }

    /** Charges memory that is already in use, even beyond the budget. */
    void overcharge(long bytes) {
        if (!credit.tryCharge(bytes)) {
            credit.overdraw(bytes);
        }
    }

    void release(long bytes) {
        credit.release(bytes);
    }

    /** Releases memory of sessions and wills. */
    void releaseSession(long bytes) {
        credit.release(bytes, MemoryShare.SESSIONS);
    }

    void releaseSubscriptions(long bytes) {
        credit.release(bytes, MemoryShare.SUBSCRIPTIONS);
    }

    /**
     * Adds a subscription to the tree and charges the new nodes. Nodes belong to no session: they are charged when
     * created and released when removed.
     */
    void addToTree(Routes routes, FilterSubscription subscription) {
        long bytes = (long) routes.tree().add(subscription) * SubscriptionTree.NODE_BYTES;
        if (bytes > 0 && !credit.tryCharge(bytes, MemoryShare.SUBSCRIPTIONS)) {
            credit.overdraw(bytes);
        }
    }

    void removeFromTree(Routes routes, FilterSubscription subscription) {
        releaseSubscriptions((long) routes.tree().remove(subscription) * SubscriptionTree.NODE_BYTES);
    }

    private static long nodeBytes(String filter) {
        return filter.chars().filter(each -> each == '/').count() * SubscriptionTree.NODE_BYTES;
    }
}
