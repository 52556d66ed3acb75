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
 * Asks the authorizers whether the author of a delayed message may still publish it, when the message is due. The author may be
 * offline: it is asked about as it was when it published. The messages of one author are answered in order, those of others do not
 * wait for them. When an authorizer fails, the question is asked again after a while, since the message was acknowledged.
 *
 * <p>The caller bounds the messages that wait here. Runs on the loop. Not thread-safe.
 */
final class AuthorRights {
    private static final long RETRY_NANOS = 10_000_000_000L;

    /** About what a client takes beside its texts. */
    private static final int CLIENT_BYTES = 200;

    private final Access access;
    private final CallerLoop caller;
    private final Loop loop;
    private final Map<SessionKey, Turn> turns = new HashMap<>();

    /** The last client that was {@linkplain #toKeep kept}, and what is kept of it. */
    private @Nullable ClientInfo lastSeen;

    private @Nullable ClientInfo lastKept;

    AuthorRights(Access access, CallerLoop caller, Loop loop) {
        this.access = access;
        this.caller = caller;
        this.loop = loop;
    }

    /** Gets an answer. */
    @FunctionalInterface
    interface Answer {
        void accept(boolean isAllowed);
    }

    /** The client without its TLS session, which is large and is not stored. One client of a connection gives one object. */
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

    /** What a kept author takes of the heap, about. */
    static long bytesOf(ClientInfo author) {
        long characters =
                author.clientId().length() + author.username().orElse("").length();
        for (Map.Entry<String, String> each : author.attributes().entrySet()) {
            characters += each.getKey().length() + each.getValue().length();
        }
        return CLIENT_BYTES + 2 * characters;
    }

    /**
     * Asks about one message.
     *
     * @param author null when it is not known: in a record of an earlier release, whose message was allowed for good
     * @param answer called once on the loop, perhaps before this returns
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

    /** The questions about one author, one after the other. */
    private final class Turn {
        private final SessionKey author;
        private final ArrayDeque<Question> waiting = new ArrayDeque<>();
        private boolean isAsking;
        private boolean isGoingOn;

        Turn(SessionKey author) {
            this.author = author;
        }

        /** A loop rather than a recursion: most authorizers answer at once. */
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
