package io.maxmq.examples.crash;

import io.maxmq.examples.crash.Ledger.Sent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What each subscriber has received, against what it had to and might. One pass over a history. Not thread-safe.
 *
 * <ul>
 *   <li>A promised message that a subscription covers, made before the message was sent and not given up since, has come.
 *   <li>A message of QoS 2 has come once. What comes again at QoS 1 has its packet id and DUP, or its publisher has sent it
 *       again, or the broker has, whose routing of a message of QoS 2 was cut off by its end.
 *   <li>What a publisher has sent at one QoS comes in its order; what is sent again comes in the order in which it came under
 *       its packet id for the first time. A message can have several packet ids, and with each its own place: at QoS 1 a member of
 *       a shared subscription can leave a message to another member and get it back under a new packet id. The broker keeps the
 *       record of the first packet id until the message is known to be with the other member, so after a crash both are sent
 *       again, the first in front of what came between them.
 *   <li>Nothing comes that nobody sent, that no subscription asked for, that had expired or was not due.
 * </ul>
 */
final class Deliveries {
    /** Expiry is in whole seconds, and both sides may round. */
    private static final long CLOCK_SLACK_MILLIS = 2_000;

    private final Ledger ledger;
    private final List<String> violations = new ArrayList<>();
    private final Map<String, Subscriber> subscribers = new TreeMap<>();
    private int lastKilled = -1;
    private boolean isDiskFull;

    Deliveries(Ledger ledger) {
        this.ledger = ledger;
    }

    private static final class Subscription {
        final String filter;
        final int qos;
        final int asked;
        int made = Ledger.NEVER;
        int leaving = Ledger.NEVER;
        int gone = Ledger.NEVER;

        Subscription(String filter, int qos, int asked) {
            this.filter = filter;
            this.qos = qos;
            this.asked = asked;
        }

        boolean isShared() {
            return SharedDeliveries.isShared(filter);
        }

        /** Whether a message routed at some time between the two may come by it. */
        boolean mayCover(Sent sent) {
            int routedAtTheLatest = sent.isWill || sent.isDelayed() ? Ledger.NEVER : sent.promised;
            return TopicMatch.matches(SharedDeliveries.plain(filter), sent.topic)
                    && sent.at < gone
                    && asked < routedAtTheLatest;
        }

        /** Of a shared one somebody else may get it. */
        boolean mustCover(Sent sent) {
            return !isShared() && TopicMatch.matches(filter, sent.topic) && made < sent.at && leaving == Ledger.NEVER;
        }
    }

    private static final class Subscriber {
        boolean isMember() {
            return subscriptions.stream().anyMatch(Subscription::isShared);
        }

        // For ever
        final List<Subscription> subscriptions = new ArrayList<>();
        final Map<String, Received> received = new HashMap<>();
        final Map<String, Integer> lastNumber = new HashMap<>();

        /** Messages on connections accepted while the disk was full: the broker could not record that the client was connected. */
        final Set<String> unrecorded = new HashSet<>();

        // For the session
        final Map<Integer, String> unreleased = new HashMap<>();

        // For the connection
        Instant connecting = Instant.MIN;
        int lastRepeated = -1;
        boolean isUnrecorded;
    }

    /**
     * When a message came.
     *
     * @param index of the last time that was not a repetition
     * @param places the index of the first time under each packet id
     * @param isPassedOver it had expired when it was its turn, which a crash has undone: its place among what is sent again is
     *     not that of its coming
     */
    private record Received(int index, Map<Integer, Integer> places, boolean isPassedOver) {}

    void see(History.Entry entry) {
        Event event = entry.event();
        if (event instanceof Event.Connecting connecting) {
            Subscriber subscriber = subscriber(connecting.client());
            subscriber.connecting = entry.at();
            subscriber.lastRepeated = -1;
        } else if (event instanceof Event.Connected connected) {
            Subscriber subscriber = subscriber(connected.client());
            subscriber.isUnrecorded = isDiskFull;
            if (!connected.sessionPresent()) {
                subscriber.unreleased.clear();
            }
        } else if (event instanceof Event.Subscribing asked) {
            List<Subscription> subscriptions = subscriber(asked.client()).subscriptions;
            if (open(asked.client(), asked.filter()) == null) {
                subscriptions.add(new Subscription(asked.filter(), asked.qos(), entry.index()));
            }
        } else if (event instanceof Event.Subscribed made) {
            Subscription subscription = open(made.client(), made.filter());
            subscription.made = Math.min(subscription.made, entry.index());
        } else if (event instanceof Event.Unsubscribing leaving) {
            Subscription subscription = open(leaving.client(), leaving.filter());
            subscription.leaving = Math.min(subscription.leaving, entry.index());
        } else if (event instanceof Event.Unsubscribed gone) {
            open(gone.client(), gone.filter()).gone = entry.index();
        } else if (event instanceof Event.Released released) {
            subscriber(released.client()).unreleased.remove(released.packetId());
        } else if (event instanceof Event.Killed || event instanceof Event.Ready) {
            // Until the next is ready, clients may still read what the one before has sent.
            lastKilled = entry.index();
            isDiskFull = false;
        } else if (event instanceof Event.DiskFull) {
            isDiskFull = true;
        } else if (event instanceof Event.Received received) {
            received(entry, received);
        }
    }

    private Subscriber subscriber(String client) {
        return subscribers.computeIfAbsent(client, unknown -> new Subscriber());
    }

    private Subscription open(String client, String filter) {
        for (Subscription each : subscriber(client).subscriptions) {
            if (each.filter.equals(filter) && each.gone == Ledger.NEVER) {
                return each;
            }
        }
        return null;
    }

    private void received(History.Entry entry, Event.Received received) {
        Subscriber subscriber = subscriber(received.client());
        Sent sent = ledger.find(received.message());
        if (sent == null || sent.at > entry.index() || !sent.topic.equals(received.topic()) || sent.empty) {
            wrong(entry, "nobody has sent that");
            return;
        }
        int granted = subscriber.subscriptions.stream()
                .filter(each -> each.mayCover(sent) && each.asked < entry.index())
                .mapToInt(each -> each.qos)
                .max()
                .orElse(-1);
        if (granted < 0) {
            wrong(entry, "no subscription asks for it");
        } else if (received.qos() != Math.min(granted, sent.qos)) {
            wrong(entry, "its QoS should be " + Math.min(granted, sent.qos));
        }
        if (sent.cancelled != Ledger.NEVER) {
            wrong(entry, "the will was cancelled");
        }
        if (sent.isDelayed() && entry.at().isBefore(sent.instant.plusSeconds(Oracle.DELAY_SECONDS))) {
            wrong(entry, "it was not due yet");
        }
        checkExpiry(entry, received, sent, subscriber);

        Received before = subscriber.received.get(sent.message);
        boolean mayLackDup = subscriber.unrecorded.remove(sent.message);
        if (subscriber.isUnrecorded) {
            subscriber.unrecorded.add(sent.message);
        }
        if (received.qos() == 2) {
            String held = subscriber.unreleased.put(received.packetId(), sent.message);
            if (held != null && !held.equals(sent.message)) {
                wrong(entry, "its packet id still belongs to " + held);
            } else if (held == null && before != null && !isWillOfAnotherLife(sent, before)) {
                wrong(entry, "a message of QoS 2 came twice");
            }
        }
        if (before == null) {
            boolean isPassedOver = received.dup() && sent.expirySeconds >= 0;
            subscriber.received.put(
                    sent.message,
                    new Received(
                            entry.index(), new HashMap<>(Map.of(received.packetId(), entry.index())), isPassedOver));
            checkOrder(entry, sent, subscriber);
        } else if (isAnotherDelivery(entry, received, sent, before, subscriber, mayLackDup)) {
            before.places().put(received.packetId(), entry.index());
            subscriber.received.put(sent.message, new Received(entry.index(), before.places(), false));
        } else {
            checkRepeated(entry, received, sent, before, subscriber, mayLackDup);
        }
    }

    /** Whether it has come once more for a good reason, with a packet id of its own. */
    private boolean isAnotherDelivery(
            History.Entry entry,
            Event.Received received,
            Sent sent,
            Received before,
            Subscriber subscriber,
            boolean mayLackDup) {
        // Its routing was cut off and begun again; this subscriber had acknowledged it, and at QoS 1 nobody remembers.
        // Or it
        // had it in its queue, where both wait for its return.
        boolean isRoutedAgain = received.qos() == 1 && lastKilled > sent.at && (sent.qos == 2 || sent.isDelayed());
        if (before.places().containsKey(received.packetId())) {
            // The same packet id by chance, because each start begins with others; or the first delivery once more.
            return isRoutedAgain && !received.dup() && !mayLackDup;
        }
        if (isWillOfAnotherLife(sent, before)) {
            return true;
        }
        if (received.qos() != 1) {
            return false;
        }
        // The first may have come before the broker had stored it, and then have been forgotten with the broker.
        return sent.wasResentBefore(entry.index())
                // It has left it to another member, which has left it to this one.
                || subscriber.isMember()
                || isRoutedAgain;
    }

    private void checkOrder(History.Entry entry, Sent sent, Subscriber subscriber) {
        if (sent.isWill || sent.isDelayed() || sent.expirySeconds >= 0) {
            return; // When its publisher has sent it again, the first of two may expire in a queue.
        }
        if (sent.wasResentBefore(entry.index())) {
            return; // The full disk may have refused it when it came first, and taken what came after it.
        }
        if (subscriber.subscriptions.stream().noneMatch(each -> each.mustCover(sent))) {
            return; // It may have been routed once more after the subscription was made, and what came after it before.
        }
        Integer last = subscriber.lastNumber.put(sent.sender() + " QoS " + sent.qos, sent.number());
        if (last != null && last > sent.number()) {
            wrong(entry, "came after " + sent.sender() + ":" + last);
        }
    }

    private void checkRepeated(
            History.Entry entry,
            Event.Received received,
            Sent sent,
            Received before,
            Subscriber subscriber,
            boolean mayLackDup) {
        if (isWillOfAnotherLife(sent, before) || (received.qos() == 1 && sent.wasResentBefore(entry.index()))) {
            return;
        }
        if (!before.places().containsKey(received.packetId())) {
            wrong(
                    entry,
                    "sent again with another packet id than " + before.places().keySet());
            before.places().put(received.packetId(), before.index());
        } else if (!received.dup() && !mayLackDup) {
            wrong(entry, "sent again without DUP");
        } else if (before.isPassedOver()) {
            return;
        } else if (before.places().get(received.packetId()) < subscriber.lastRepeated) {
            wrong(entry, "sent again out of order");
        }
        subscriber.lastRepeated = before.places().get(received.packetId());
    }

    /** Nobody was told that it was published: a start publishes it once more when the broker before may not have got so far. */
    private boolean isWillOfAnotherLife(Sent sent, Received before) {
        // Below QoS 2 a start does not look who has it already, so it may come twice in one life.
        return sent.isWill && lastKilled > (sent.qos < 2 ? sent.promised : before.index());
    }

    private void checkExpiry(History.Entry entry, Event.Received received, Sent sent, Subscriber subscriber) {
        if (sent.expirySeconds < 0) {
            if (received.remainingSeconds() >= 0) {
                wrong(entry, "it has no expiry");
            }
            return;
        }
        long expiryMillis = sent.expirySeconds * 1_000L;
        // What may have been sent before has to be sent again: its packet id is the subscriber's until it has answered.
        if (sent.promised != Ledger.NEVER
                && !received.dup()
                && subscriber.connecting.isAfter(sent.promisedInstant.plusMillis(expiryMillis + CLOCK_SLACK_MILLIS))) {
            wrong(entry, "it had expired before the subscriber connected");
        }
        long oldest = entry.at().toEpochMilli() - sent.instant.toEpochMilli() + CLOCK_SLACK_MILLIS;
        int remaining = received.remainingSeconds();
        if (remaining == -1 || remaining > sent.expirySeconds) {
            wrong(entry, "its expiry was " + sent.expirySeconds + " s");
        } else if (remaining >= 0 && remaining * 1_000L < expiryMillis - oldest) {
            wrong(entry, "its expiry of " + sent.expirySeconds + " s has run too fast");
        }
    }

    private void wrong(History.Entry entry, String what) {
        violations.add(what + ": " + entry);
    }

    /** What had to come and did not. */
    List<String> missing() {
        List<String> missing = new ArrayList<>();
        for (Sent sent : ledger.all()) {
            if (sent.mayBeGone()) {
                continue;
            }
            subscribers.forEach((client, subscriber) -> {
                if (!subscriber.received.containsKey(sent.message)
                        && subscriber.subscriptions.stream().anyMatch(each -> each.mustCover(sent))) {
                    missing.add("lost: " + client + " has not received " + sent.message + " of QoS " + sent.qos + ", "
                            + (sent.isWill ? "a will" : "promised") + " at " + sent.promised);
                }
            });
        }
        return missing;
    }

    List<String> violations() {
        return violations;
    }
}
