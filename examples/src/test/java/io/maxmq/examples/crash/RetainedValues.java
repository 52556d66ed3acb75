package io.maxmq.examples.crash;

import io.maxmq.examples.crash.Ledger.Sent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Whether what a new subscriber finds retained is the last value that was promised, or one sent later (MQTT 5.0 §3.3.1.3).
 * Each topic has one publisher. One pass over a history.
 */
final class RetainedValues {
    private final Map<String, List<Sent>> byTopic = new HashMap<>();
    private final List<String> violations = new ArrayList<>();

    RetainedValues(Ledger ledger) {
        for (Sent sent : ledger.all()) {
            if (sent.retain) {
                byTopic.computeIfAbsent(sent.topic, unknown -> new ArrayList<>())
                        .add(sent);
            }
        }
    }

    void see(History.Entry entry) {
        if (entry.event() instanceof Event.RetainedRead read
                && !isRight(read.topic(), read.message(), read.since(), entry.index())) {
            violations.add("neither the last retained value that was promised nor a later one: " + entry);
        }
    }

    /**
     * Whether a reader may have found this.
     *
     * @param since events before it subscribed
     * @param now events before it had read all
     */
    boolean isRight(String topic, String message, int since, int now) {
        List<Sent> values = byTopic.getOrDefault(topic, List.of());
        int first = values.size() - 1;
        while (first >= 0 && values.get(first).promised > since) {
            first--;
        }
        if (first < 0 && message == null) {
            return true;
        }
        Sent latest = first < 0 ? null : values.get(first);
        for (int i = 0; i < first; i++) {
            if (isFound(values.get(i), message) && isRetainedAgain(values.get(i), latest, now)) {
                return true;
            }
        }
        for (int i = Math.max(first, 0); i < values.size() && values.get(i).at < now; i++) {
            if (isFound(values.get(i), message)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Of QoS 1 and sent again when a later one of QoS 2 had been taken: a start goes on with that before clients come, and when it is
     * sent again too, it is not retained once more. MQTT orders the messages of one QoS only (5.0 §4.6).
     */
    private static boolean isRetainedAgain(Sent value, Sent latest, int now) {
        return value.qos == 1 && latest.qos == 2 && value.wasResentBetween(latest.at, now);
    }

    /** @param message null when nothing was found */
    private static boolean isFound(Sent value, String message) {
        return message == null ? value.empty : !value.empty && value.message.equals(message);
    }

    List<String> violations() {
        return violations;
    }
}
