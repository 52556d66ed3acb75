package io.maxmq.examples.crash;

import java.util.ArrayList;
import java.util.List;

/** Judges a history: what clients may rely on, whatever happened to the broker. Stateless. */
final class Oracle {
    /** A message that expires later than this has to come. */
    static final int LONG_EXPIRY_SECONDS = 1_800;

    /** What a delayed message is published with. */
    static final int DELAY_SECONDS = 1;

    private Oracle() {}

    /** What was wrong, one line each, first things first; empty when all is well. The clients have received all there is. */
    static List<String> violations(List<History.Entry> history) {
        Ledger ledger = Ledger.of(history);
        Deliveries deliveries = new Deliveries(ledger);
        SharedDeliveries shared = new SharedDeliveries(ledger);
        SessionsPresent sessions = new SessionsPresent();
        RetainedValues retained = new RetainedValues(ledger);
        for (History.Entry entry : history) {
            deliveries.see(entry);
            shared.see(entry);
            sessions.see(entry);
            retained.see(entry);
        }
        List<String> violations = new ArrayList<>(sessions.violations());
        violations.addAll(retained.violations());
        violations.addAll(deliveries.violations());
        violations.addAll(shared.violations());
        violations.addAll(deliveries.missing());
        violations.addAll(shared.missing());
        return violations;
    }

    /** What subscribers still wait for. */
    static List<String> missing(List<History.Entry> history) {
        Ledger ledger = Ledger.of(history);
        Deliveries deliveries = new Deliveries(ledger);
        SharedDeliveries shared = new SharedDeliveries(ledger);
        for (History.Entry entry : history) {
            deliveries.see(entry);
            shared.see(entry);
        }
        List<String> missing = new ArrayList<>(deliveries.missing());
        missing.addAll(shared.missing());
        return missing;
    }
}
