package io.maxmq.core.session;

import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.core.routing.FilterSubscription;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * How many copies of one message the shared subscriptions of one session may bring it. Those that are not shared are merged into
 * one delivery; but each share has a copy of its own (MQTT 5.0 §4.8.2), so who is in a thousand of them for {@code #} has every
 * message of everybody delivered a thousand times.
 *
 * <p>An upper bound, never below: filters that have their wildcards at the same levels, such as {@code a/+} and {@code b/+}, are
 * of one form, and a topic is matched by one text of each form at most. So each form counts as often as its most shared text.
 */
final class SharedCopies {
    /** By the form, the most shares that one text of it has. */
    private final Map<String, Integer> most = new HashMap<>();

    private final Map<String, Set<String>> sharesOfText = new HashMap<>();
    private int sum;

    private SharedCopies() {}

    /** What it would be with this filter, which is shared. Costs the levels of all filters that are shared. */
    static int with(Collection<FilterSubscription> subscriptions, TopicFilter added) {
        SharedCopies copies = new SharedCopies();
        copies.add(added);
        for (FilterSubscription each : subscriptions) {
            if (each.share() != null) {
                copies.add(each.filter());
            }
        }
        return copies.sum;
    }

    private void add(TopicFilter filter) {
        Set<String> shares = sharesOfText.computeIfAbsent(filter.text(), text -> new HashSet<>(2));
        shares.add(String.valueOf(filter.share()));
        String form = formOf(filter.text());
        int before = most.getOrDefault(form, 0);
        if (shares.size() > before) {
            most.put(form, shares.size());
            sum += shares.size() - before;
        }
    }

    /** The filter without what its levels say that are no wildcards. */
    static String formOf(String text) {
        StringBuilder form = new StringBuilder(8);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '/' || c == '+' || c == '#') {
                form.append(c);
            }
        }
        return form.toString();
    }
}
