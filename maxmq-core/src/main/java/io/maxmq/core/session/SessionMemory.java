package io.maxmq.core.session;

import io.maxmq.core.limit.MemoryCredit;
import io.maxmq.core.limit.MemoryCredit.Lasting;
import io.maxmq.core.limit.MemoryShare;
import io.maxmq.core.routing.Routes;
import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.core.routing.SubscriptionTree;

/**
 * What the sessions of a loop take of the memory budget for as long as they last: themselves, their wills, their subscriptions.
 * Each knows what it is charged with. Their messages are with {@link MessageMemory}. Runs on the loop. Not thread-safe.
 */
final class SessionMemory {
    /** About what a session takes whose client is there, and a subscription, beside their strings. */
    private static final int SESSION_BYTES = 1024;

    private static final int SUBSCRIPTION_BYTES = 256;

    /** One session may have so much of what is free that others find something as well. */
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
     * Charges what a CONNECT needs beyond what is released for it later, so that the decision comes before anything ends.
     *
     * @param sessionBytes of a new session; 0 when the client resumes one
     * @param willBytes of the will
     * @param releasedBytes what the session or the will in whose place they come is charged with
     * @return the charged bytes, for {@link #settle}; -1 when there is no memory
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

    /** Charges {@code bytes} of which {@code reservedBytes} are charged already: the rest was released a moment ago. */
    void settle(long bytes, long reservedBytes) {
        if (bytes > reservedBytes) {
            overcharge(bytes - reservedBytes);
        } else {
            releaseSession(reservedBytes - bytes);
        }
    }

    /** @param chargedBytes of the session so far */
    boolean chargeSubscription(long chargedBytes, String filter) {
        long bytes = subscriptionBytes(filter);
        return chargedBytes + bytes + nodeBytes(filter) <= credit.freeBytes(MemoryShare.SUBSCRIPTIONS) / SHARES
                && credit.tryCharge(bytes, MemoryShare.SUBSCRIPTIONS);
    }

    /** For many inbound packet ids of a session; false when there is no memory for them. */
    boolean chargePacketIds() {
        return PacketIdSet.SPREAD_BYTES <= credit.freeBytes() / SHARES && credit.tryCharge(PacketIdSet.SPREAD_BYTES);
    }

    /** Charges for what is there already. */
    void overcharge(long bytes) {
        if (!credit.tryCharge(bytes)) {
            credit.overdraw(bytes);
        }
    }

    void release(long bytes) {
        credit.release(bytes);
    }

    /** Of sessions and wills. */
    void releaseSession(long bytes) {
        credit.release(bytes, MemoryShare.SESSIONS);
    }

    void releaseSubscriptions(long bytes) {
        credit.release(bytes, MemoryShare.SUBSCRIPTIONS);
    }

    /** Nodes of the tree are nobody's: they are charged when they are made, and given back when they are gone. */
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
