package io.maxmq.core.session;

import io.maxmq.core.limit.MemoryCredit;
import io.maxmq.core.limit.MemoryCredit.Lasting;
import io.maxmq.core.routing.Routes;
import io.maxmq.core.routing.Subscription;
import io.maxmq.core.routing.SubscriptionTree;
import org.jspecify.annotations.Nullable;

/**
 * What one session takes of the memory budget for as long as it lasts: itself, its will, its subscriptions. Its messages
 * are with {@link MessageMemory}. Runs on the session's event loop. Not thread-safe.
 */
final class SessionMemory {
    /** About what a session takes, and a subscription, beside their strings. */
    private static final int SESSION_BYTES = 1024;

    private static final int SUBSCRIPTION_BYTES = 256;

    /** One session may have so much of what is free that others find something as well. */
    private static final int SHARES = 8;

    private final MemoryCredit credit;
    private long chargedBytes;
    private long willBytes;

    SessionMemory(MemoryCredit credit) {
        this.credit = credit;
    }

    long chargedBytes() {
        return chargedBytes;
    }

    /** Charges for the session, if it is new, and the will that comes with a connection; false when there is no memory for them. */
    boolean charge(int nameLength, @Nullable Will next) {
        boolean isNew = chargedBytes == 0;
        if (isNew && !charge(SESSION_BYTES + 4L * nameLength, Lasting.SESSION)) {
            return false;
        }
        long bytes = next == null ? 0 : next.message().bytes();
        if (!charge(bytes - willBytes, Lasting.STATE)) {
            if (isNew) {
                uncharge();
            }
            return false;
        }
        willBytes = bytes;
        return true;
    }

    boolean chargeSubscription(String filter) {
        long bytes = bytesOf(filter);
        return chargedBytes + bytes + nodeBytes(filter) <= credit.freeBytes(Lasting.STATE) / SHARES
                && charge(bytes, Lasting.STATE);
    }

    /** Charges for what is there already. */
    void overcharge(int nameLength, @Nullable Will pending) {
        overcharge(SESSION_BYTES + 4L * nameLength);
        willBytes = pending == null ? 0 : pending.message().bytes();
        overcharge(willBytes);
    }

    void overchargeSubscription(String filter) {
        overcharge(bytesOf(filter));
    }

    private void overcharge(long bytes) {
        if (!credit.tryCharge(bytes)) {
            credit.overdraw(bytes);
        }
        chargedBytes += bytes;
    }

    void unchargeSubscription(String filter) {
        charge(-bytesOf(filter), Lasting.STATE);
    }

    /** Nodes of the tree are nobody's: they are charged when they are made, and given back when they are gone. */
    void addToTree(Routes routes, Subscription subscription) {
        long bytes = (long) routes.tree().add(subscription) * SubscriptionTree.NODE_BYTES;
        if (bytes > 0 && !credit.tryCharge(bytes)) {
            credit.overdraw(bytes);
        }
    }

    void removeFromTree(Routes routes, Subscription subscription) {
        credit.release((long) routes.tree().remove(subscription) * SubscriptionTree.NODE_BYTES);
    }

    void uncharge() {
        credit.release(chargedBytes);
        chargedBytes = 0;
        willBytes = 0;
    }

    private boolean charge(long moreBytes, Lasting what) {
        if (moreBytes > 0 && !credit.tryCharge(moreBytes, what)) {
            return false;
        }
        if (moreBytes < 0) {
            credit.release(-moreBytes);
        }
        chargedBytes += moreBytes;
        return true;
    }

    private static long bytesOf(String filter) {
        return SUBSCRIPTION_BYTES + 4L * filter.length();
    }

    private static long nodeBytes(String filter) {
        return filter.chars().filter(each -> each == '/').count() * SubscriptionTree.NODE_BYTES;
    }
}
