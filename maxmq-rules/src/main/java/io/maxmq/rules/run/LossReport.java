package io.maxmq.rules.run;

import io.maxmq.codec.Utf8;
import io.maxmq.spi.Timers;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Counts the events and records that rules lose, and warns the operator about each rule and reason: at once about the first loss, then
 * every {@link #INTERVAL} about the number of further losses, until an interval passes without any.
 *
 * <p>At most {@link #MAX_SUBJECTS} pairs of rule and reason are told apart at a time; further rules share one warning. Thread-safe; never
 * blocks, and a loss of a known pair costs two map look-ups and an increment.
 */
final class LossReport {
    /** Between two warnings about the same rule and reason. */
    static final Duration INTERVAL = Duration.ofSeconds(10);

    static final int MAX_SUBJECTS = 100;

    /** The kind of a loss. */
    enum Kind {
        /** An event on which a rule failed. */
        FAILED("failed on an event"),
        /** An event that was dropped before the rule saw it. */
        MISSED("missed an event"),
        /** A record that a sink did not take. */
        REJECTED("lost a record that a sink rejected"),
        /** A record for which a sink's buffer had no room. */
        DISCARDED("lost a record that a sink discarded");

        private final String what;

        Kind(String what) {
            this.what = what;
        }
    }

    private static final String OTHERS = "(others)";

    /** Characters of a detail in a warning. */
    private static final int MAX_DETAIL = 500;

    /** One rule and reason of which the operator was warned within the last interval. */
    private static final class Subject {
        private static final long ENDED = -1;

        final Kind kind;
        final String rule;
        final String reason;

        /** Losses since the last warning; {@link #ENDED} once nothing was lost for an interval. */
        final AtomicLong further = new AtomicLong();

        volatile String lastDetail;

        Subject(Kind kind, String rule, String reason, String detail) {
            this.kind = kind;
            this.rule = rule;
            this.reason = reason;
            this.lastDetail = detail;
        }

        /** The lost thing and the latest detail, for people. */
        String text(String detail) {
            String said = detail.length() <= MAX_DETAIL ? detail : detail.substring(0, MAX_DETAIL) + "…";
            String about = switch (kind) {
                case FAILED -> reason;
                case MISSED -> "";
                case REJECTED, DISCARDED -> reason.isEmpty() ? "" : "sink " + reason;
            };
            return Utf8.escape(about.isEmpty() ? said : about + ": " + said);
        }

        boolean add(String detail) {
            if (further.getAndUpdate(before -> before == ENDED ? ENDED : before + 1) == ENDED) {
                return false;
            }
            lastDetail = detail;
            return true;
        }
    }

    private static final String NO_ROOM_FOR_EVENTS =
            "the queue of the rule engine was full, or the broker's memory budget was used up";
    private static final String NO_ROOM_FOR_RECORDS = "its buffer was full, or the broker's memory budget was used up";

    private final Map<Kind, LongAdder> totals = new EnumMap<>(Kind.class);

    /** By kind, rule and reason. A map of reasons changes only within {@code compute} of its rule. */
    private final Map<Kind, Map<String, Map<String, Subject>>> subjects = new EnumMap<>(Kind.class);

    private final AtomicInteger count = new AtomicInteger();

    /** Null before the start and after the end: losses are only counted then. */
    private volatile @Nullable Warnings warnings;

    private record Warnings(Timers timers, Logger log) {}

    LossReport() {
        for (Kind each : Kind.values()) {
            totals.put(each, new LongAdder());
            subjects.put(each, new ConcurrentHashMap<>());
        }
    }

    /** Warns from now on. */
    void start(Timers timers, Logger log) {
        warnings = new Warnings(timers, log);
    }

    /** A rule failed on an event. */
    void failed(String rule, String code, String message) {
        add(Kind.FAILED, rule, code, message);
    }

    /** A rule missed an event, since there was no room in the queue or no memory. */
    void missed(String rule) {
        add(Kind.MISSED, rule, "", NO_ROOM_FOR_EVENTS);
    }

    /** A sink did not take a record. */
    void rejected(String rule, String sink, String why) {
        add(Kind.REJECTED, rule, sink, why);
    }

    /** A sink had no room for a record, or was closed. */
    void discarded(String rule, String sink, boolean isClosed) {
        add(Kind.DISCARDED, rule, sink, isClosed ? "it was closed" : NO_ROOM_FOR_RECORDS);
    }

    /** Returns the number of of this that kind since the engine was made. */
    long total(Kind kind) {
        LongAdder total = totals.get(kind);
        return total == null ? 0 : total.sum();
    }

    private void add(Kind kind, String rule, String reason, String detail) {
        LongAdder total = totals.get(kind);
        Map<String, Map<String, Subject>> ofKind = subjects.get(kind);
        Warnings present = warnings;
        if (total == null || ofKind == null) {
            return;
        }
        total.increment();
        if (present == null || added(ofKind, rule, reason, detail)) {
            return;
        }
        Subject fresh = new Subject(kind, rule, reason, detail);
        if (count.get() >= MAX_SUBJECTS) {
            if (added(ofKind, OTHERS, "", detail)) {
                return;
            }
            fresh = new Subject(kind, OTHERS, "", detail);
        }
        if (put(ofKind, fresh)) {
            present.log().warn("Rule {} {}: {}", fresh.rule, kind.what, fresh.text(detail));
            arm(present, fresh);
        }
    }

    private static boolean added(Map<String, Map<String, Subject>> ofKind, String rule, String reason, String detail) {
        Map<String, Subject> ofRule = ofKind.get(rule);
        Subject subject = ofRule == null ? null : ofRule.get(reason);
        return subject != null && subject.add(detail);
    }

    /** Puts a subject in; false when another thread was first, whose subject has counted the loss then. */
    private boolean put(Map<String, Map<String, Subject>> ofKind, Subject fresh) {
        AtomicBoolean isFirst = new AtomicBoolean();
        ofKind.compute(fresh.rule, (rule, ofRule) -> {
            Map<String, Subject> reasons = ofRule == null ? new ConcurrentHashMap<>() : ofRule;
            Subject before = reasons.get(fresh.reason);
            if (before == null || !before.add(fresh.lastDetail)) {
                reasons.put(fresh.reason, fresh);
                isFirst.set(true);
                if (before == null) {
                    count.incrementAndGet();
                }
            }
            return reasons;
        });
        return isFirst.get();
    }

    private void arm(Warnings present, Subject subject) {
        try {
            var unused = present.timers().after(INTERVAL, () -> intervalEnded(present, subject));
        } catch (RuntimeException e) { // the broker has closed
            forget(subject);
        }
    }

    private void intervalEnded(Warnings present, Subject subject) {
        if (warnings != present) {
            return; // closed
        }
        if (subject.further.compareAndSet(0, Subject.ENDED)) {
            forget(subject);
            return;
        }
        warn(present, subject);
        arm(present, subject);
    }

    private static void warn(Warnings present, Subject subject) {
        long further = subject.further.getAndSet(0);
        present.log()
                .warn(
                        "Rule {} {}: {} more times within {} s, the last time: {}",
                        subject.rule,
                        subject.kind.what,
                        further,
                        INTERVAL.toSeconds(),
                        subject.text(subject.lastDetail));
    }

    private void forget(Subject subject) {
        Map<String, Map<String, Subject>> ofKind = subjects.get(subject.kind);
        if (ofKind == null) {
            return;
        }
        ofKind.computeIfPresent(subject.rule, (rule, ofRule) -> {
            if (ofRule.remove(subject.reason, subject)) {
                count.decrementAndGet();
            }
            return ofRule.isEmpty() ? null : ofRule;
        });
    }

    /** Warns about the losses since the last warnings; warns no more then. */
    void close() {
        Warnings present = warnings;
        warnings = null;
        if (present == null) {
            return;
        }
        subjects.values().stream()
                .flatMap(ofKind -> ofKind.values().stream())
                .flatMap(ofRule -> ofRule.values().stream())
                .filter(each -> each.further.get() > 0)
                .forEach(each -> warn(present, each));
    }
}
