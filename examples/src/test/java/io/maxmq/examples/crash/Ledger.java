package io.maxmq.examples.crash;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Each message of a history: when it was sent, promised, sent again. Built once, then only read. */
final class Ledger {
    static final int NEVER = Integer.MAX_VALUE;

    private final Map<String, Sent> sent = new LinkedHashMap<>();

    /** A message or a will; times are indexes of the history. */
    static final class Sent {
        final String message;
        final String topic;
        final int qos;
        final boolean retain;
        final boolean empty;
        final int expirySeconds;
        final boolean isWill;
        final int at;
        final Instant instant;
        final List<Integer> resent = new ArrayList<>();
        int promised = NEVER;
        Instant promisedInstant = Instant.MAX;
        int withdrawing = NEVER;
        int cancelled = NEVER;

        private Sent(
                History.Entry entry,
                String message,
                String topic,
                int qos,
                boolean retain,
                boolean empty,
                int expirySeconds,
                boolean isWill) {
            this.message = message;
            this.topic = topic;
            this.qos = qos;
            this.retain = retain;
            this.empty = empty;
            this.expirySeconds = expirySeconds;
            this.isWill = isWill;
            this.at = entry.index();
            this.instant = entry.at();
        }

        String sender() {
            return message.substring(0, message.indexOf(':'));
        }

        int number() {
            return Integer.parseInt(message.substring(message.indexOf(':') + 1));
        }

        /** Whether it need not come, or not by now. */
        boolean mayBeGone() {
            return promised == NEVER
                    || withdrawing != NEVER
                    || empty
                    || (expirySeconds >= 0 && expirySeconds < Oracle.LONG_EXPIRY_SECONDS);
        }

        /** Whether the broker was to keep it for {@link Oracle#DELAY_SECONDS} first. */
        boolean isDelayed() {
            return topic.startsWith("late/");
        }

        boolean wasResentBefore(int index) {
            return !resent.isEmpty() && resent.get(0) < index;
        }

        boolean wasResentBetween(int after, int before) {
            return resent.stream().anyMatch(index -> index > after && index < before);
        }
    }

    static Ledger of(List<History.Entry> history) {
        Ledger ledger = new Ledger();
        history.forEach(ledger::enter);
        return ledger;
    }

    private void enter(History.Entry entry) {
        if (entry.event() instanceof Event.Published published) {
            sent.put(
                    published.message(),
                    new Sent(
                            entry,
                            published.message(),
                            published.topic(),
                            published.qos(),
                            published.retain(),
                            published.empty(),
                            published.expirySeconds(),
                            false));
        } else if (entry.event() instanceof Event.WillOffered will) {
            sent.put(will.message(), new Sent(entry, will.message(), will.topic(), will.qos(), false, false, -1, true));
        } else if (entry.event() instanceof Event.Resent resent) {
            sent.get(resent.message()).resent.add(entry.index());
        } else if (entry.event() instanceof Event.Promised promised) {
            promised(sent.get(promised.message()), entry);
        } else if (entry.event() instanceof Event.WillStands will) {
            promised(sent.get(will.message()), entry);
        } else if (entry.event() instanceof Event.WillWithdrawing will) {
            sent.get(will.message()).withdrawing = entry.index();
        } else if (entry.event() instanceof Event.WillCancelled will) {
            sent.get(will.message()).cancelled = entry.index();
        }
    }

    private static void promised(Sent sent, History.Entry entry) {
        if (sent.promised == NEVER) {
            sent.promised = entry.index();
            sent.promisedInstant = entry.at();
        }
    }

    /** Null when nobody has sent it. */
    Sent find(String message) {
        return sent.get(message);
    }

    Iterable<Sent> all() {
        return sent.values();
    }
}
