package io.maxmq.core.session;

import io.maxmq.config.Overflow;
import io.maxmq.core.observe.Counter;
import io.maxmq.core.routing.InTransit;
import io.maxmq.core.routing.Routes;
import io.maxmq.core.routing.SharedGroup;
import io.maxmq.core.routing.SharedQueue;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.core.routing.Subscription;
import io.maxmq.spi.event.DropReason;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one shared subscription that wait while no member is there (MQTT 5.0 §4.8.2): queued once, bounded like
 * a session's queue, and given to whoever comes. Ends with the last member.
 *
 * <p>Lives on the loop of its group's name. Not thread-safe, but for what {@link SharedQueue} says.
 */
final class GroupQueue implements SharedQueue {
    /** Given to members in one go, before others of the loop have their turn. */
    private static final int PER_TURN = 256;

    /** Before it is tried again when a member has come meanwhile, or one that is there does not take it. */
    private static final long PAUSE_NANOS = 10_000_000L;

    private final Sessions home;
    private final Routes routes;
    private final SharedGroup group;
    private final SessionKey key;
    private final ArrayDeque<StoredMessage> messages = new ArrayDeque<>();
    private long bytes;
    private boolean giving;

    /** The size of {@link #messages}, for other loops. */
    private volatile int waiting;

    GroupQueue(Sessions home, Routes routes, SharedGroup group) {
        this.home = home;
        this.routes = routes;
        this.group = group;
        this.key = new SessionKey(routes.tenant(), group.filter().toString());
    }

    @Override
    public int loopIndex() {
        return home.loop().index();
    }

    @Override
    public boolean isOnline() {
        return true;
    }

    @Override
    public boolean hasWaiting() {
        return waiting > 0;
    }

    @Override
    public void memberCame() {
        // Its coming was written before this is read, and a message waits before members are looked for: see deliver.
        if (waiting > 0) {
            home.loop().execute(this::give);
        }
    }

    @Override
    public void groupGone() {
        home.loop().execute(this::dropAll);
    }

    // ---- what comes

    @Override
    public void deliver(InTransit message, Subscription subscription) {
        message.countMatched();
        if (message.qos() == 0) {
            home.drops().dropped(key, message, DropReason.QOS0_OFFLINE);
            return;
        }
        StoredMessage kept = message.keep();
        DropReason full = fullFor(kept);
        while (full != null && home.limits().overflow() == Overflow.DROP_OLDEST && !messages.isEmpty()) {
            drop(first(), full);
            full = fullFor(kept);
        }
        if (full == null && !home.memory().hold(kept)) {
            full = DropReason.MEMORY;
        }
        if (full == null) {
            messages.add(kept);
            bytes += kept.bytes();
            count(1, kept.bytes());
            waiting = messages.size();
            message.countAccepted();
            if (group.size() == 0 || group.hasOnline()) {
                giveAfterPause();
            }
            return;
        }
        home.drops().dropped(key, message, full);
        if (full == DropReason.MEMORY || home.limits().overflow() == Overflow.REJECT_PUBLISHER) {
            message.countRefused();
        }
    }

    private @Nullable DropReason fullFor(StoredMessage message) {
        if (messages.size() >= home.limits().maxQueuedMessages()) {
            return DropReason.QUEUE_FULL_MESSAGES;
        }
        if (bytes + message.bytes() > home.limits().maxQueuedBytes()) {
            return DropReason.QUEUE_FULL_BYTES;
        }
        return bytes + message.bytes() > home.memory().shareBytes() && !messages.isEmpty() ? DropReason.MEMORY : null;
    }

    /** Real time: it paces work, and a virtual clock may stand still. */
    private void giveAfterPause() {
        if (!giving) {
            giving = true;
            home.loop().afterPause(PAUSE_NANOS, this::give);
        }
    }

    // ---- what goes

    private void give() {
        giving = false;
        if (group.size() == 0) {
            dropAll();
            return;
        }
        for (int given = 0; given < PER_TURN && !messages.isEmpty(); given++) {
            Subscription member = group.next();
            if (member == null) {
                return; // memberCame comes back here
            }
            StoredMessage message = first();
            if (message.isExpired(home.loop().epochMillis())) {
                drop(message, DropReason.EXPIRED);
                continue;
            }
            int before = messages.size();
            home.router().deliverTo(home.again(message), routes, member);
            home.memory().release(message);
            if (messages.size() > before) {
                return; // it has come back, and with it the next attempt
            }
        }
        if (!messages.isEmpty() && !giving) {
            giving = true;
            home.loop().executeNextTurn(this::give);
        }
    }

    /** Takes the first one out. */
    private StoredMessage first() {
        StoredMessage message = messages.remove();
        bytes -= message.bytes();
        count(-1, -message.bytes());
        waiting = messages.size();
        return message;
    }

    private void count(int more, long moreBytes) {
        home.loop().counters().add(Counter.QUEUED, more);
        home.loop().counters().add(Counter.QUEUED_BYTES, moreBytes);
    }

    private void drop(StoredMessage message, DropReason reason) {
        home.drops().dropped(key, message, reason);
        home.memory().release(message);
    }

    private void dropAll() {
        while (!messages.isEmpty()) {
            drop(first(), DropReason.SESSION_ENDED);
        }
    }
}
