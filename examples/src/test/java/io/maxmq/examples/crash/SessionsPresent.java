package io.maxmq.examples.crash;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Whether CONNACK has said rightly that there is a session (MQTT 5.0 §3.2.2.1.1). One pass over a history. */
final class SessionsPresent {
    /** Between what both sides take for the end of a connection; whole seconds. */
    private static final Duration SLACK = Duration.ofSeconds(2);

    private final Map<String, Session> sessions = new HashMap<>();
    private final List<String> violations = new ArrayList<>();

    private enum Existence {
        NO,
        PERHAPS,
        YES
    }

    private static final class Session {
        Existence exists = Existence.NO;
        int expirySeconds;

        /** When its last connection that was answered ended: from then on it could expire. */
        Instant ended = Instant.MIN;

        /**
         * When the broker may have begun to count, at the latest: at the next start, for it may have been killed then,
         * or at the end of a connection that it did not answer.
         */
        Instant clockStarted = Instant.MIN;

        boolean hasRestarted = true;

        History.Entry connecting;
        boolean isAnswered = true;
    }

    void see(History.Entry entry) {
        if (entry.event() instanceof Event.Ready) {
            for (Session session : sessions.values()) {
                if (!session.hasRestarted) {
                    session.clockStarted = entry.at();
                    session.hasRestarted = true;
                }
            }
        } else if (entry.event() instanceof Event.Connecting connecting) {
            connecting(entry, connecting);
        } else if (entry.event() instanceof Event.Connected connected) {
            connected(entry, connected);
        } else if (entry.event() instanceof Event.Disconnected disconnected) {
            Session session = sessions.get(disconnected.client());
            if (session.isAnswered) {
                session.ended = entry.at();
            }
            session.clockStarted = entry.at();
            session.hasRestarted = false;
        }
    }

    private void connecting(History.Entry entry, Event.Connecting connecting) {
        Session session = sessions.computeIfAbsent(connecting.client(), unknown -> new Session());
        if (!session.isAnswered) {
            Event.Connecting unanswered = (Event.Connecting) session.connecting.event();
            boolean isLast = unanswered.expirySeconds() == 0; // of the session, if it was heard
            if (session.exists == (isLast ? Existence.YES : Existence.NO)) {
                session.exists = Existence.PERHAPS;
            }
        }
        session.connecting = entry;
        session.isAnswered = false;
    }

    private void connected(History.Entry entry, Event.Connected connected) {
        Session session = sessions.get(connected.client());
        Event.Connecting asked = (Event.Connecting) session.connecting.event();
        boolean mustBe = false;
        boolean mayBe = false;
        if (!asked.clean() && session.exists != Existence.NO) {
            mustBe = session.exists == Existence.YES && !mayHaveExpired(session);
            mayBe = session.exists == Existence.PERHAPS || !hasExpired(session);
        }
        if (mustBe && !connected.sessionPresent()) {
            violations.add("the session is lost: " + entry);
        } else if (!mayBe && connected.sessionPresent()) {
            violations.add("there should be no session: " + entry);
        }
        session.exists = asked.expirySeconds() > 0 ? Existence.YES : Existence.NO;
        session.expirySeconds = asked.expirySeconds();
        session.isAnswered = true;
    }

    private static boolean mayHaveExpired(Session session) {
        return session.expirySeconds != Integer.MAX_VALUE
                && session.connecting.at().plus(SLACK).isAfter(session.ended.plusSeconds(session.expirySeconds));
    }

    private static boolean hasExpired(Session session) {
        return session.expirySeconds != Integer.MAX_VALUE
                && session.connecting
                        .at()
                        .isAfter(session.clockStarted
                                .plusSeconds(session.expirySeconds)
                                .plus(SLACK));
    }

    List<String> violations() {
        return violations;
    }
}
