package io.maxmq.core.connection;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.core.access.ClientAccess;
import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.core.session.Session;
import io.maxmq.spi.auth.Authorization;
import io.maxmq.spi.event.BrokerEvent.Initiator;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Asks again about the client id and the subscriptions of one connected client, after a change of the rules. MQTT 5.0 announces the end
 * of a subscription by DISCONNECT only. When an authorizer fails the connection ends and no subscription does: the client is judged
 * when it comes back. An answer by rules that have changed meanwhile is ignored; a later review asks by the rules of then.
 *
 * <p>Runs on the connection's loop. Not thread-safe.
 */
final class ClientReview implements SubscriptionReview.Answer {
    private final Connection connection;
    private final Connections home;
    private final Session session;
    private final int rules;
    private final Runnable done;

    private ClientReview(Connection connection, Connections home, Session session, Runnable done) {
        this.connection = connection;
        this.home = home;
        this.session = session;
        this.rules = home.access().epoch();
        this.done = done;
    }

    /**
     * Ends the connection if the rules no longer allow its client id, else the subscriptions that they no longer allow.
     *
     * @param done receives the number of questions after the last answer, perhaps before this method returns
     * @return the number of questions
     */
    static int begin(Connection connection, Connections home, IntConsumer done) {
        Session session = connection.session();
        PublishIntake intake = connection.intake();
        if (session == null || intake == null) {
            return 0;
        }
        ClientAccess access = intake.access();
        List<FilterSubscription> asked =
                session.authorizedSubscriptions(home.automatic().exemptFor(access.client()));
        int questions = asked.size() + (home.access().authorizesConnect() ? 1 : 0);
        ClientReview review = new ClientReview(connection, home, session, () -> done.accept(questions));
        access.connect(decision -> {
            if (ClientAccess.isFailure(decision)) {
                review.failed();
            } else if (decision instanceof Authorization.Denied denied) {
                review.answered(() -> review.endFor(denied));
            } else {
                SubscriptionReview.ask(access, asked, review);
            }
        });
        return questions;
    }

    private void answered(Runnable effect) {
        try {
            if (connection.session() == session && home.access().epoch() == rules) {
                effect.run();
            }
        } finally {
            done.run();
        }
    }

    private void endFor(Authorization.Denied denied) {
        ReasonCode reason =
                denied.reasonCode().allowedIn(PacketType.DISCONNECT) ? denied.reasonCode() : ReasonCode.NOT_AUTHORIZED;
        connection.end(Initiator.BROKER, reason, "the client id is no longer authorized");
    }

    @Override
    public void reviewed(List<TopicFilter> denied) {
        answered(() -> {
            String ended = home.revoke(connection, session, denied);
            if (connection.isV5() && !ended.isEmpty() && home.disconnectsRevoked()) {
                connection.end(Initiator.BROKER, ReasonCode.NOT_AUTHORIZED, ended);
            }
        });
    }

    @Override
    public void failed() {
        answered(() ->
                connection.end(Initiator.BROKER, ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR, "an authorizer has failed"));
    }
}
