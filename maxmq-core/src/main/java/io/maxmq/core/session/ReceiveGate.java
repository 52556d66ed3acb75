package io.maxmq.core.session;

import io.maxmq.core.access.ClientAccess;
import io.maxmq.core.routing.Topic;
import io.maxmq.spi.auth.Action;
import io.maxmq.spi.auth.Authorization;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Authorization of each delivery to the client, if an authorizer requires it (see
 * {@code Authorizer.authorizesReceive}); otherwise open. One request is pending at a time; the messages behind it wait
 * in order.
 *
 * <p>Runs on the session's event loop. Not thread-safe.
 */
final class ReceiveGate {
    private final Runnable goOn;

    /** Null while no client is connected. */
    private @Nullable ClientAccess access;

    private @Nullable Question asked;
    /** Asynchronous answer and its topic. The message may have left the queue before the answer arrives. */
    private @Nullable Authorization lateAnswer;

    private @Nullable Topic lateTopic;

    /** @param goOn called when an asynchronous answer arrives */
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

    /** Returns whether a request is pending. */
    boolean isAsking() {
        return asked != null;
    }

    /** Returns whether the client may receive the first queued message; null if the answer is asynchronous. */
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
