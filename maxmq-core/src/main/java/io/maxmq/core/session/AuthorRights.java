package io.maxmq.core.session;

import io.maxmq.codec.QoS;
import io.maxmq.core.access.Access;
import io.maxmq.core.access.CallerLoop;
import io.maxmq.core.access.ClientAccess;
import io.maxmq.core.loop.Loop;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.auth.Action;
import io.maxmq.spi.auth.Authorization;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Checks with the authorizers, when a delayed message is due, that its author may still publish it. The author may be
 * offline, so the check uses the client information of the time of publication. Answers for one author arrive in order;
 * other authors do not wait for them. If an authorizer fails, the check is retried after {@value #RETRY_NANOS} ns,
 * since the message was acknowledged.
 *
 * <p>The caller bounds the waiting messages. Runs on the loop. Not thread-safe.
 */
final class AuthorRights {
    private static final long RETRY_NANOS = 10_000_000_000L;

    /** Approximate bytes of a client without its strings. */
    private static final int CLIENT_BYTES = 200;

    private final Access access;
    private final CallerLoop caller;
    private final Loop loop;
    private final Map<SessionKey, Turn> turns = new HashMap<>();

    /** The last client passed to {@link #toKeep}, and the result. */
    private @Nullable ClientInfo lastSeen;

    private @Nullable ClientInfo lastKept;

    AuthorRights(Access access, CallerLoop caller, Loop loop) {
        this.access = access;
        this.caller = caller;
        this.loop = loop;
    }

    /** Callback for the authorizers' decision. */
    @FunctionalInterface
    interface Answer {
        void accept(boolean isAllowed);
    }

    /**
     * Returns the client without its TLS session, which is large and is not stored. Consecutive calls with the same
     * client return the same object.
     */
    ClientInfo toKeep(ClientInfo author) {
        if (author.tls().isEmpty()) {
            return author;
        }
        ClientInfo kept = lastKept;
        if (kept == null || lastSeen != author) {
            kept = author.toBuilder().tls(null).build();
            lastSeen = author;
            lastKept = kept;
        }
        return kept;
    }

    /** Returns the approximate heap bytes of a kept author. */
    static long bytesOf(ClientInfo author) {
        long characters =
                author.clientId().length() + author.username().orElse("").length();
        for (Map.Entry<String, String> each : author.attributes().entrySet()) {
            characters += each.getKey().length() + each.getValue().length();
        }
        return CLIENT_BYTES + 2 * characters;
    }

    /**
     * Checks one message.
     *
     * @param author null if unknown, as in a record of an earlier release; such a message is always allowed
     * @param answer called once on the loop, possibly before this method returns
     */
    void ask(SessionKey publisher, @Nullable ClientInfo author, StoredMessage message, Answer answer) {
        if (author == null || access.allowsEverything()) {
            answer.accept(true);
            return;
        }
        Turn turn = turns.get(publisher);
        if (turn == null) {
            turn = new Turn(publisher);
            turns.put(publisher, turn);
        }
        turn.waiting.add(new Question(author, message, answer));
        turn.goOn();
    }

    private record Question(ClientInfo author, StoredMessage message, Answer answer) {}

    /** Queue of the checks for one author. */
    private final class Turn {
        private final SessionKey author;
        private final ArrayDeque<Question> waiting = new ArrayDeque<>();
        private boolean isAsking;
        private boolean isGoingOn;

        Turn(SessionKey author) {
            this.author = author;
        }

        /** Starts the next check, in a loop rather than by recursion, since most authorizers answer synchronously. */
        void goOn() {
            if (isGoingOn) {
                return;
            }
            isGoingOn = true;
            while (!isAsking && !waiting.isEmpty()) {
                isAsking = true;
                ask(waiting.element());
            }
            isGoingOn = false;
            if (waiting.isEmpty()) {
                turns.remove(author);
            }
        }

        private void ask(Question question) {
            StoredMessage message = question.message;
            ClientAccess rights = access.open(question.author, caller);
            rights.publish(
                    message.topic(),
                    new Action.Publish(message.topic().name(), QoS.of(message.qos()), message.retain()),
                    decision -> answered(question, decision));
        }

        private void answered(Question question, Authorization decision) {
            if (ClientAccess.isFailure(decision)) {
                loop.schedule(RETRY_NANOS, () -> ask(question));
                return;
            }
            isAsking = false;
            waiting.remove();
            question.answer.accept(decision instanceof Authorization.Allowed);
            goOn();
        }
    }
}
