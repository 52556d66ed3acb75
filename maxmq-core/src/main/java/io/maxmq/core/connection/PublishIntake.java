package io.maxmq.core.connection;

import io.maxmq.codec.MalformedPacketException;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.wire.PublishView;
import io.maxmq.core.access.ClientAccess;
import io.maxmq.core.observe.Counter;
import io.maxmq.core.routing.InTransit;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.core.routing.Topic;
import io.maxmq.core.routing.TopicTable;
import io.maxmq.core.session.Session;
import io.maxmq.spi.auth.Action;
import io.maxmq.spi.auth.Authorization;
import io.maxmq.spi.event.BrokerEvent.Initiator;
import io.maxmq.spi.event.DropReason;
import io.maxmq.spi.limit.ConnectionLimiter;
import io.maxmq.spi.limit.Decision;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes a client's PUBLISH packets in: topic or alias, what the broker offers, rate, permission, then the session. The
 * topic of the last PUBLISH is compared byte by byte before anything is looked up.
 *
 * <p>Lives as long as its connection is established. Runs on its loop. Not thread-safe. Hot: per message.
 */
final class PublishIntake {
    private final Connection connection;
    private final Connections home;
    private final Session session;
    private final ClientAccess access;
    private final ConnectionLimiter limiter;
    private final boolean limited;
    private final int maxQos;
    private final boolean retainAvailable;

    private @Nullable Topic lastTopic;
    private @Nullable Topic @Nullable [] aliases;

    PublishIntake(
            Connection connection, Connections home, Session session, ClientAccess access, ConnectionLimiter limiter) {
        this.connection = connection;
        this.home = home;
        this.session = session;
        this.access = access;
        this.limiter = limiter;
        this.limited = limiter != ConnectionLimiter.NONE;
        this.maxQos = home.capabilities().maximumQos().code();
        this.retainAvailable = home.capabilities().retainAvailable();
    }

    /** What this client may do. */
    ClientAccess access() {
        return access;
    }

    void onPublish(PublishView publish) throws MalformedPacketException {
        Topic topic = lastTopic;
        if (topic == null || publish.topicAlias() != 0 || !publish.topicEquals(topic.utf8())) {
            topic = resolve(publish);
            lastTopic = topic;
        }
        int qos = publish.qosCode();
        boolean retain = publish.retain();
        if (qos > maxQos || (retain && !retainAvailable)) {
            refuseCapability(qos);
        }
        connection.here().loop().counters().increment(Connections.receivedAt(qos));

        InTransit message = connection.here().inTransit();
        message.begin(topic, qos, retain, session);
        readBody(publish, message);
        if (limited && !withinRate(publish, message)) {
            return;
        }
        Authorization decision =
                topic.startsWithDollar() ? Authorization.denied() : access.publishDecision(topic, QoS.of(qos), retain);
        if (decision instanceof Authorization.Allowed) {
            pass(message, publish.packetId());
        } else if (decision instanceof Authorization.Denied denied) {
            deny(message, publish.packetId(), denied);
        } else {
            ask(message, publish.packetId());
        }
    }

    private void readBody(PublishView publish, InTransit message) {
        message.payload(publish.bytes(), publish.payloadStart(), publish.payloadLength());
        if (publish.propertiesLength() == 0) {
            return;
        }
        int properties = publish.forwardPropertiesLength();
        if (properties > 0) {
            byte[] scratch = connection.here().scratch(properties);
            publish.copyForwardProperties(scratch, 0);
            message.properties(scratch, 0, properties);
        }
        long expirySeconds = publish.messageExpirySeconds();
        if (expirySeconds >= 0) {
            message.expiresAtMillis(connection.here().loop().epochMillis() + expirySeconds * 1000);
        }
    }

    private void pass(InTransit message, int packetId) {
        if (!session.onPublish(message, packetId)) {
            connection.end(
                    Initiator.BROKER,
                    ReasonCode.RECEIVE_MAXIMUM_EXCEEDED,
                    "more than " + home.limits().receiveMaximum() + " unacknowledged PUBLISH packets");
        }
    }

    private void deny(InTransit message, int packetId, Authorization.Denied denied) {
        connection.here().loop().counters().increment(Counter.AUTHORIZATIONS_DENIED);
        home.drops(connection.here()).dropped(session.key(), message, DropReason.NOT_AUTHORIZED);
        session.refusePublish(message.qos(), packetId, denied.reasonCode());
    }

    // ---- topics

    private Topic resolve(PublishView publish) throws MalformedPacketException {
        int alias = publish.topicAlias();
        if (alias == 0) {
            return intern(publish);
        }
        if (alias > home.limits().topicAliasMaximum()) {
            throw new MalformedPacketException(
                    ReasonCode.TOPIC_ALIAS_INVALID,
                    "topic alias is above " + home.limits().topicAliasMaximum() + ": " + alias);
        }
        @Nullable Topic[] known = aliases;
        if (known == null) {
            known = new Topic[home.limits().topicAliasMaximum() + 1];
            aliases = known;
        }
        if (publish.topicLength() > 0) {
            Topic topic = intern(publish);
            known[alias] = topic;
            return topic;
        }
        Topic topic = known[alias];
        if (topic == null) {
            throw new MalformedPacketException(
                    ReasonCode.PROTOCOL_ERROR, "topic alias has no topic on this connection: " + alias);
        }
        return topic;
    }

    private Topic intern(PublishView publish) throws MalformedPacketException {
        TopicTable topics = session.routes().topics();
        int loop = connection.here().loop().index();
        int hash = publish.topicHash();
        Topic known = topics.find(loop, publish.bytes(), publish.topicStart(), publish.topicLength(), hash);
        if (known != null) {
            return known;
        }
        publish.checkTopic();
        byte[] utf8 = publish.copyTopic();
        if (topics.isTooDeep(utf8)) {
            throw new MalformedPacketException(
                    ReasonCode.TOPIC_NAME_INVALID,
                    "topic has more than " + home.limits().maxTopicLevels() + " levels");
        }
        return topics.intern(loop, utf8, hash);
    }

    // ---- what is not on the fast path

    private void refuseCapability(int qos) throws MalformedPacketException {
        if (qos > maxQos) {
            throw new MalformedPacketException(ReasonCode.QOS_NOT_SUPPORTED, "QoS is above " + maxQos + ": " + qos);
        }
        throw new MalformedPacketException(ReasonCode.RETAIN_NOT_SUPPORTED, "RETAIN is set");
    }

    /** Asks the rate limiter; false when the message goes no further. */
    private boolean withinRate(PublishView publish, InTransit message) {
        Decision decision = home.acquirePublish(
                limiter, publish.payloadLength(), connection.here().loop());
        if (decision instanceof Decision.Allow) {
            return true;
        }
        if (decision instanceof Decision.Pause pause) {
            // This one still passes; what follows waits.
            connection.hold(Connection.HOLD_RATE);
            connection.here().loop().schedule(pause.nanos(), () -> connection.release(Connection.HOLD_RATE));
            return true;
        }
        if (decision instanceof Decision.Drop) {
            home.drops(connection.here()).dropped(session.key(), message, DropReason.RATE_LIMIT);
            session.refusePublish(message.qos(), publish.packetId(), ReasonCode.QUOTA_EXCEEDED);
        } else {
            connection.end(Initiator.BROKER, ReasonCode.MESSAGE_RATE_TOO_HIGH, "PUBLISH rate too high");
        }
        return false;
    }

    private void ask(InTransit message, int packetId) {
        Question question = new Question(message, packetId);
        access.publish(
                message.topic(),
                new Action.Publish(message.topic().name(), QoS.of(message.qos()), message.retain()),
                question);
        question.asked();
    }

    /** Asks about one PUBLISH; when the answer takes time, keeps the message and holds the packets behind it. */
    private final class Question implements Consumer<Authorization> {
        private final InTransit message;
        private final int packetId;
        private @Nullable StoredMessage kept;
        private @Nullable Authorization answer;

        Question(InTransit message, int packetId) {
            this.message = message;
            this.packetId = packetId;
        }

        void asked() {
            if (answer == null) {
                kept = message.keep();
                connection.hold(Connection.HOLD_PLUGIN);
            } else {
                act(answer);
            }
        }

        @Override
        public void accept(Authorization decision) {
            answer = decision;
            StoredMessage waiting = kept;
            if (waiting == null || connection.isClosed()) {
                return;
            }
            message.begin(waiting, session);
            act(decision);
            connection.release(Connection.HOLD_PLUGIN);
        }

        private void act(Authorization decision) {
            if (decision instanceof Authorization.Allowed) {
                pass(message, packetId);
            } else if (decision instanceof Authorization.Denied denied) {
                deny(message, packetId, denied);
            }
        }
    }
}
