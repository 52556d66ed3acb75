package io.maxmq.core.session;

import io.maxmq.config.Overflow;
import io.maxmq.core.persistence.LoopRecords;
import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.core.routing.PendingOutcome;
import io.maxmq.core.routing.RoutedMessage;
import io.maxmq.core.routing.Routes;
import io.maxmq.core.routing.SharedGroup;
import io.maxmq.core.routing.SharedQueue;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.spi.DropReason;
import java.util.ArrayDeque;
import java.util.Deque;
import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one shared subscription that wait while no member is there (MQTT 5.0 §4.8.2): queued once, bounded like
 * a session's queue, and given to whoever comes, in order. Ends with the last member.
 *
 * <p>With storage each has its record, which the publisher's acknowledgement waits for, and which goes when a member has the
 * message and its own record is durable. Some are in memory, the first; behind them there are those that are in storage only: a
 * count. They are read page by page when a member is there.
 *
 * <p>A message that was given may come back: nobody has taken it. It then takes its old place, and has its record still.
 *
 * <p>Lives on the loop of its group's name. Not thread-safe, but for what {@link SharedQueue} says.
 */
final class GroupQueue implements SharedQueue, GroupMessage.Listener {
    /** Given to members in one go, before others of the loop have their turn. */
    private static final int PER_TURN = 256;

    /** Before it is tried again when a member has come meanwhile, or one that is there does not take it. */
    private static final long PAUSE_NANOS = 10_000_000L;

    /** The same when storage does not do its part. */
    private static final long STORAGE_PAUSE_NANOS = 1_000_000_000L;

    /** With storage: what waits beyond this is in storage only. */
    private static final int MAX_MESSAGES_IN_MEMORY = 256;

    private static final int MAX_BYTES_IN_MEMORY = 512 * 1024;

    private final GroupQueues all;
    private final LoopSessions home;
    private final Routes routes;
    private final SharedGroup group;
    private final SessionKey key;
    private final @Nullable GroupRecords records;

    /** In memory, in order: before all in storage only. */
    private final ArrayDeque<GroupMessage> messages = new ArrayDeque<>();

    /** By the lower half of the message id, which is unique within a process. */
    private final Long2ObjectHashMap<GroupMessage> given = new Long2ObjectHashMap<>();

    private long bytes;
    private boolean giving;
    private boolean isPaused;

    private final StoredPart stored;
    private long lastSequence;

    /** How many there are, for other loops. */
    private volatile int waiting;

    GroupQueue(
            GroupQueues all,
            LoopSessions home,
            Routes routes,
            SharedGroup group,
            SessionKey key,
            GroupQueues.Left before) {
        this.all = all;
        this.home = home;
        this.routes = routes;
        this.group = group;
        this.key = key;
        LoopRecords ofLoop = home.records();
        this.records = ofLoop == null
                ? null
                : new GroupRecords(
                        ofLoop,
                        key,
                        name -> ApplicationMessages.topic(
                                routes.topics(), home.loop().index(), name),
                        routes.stored());
        this.stored = new StoredPart(home.loop().counters(), before.firstSequence(), before.messages(), before.bytes());
        this.lastSequence = before.lastSequence();
        this.waiting = before.messages();
        if (before.messages() > 0) {
            home.loop().run(() -> stored.count(before.messages(), before.bytes()));
        }
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
        if (!all.isClosing() || records == null) {
            home.loop().execute(this::dropAll);
        }
    }

    // ---- what comes

    @Override
    public void deliver(RoutedMessage message, FilterSubscription subscription) {
        message.countMatched();
        if (message.qos() == 0) {
            home.drops().dropped(key, message, DropReason.QOS0_OFFLINE);
            return;
        }
        if (group.size() == 0) {
            home.drops().dropped(key, message, DropReason.SESSION_ENDED);
            return;
        }
        if (home.hasAlready(key, subscription, message)) {
            message.countAccepted();
            return;
        }
        StoredMessage kept = message.keep();
        GroupMessage back = given.get(kept.idLow());
        if (back != null) {
            takeBack(back);
            back.await(message);
            giveAfterPause(PAUSE_NANOS);
            return;
        }
        if (records != null && routes.stored().isFullFor(kept.bytes())) {
            home.drops().dropped(key, message, DropReason.STORAGE);
            message.countRefused();
            return;
        }
        DropReason full = fullFor(kept);
        while (full != null && home.limits().overflow() == Overflow.DROP_OLDEST && !messages.isEmpty()) {
            dropFirst(full);
            full = fullFor(kept);
        }
        if (full != null && home.limits().overflow() == Overflow.DROP_OLDEST && records != null && !stored.isEmpty()) {
            full = null; // the oldest goes when it has been read
        }
        if (full == null && !add(kept, message)) {
            full = DropReason.MEMORY;
        }
        if (full == null) {
            if (isOverfull()) {
                goOn();
            } else if (group.hasOnline()) {
                giveAfterPause(PAUSE_NANOS);
            }
            return;
        }
        home.drops().dropped(key, message, full);
        if (full == DropReason.MEMORY || home.limits().overflow() == Overflow.REJECT_PUBLISHER) {
            message.countRefused();
        }
    }

    private boolean add(StoredMessage kept, RoutedMessage message) {
        LoopRecords ofLoop = home.records();
        if (records == null || ofLoop == null) {
            if (!home.memory().hold(kept)) {
                return false;
            }
            addLast(message(lastSequence++, kept));
            message.countAccepted();
            return true;
        }
        GroupMessage added = message(all.nextSequence(ofLoop), kept);
        lastSequence = added.sequence();
        if (stored.isEmpty() && hasRoomInMemory() && home.memory().hold(kept)) {
            addLast(added);
        } else {
            stored.add(added.sequence(), kept.bytes());
            changed();
        }
        added.write();
        added.await(message);
        return true;
    }

    private GroupMessage message(long sequence, StoredMessage kept) {
        return new GroupMessage(this, group, records, sequence, kept);
    }

    private boolean hasRoomInMemory() {
        return messages.size() < MAX_MESSAGES_IN_MEMORY && bytes < MAX_BYTES_IN_MEMORY;
    }

    private @Nullable DropReason fullFor(StoredMessage message) {
        long maxMessages = records == null
                ? home.limits().maxQueuedMessages()
                : home.limits().maxStoredMessages();
        long maxBytes =
                records == null ? home.limits().maxQueuedBytes() : home.limits().maxStoredBytes();
        if (size() >= maxMessages) {
            return DropReason.QUEUE_FULL_MESSAGES;
        }
        if (bytes + stored.bytes() + message.bytes() > maxBytes) {
            return DropReason.QUEUE_FULL_BYTES;
        }
        boolean isShareUsed =
                records == null && bytes + message.bytes() > home.memory().shareBytes();
        return isShareUsed && !messages.isEmpty() ? DropReason.MEMORY : null;
    }

    private boolean isOverfull() {
        return records != null
                && home.limits().overflow() == Overflow.DROP_OLDEST
                && (size() > home.limits().maxStoredMessages()
                        || bytes + stored.bytes() > home.limits().maxStoredBytes());
    }

    private int size() {
        return messages.size() + stored.messages();
    }

    /** Real time: it paces work, and a virtual clock may stand still. */
    private void giveAfterPause(long nanos) {
        if (!giving) {
            giving = true;
            home.loop().afterPause(nanos, () -> {
                giving = false;
                give();
            });
        }
    }

    /** Nothing is given for a while, whoever comes. */
    private void pause() {
        if (!isPaused) {
            isPaused = true;
            home.loop().afterPause(STORAGE_PAUSE_NANOS, () -> {
                isPaused = false;
                give();
            });
        }
    }

    // ---- what goes

    private void give() {
        if (group.size() == 0) {
            groupGone();
            return;
        }
        if (isPaused) {
            return;
        }
        for (int turn = 0; turn < PER_TURN && !messages.isEmpty() && given.size() < GroupQueues.MAX_GIVEN; turn++) {
            FilterSubscription member = group.next();
            if (member == null) {
                return; // memberCame comes back here
            }
            if (messages.element().message().isExpired(home.loop().expiryMillis())) {
                dropFirst(DropReason.EXPIRED);
                continue;
            }
            GroupMessage first = removeFirst();
            give(first, member);
            if (first.isBack()) {
                return; // the next attempt comes after a pause
            }
        }
        goOn();
    }

    private void goOn() {
        if (messages.isEmpty() && !stored.isEmpty()) {
            if (isOverfull() || (group.hasOnline() && given.size() < GroupQueues.MAX_GIVEN)) {
                readPage();
            }
        } else if (!messages.isEmpty() && !giving && !isPaused && given.size() < GroupQueues.MAX_GIVEN) {
            giving = true;
            home.loop().executeNextTurn(() -> {
                giving = false;
                give();
            });
        }
    }

    private void give(GroupMessage first, FilterSubscription member) {
        given.put(first.id(), first);
        int attempt = first.goes();
        home.passesOn(routes, group, first.message());
        RoutedMessage transit = home.again(first.message());
        if (records != null) {
            transit.track(false);
            transit.move();
        }
        home.router().deliverTo(transit, routes, member);
        PendingOutcome outcome = transit.outcome();
        if (outcome == null) {
            taken(first, attempt);
            return;
        }
        outcome.addKnown(transit);
        if (outcome.isComplete()) {
            end(first, attempt, outcome);
        } else {
            outcome.onComplete(() -> {
                end(first, attempt, outcome);
                goOn();
            });
        }
    }

    /** It is known what has become of it. */
    private void end(GroupMessage which, int attempt, PendingOutcome outcome) {
        boolean unstored = outcome.accepted() == 0 && outcome.isUnstored();
        if (unstored && isGiven(which, attempt) && group.size() > 0) {
            takeBack(which);
            pause();
        } else {
            taken(which, attempt);
        }
    }

    private boolean isGiven(GroupMessage which, int attempt) {
        return which.isAt(attempt) && given.get(which.id()) == which;
    }

    private void taken(GroupMessage which, int attempt) {
        if (isGiven(which, attempt)) {
            given.remove(which.id());
            home.memory().release(which.message());
            which.forget();
        }
    }

    /** It takes its old place again. */
    private void takeBack(GroupMessage which) {
        given.remove(which.id());
        Deque<GroupMessage> before = new ArrayDeque<>();
        while (!messages.isEmpty() && messages.element().sequence() < which.sequence()) {
            before.push(messages.remove());
        }
        messages.addFirst(which);
        while (!before.isEmpty()) {
            messages.addFirst(before.pop());
        }
        changed(1, which.bytes());
        which.comesBack();
    }

    private void addLast(GroupMessage added) {
        messages.add(added);
        changed(1, added.bytes());
    }

    private GroupMessage removeFirst() {
        GroupMessage first = messages.remove();
        changed(-1, -first.bytes());
        return first;
    }

    @Override
    public boolean onRefused(GroupMessage refused) {
        boolean wasHere = takeOut(refused);
        if (wasHere) {
            home.drops().dropped(key, refused.message(), DropReason.STORAGE);
        }
        return wasHere;
    }

    /** Takes one out wherever it is; false when it is no longer here. */
    private boolean takeOut(GroupMessage which) {
        if (messages.remove(which)) {
            changed(-1, -which.bytes());
            home.memory().release(which.message());
            return true;
        }
        if (stored.contains(which.sequence())) {
            stored.remove(which.bytes());
            changed();
            return true;
        }
        return false;
    }

    private void dropFirst(DropReason reason) {
        GroupMessage first = removeFirst();
        home.drops().dropped(key, first.message(), reason);
        home.memory().release(first.message());
        first.forget();
    }

    private void changed(int more, long moreBytes) {
        bytes += moreBytes;
        stored.count(more, moreBytes);
        changed();
    }

    private void changed() {
        waiting = size();
    }

    private void dropAll() {
        if (records != null && !stored.isEmpty()) {
            records.removeAll(stored.first(), lastSequence);
            home.drops().lost(key, DropReason.SESSION_ENDED, stored.messages(), stored.bytes());
            stored.clear();
            changed();
        }
        while (!messages.isEmpty()) {
            dropFirst(DropReason.SESSION_ENDED);
        }
    }

    // ---- what comes back from storage

    private void readPage() {
        if (records != null) {
            long until = lastSequence;
            records.read(stored.first(), until, new PageOf(until));
        }
    }

    private final class PageOf implements GroupRecords.Page {
        private final long until;
        private boolean isShort;

        PageOf(long until) {
            this.until = until;
        }

        @Override
        public boolean onMessage(long sequence, @Nullable StoredMessage message) {
            if (!stored.contains(sequence) || records == null) {
                return !stored.isEmpty(); // dropped meanwhile
            }
            if (message == null) {
                skip(sequence, stored.bytes() / stored.messages());
                home.drops().lost(key, DropReason.STORAGE, 1, 0);
                records.removeUnread(sequence);
                return true;
            }
            if (isOverfull()) {
                skip(sequence, message.bytes());
                home.drops().dropped(key, message, DropReason.QUEUE_FULL_MESSAGES);
                records.remove(sequence, message);
                return true;
            }
            if (!group.hasOnline() || !hasRoomInMemory() || !home.memory().hold(message)) {
                isShort = messages.isEmpty() && group.hasOnline();
                return false;
            }
            skip(sequence, message.bytes());
            addLast(message(sequence, message));
            return true;
        }

        private void skip(long sequence, long itsBytes) {
            stored.skip(sequence, itsBytes);
            changed();
        }

        @Override
        public void onEnd(int entries, @Nullable Throwable failure) {
            if (failure != null || isShort) {
                giveAfterPause(STORAGE_PAUSE_NANOS);
            } else if (entries == 0 && !stored.isEmpty() && until == lastSequence) {
                home.drops().lost(key, DropReason.STORAGE, stored.messages(), stored.bytes());
                stored.clear();
                changed();
            } else {
                give();
            }
        }
    }
}
