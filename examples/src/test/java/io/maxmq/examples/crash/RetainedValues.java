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
        boolean isNothing = message == null;
        if (first < 0 && isNothing) {
            return true;
        }
        for (int i = Math.max(first, 0); i < values.size() && values.get(i).at < now; i++) {
            Sent value = values.get(i);
            if (isNothing ? value.empty : !value.empty && value.message.equals(message)) {
                return true;
            }
        }
        return false;
    }

    List<String> violations() {
        return violations;
    }
}
