package io.maxmq.core.tls;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Warnings before certificates and revocation lists expire: 30 days, 7 days and one day before. A threshold applies
 * only if it is less than a third of the total validity, because a list with a validity of a week is renewed every
 * week. After expiry, one warning per day. Not thread-safe.
 */
public final class ExpiryWarnings {
    private static final List<Duration> AHEAD = List.of(Duration.ofDays(30), Duration.ofDays(7), Duration.ofDays(1));
    private static final int MIN_PART = 3;
    private static final Duration PAUSE = Duration.ofDays(1);

    private record Warned(int step, Instant at) {}

    private final Map<Validity, Warned> warned = new HashMap<>();

    /** Returns the due warnings, one line each. */
    public List<String> due(Set<Validity> present, Instant now) {
        warned.keySet().retainAll(present);
        List<String> due = new ArrayList<>();
        for (Validity each : present) {
            int step = step(each, now);
            Warned before = warned.get(each);
            boolean ended = step > AHEAD.size();
            boolean isNew = before == null ? step > 0 : step > before.step;
            boolean again = before != null && ended && !now.isBefore(before.at.plus(PAUSE));
            if (isNew || again) {
                warned.put(each, new Warned(step, now));
                due.add(ended ? endedText(each) : text(each, now));
            }
        }
        return due;
    }

    /** Returns 0 before the first threshold, one more per threshold passed, and the highest value after expiry. */
    private static int step(Validity validity, Instant now) {
        if (!validity.end().isAfter(now)) {
            return AHEAD.size() + 1;
        }
        Duration left = Duration.between(now, validity.end());
        Duration whole = Duration.between(validity.begin(), validity.end());
        int step = 0;
        for (int i = 0; i < AHEAD.size(); i++) {
            Duration ahead = AHEAD.get(i);
            if (ahead.multipliedBy(MIN_PART).compareTo(whole) < 0 && left.compareTo(ahead) <= 0) {
                step = i + 1;
            }
        }
        return step;
    }

    private static String text(Validity validity, Instant now) {
        long hours = Duration.between(now, validity.end()).toHours();
        return validity.what() + " expires in " + (hours < 48 ? hours + " hours" : hours / 24 + " days") + ", at "
                + validity.end() + ": then " + validity.outcome() + "; renew it";
    }

    private static String endedText(Validity validity) {
        return validity.what() + " expired at " + validity.end() + ": " + validity.outcome() + "; renew it";
    }
}
