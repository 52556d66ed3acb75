package io.maxmq.examples.crash;

import io.maxmq.examples.crash.Ledger.Sent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the members of shared subscriptions have received together (MQTT 5.0 §4.8.2): each promised message has come to one of them,
 * and one of QoS 2 to one alone. Members never unsubscribe. One pass over a history. Not thread-safe.
 */
final class SharedDeliveries {
    private final Ledger ledger;
    private final Map<String, Group> groups = new TreeMap<>(); // by the filter with its share
    private final Map<String, String> members = new HashMap<>(); // their filters, by the client
    private final List<String> violations = new ArrayList<>();

    SharedDeliveries(Ledger ledger) {
        this.ledger = ledger;
    }

    private static final class Group {
        int made = Ledger.NEVER;
        final Map<String, String> takers = new HashMap<>(); // the client, by the message
    }

    static boolean isShared(String filter) {
        return filter.startsWith("$share/");
    }

    /** The filter without its share. */
    static String plain(String filter) {
        return isShared(filter) ? filter.substring(filter.indexOf('/', "$share/".length()) + 1) : filter;
    }

    void see(History.Entry entry) {
        if (entry.event() instanceof Event.Subscribed made && isShared(made.filter())) {
            Group group = groups.computeIfAbsent(made.filter(), unknown -> new Group());
            group.made = Math.min(group.made, entry.index());
            members.put(made.client(), made.filter());
        } else if (entry.event() instanceof Event.Subscribing asked && isShared(asked.filter())) {
            groups.computeIfAbsent(asked.filter(), unknown -> new Group());
            members.put(asked.client(), asked.filter());
        } else if (entry.event() instanceof Event.Received received && members.containsKey(received.client())) {
            received(entry, received, groups.get(members.get(received.client())));
        }
    }

    private void received(History.Entry entry, Event.Received received, Group group) {
        String before = group.takers.putIfAbsent(received.message(), received.client());
        if (received.qos() == 2 && before != null && !before.equals(received.client())) {
            violations.add("a message of QoS 2 came to " + before + " too: " + entry);
        }
    }

    /** What had to come and did not. */
    List<String> missing() {
        List<String> missing = new ArrayList<>();
        groups.forEach((filter, group) -> {
            for (Sent sent : ledger.all()) {
                if (!sent.mayBeGone()
                        && TopicMatch.matches(plain(filter), sent.topic)
                        && group.made < sent.at
                        && !group.takers.containsKey(sent.message)) {
                    missing.add("lost: nobody of " + filter + " has received " + sent.message + " of QoS " + sent.qos
                            + ", promised at " + sent.promised);
                }
            }
        });
        return missing;
    }

    List<String> violations() {
        return violations;
    }
}
