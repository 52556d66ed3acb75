package io.maxmq.core.listener;

import io.maxmq.core.connection.Connections;
import io.maxmq.core.tls.ExpiryWarnings;
import io.maxmq.core.tls.Revocations;
import io.maxmq.core.tls.TlsMaterial;
import io.maxmq.core.tls.Validity;
import io.maxmq.spi.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;

/** The certificates and revocation lists of one listener that are in force: warns before they end. Thread-safe. */
final class ListenerCertificates {
    /** Warnings are due once a day at most. */
    static final Duration PERIOD = Duration.ofHours(1);

    private final String listener;
    private final Connections connections;
    private final Clock clock;
    private final Logger log;

    // guarded by this
    private final ExpiryWarnings warnings = new ExpiryWarnings();
    private Set<Validity> validities = Set.of();

    ListenerCertificates(String listener, Connections connections, Clock clock, Logger log) {
        this.listener = listener;
        this.connections = connections;
        this.clock = clock;
        this.log = log;
    }

    /** The files have been read: clients that connect from now on are refused by the revocation lists in {@code read}. */
    synchronized void inForce(TlsMaterial read) {
        validities = read.validities();
        connections.revoke(listener, read.revocations());
        warnOfEnds();
    }

    /** The listener is gone. */
    void forget() {
        connections.revoke(listener, new Revocations(List.of()));
    }

    /** Warns when something ends soon, or has ended. */
    synchronized void warnOfEnds() {
        for (String warning : warnings.due(validities, Instant.ofEpochMilli(clock.epochMillis()))) {
            log.warn("listener {}: {}", listener, warning);
        }
    }
}
