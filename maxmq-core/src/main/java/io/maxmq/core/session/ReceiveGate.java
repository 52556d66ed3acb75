package io.maxmq.core.session;

import io.maxmq.core.access.ClientAccess;
import io.maxmq.core.routing.Topic;
import io.maxmq.spi.auth.Action;
import io.maxmq.spi.auth.Authorization;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks for each message whether the client may have it, where authorizers want to be asked (see {@code
 * Authorizer.authorizesReceive}); open where none does. One question at a time: the messages behind wait, in order.
 *
 * <p>Runs on the session's event loop. Not thread-safe.
 */
final class ReceiveGate {
    private final Runnable goOn;

    /** Null while nobody is connected. */
    private @Nullable ClientAccess access;

    private @Nullable Question asked;
    /** An answer that took time, and what it is about: the message may be gone when it comes. */
    private @Nullable Authorization lateAnswer;

    private @Nullable Topic lateTopic;

    /** @param goOn called when an answer has come that took time */
    ReceiveGate(Runnable goOn) {
        this.goOn = goOn;
    }

    void attach(@Nullable ClientAccess asWhom) {
        access = asWhom;
        asked = null;
        lateAnswer = null;
        lateTopic = null;
    }

    boolean isOpen() {
        ClientAccess client = access;
        return client == null || client.allowsEveryReceive();
    }

    /** Whether a question is not answered yet. */
    boolean isAsking() {
        return asked != null;
    }

    /** Whether the client may have the first message that waits; null when the answer takes time. */
    @Nullable
    Authorization mayReceive(Topic topic) {
        ClientAccess client = access;
        if (client == null) {
            return Authorization.allowed();
        }
        Authorization known = topic.equals(lateTopic) ? lateAnswer : null;
        lateAnswer = null;
        lateTopic = null;
        if (known == null) {
            known = client.receiveDecision(topic);
        }
        if (known == null) {
            Question question = new Question(topic);
            client.receive(topic, new Action.Receive(topic.name()), question);
            known = question.answer;
            asked = known == null ? question : null;
        }
        return known;
    }

    private final class Question implements Consumer<Authorization> {
        private final Topic topic;
        private @Nullable Authorization answer;

        Question(Topic topic) {
            this.topic = topic;
        }

        @Override
        public void accept(Authorization decision) {
            answer = decision;
            if (asked == this) {
                asked = null;
                lateAnswer = decision;
                lateTopic = topic;
                goOn.run();
            }
        }
    }
}
