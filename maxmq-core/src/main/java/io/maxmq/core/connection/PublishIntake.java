package io.maxmq.core.connection;

import io.maxmq.codec.MalformedPacketException;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.Utf8;
import io.maxmq.codec.topic.TopicName;
import io.maxmq.codec.wire.PublishView;
import io.maxmq.core.access.CallerLoop;
import io.maxmq.core.access.ClientAccess;
import io.maxmq.core.limit.MemoryCredit.Lasting;
import io.maxmq.core.observe.Counter;
import io.maxmq.core.observe.TenantCounters;
import io.maxmq.core.routing.RoutedMessage;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.core.routing.Topic;
import io.maxmq.core.routing.TopicTable;
import io.maxmq.core.session.ApplicationMessages;
import io.maxmq.core.session.Session;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.Message;
import io.maxmq.spi.auth.Action;
import io.maxmq.spi.auth.Authorization;
import io.maxmq.spi.auth.ClientLimits;
import io.maxmq.spi.event.BrokerEvent.Initiator;
import io.maxmq.spi.intercept.Decision;
import io.maxmq.spi.limit.ConnectionLimiter;
import io.maxmq.spi.limit.RateDecision;
import java.util.Optional;
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
    private final LoopServices here;
    private final Session session;
    private final ClientAccess access;
    private final @Nullable TenantCounters tenantCounters;
    private final ConnectionLimiter limiter;
    private final boolean limited;

    /** Null when nobody intercepts what is published. */
    private final @Nullable Passage passage;

    private final int maxQos;
    private final int topicAliasMaximum;
    private final boolean retainAvailable;
    private final boolean checksPayload;

    /** Null when nothing that is published is rewritten. */
    private final @Nullable TopicRewriter rewriter;

    /** A longer name is looked up each time, rather than kept by every connection. */
    private static final int MAX_REMEMBERED_BYTES = 512;

    private @Nullable Topic lastTopic;
    private @Nullable Topic @Nullable [] aliases;

    PublishIntake(
            Connection connection,
            Connections home,
            LoopServices here,
            HandshakeResult established,
            ConnectionLimiter limiter) {
        this.connection = connection;
        this.home = home;
        this.here = here;
        this.session = established.session();
        this.access = established.access();
        this.tenantCounters = session.routes().counters(here.loop().index());
        this.limiter = limiter;
        this.limited = limiter != ConnectionLimiter.NONE;
        this.passage = home.interceptors().interceptsPublish() ? new Passage() : null;
        ClientLimits limits = established.limits();
        this.maxQos = Math.min(
                home.capabilities().maximumQos().code(),
                limits.maximumQos().orElse(QoS.EXACTLY_ONCE).code());
        this.topicAliasMaximum = limits.topicAliasMaximum().orElse(home.limits().topicAliasMaximum());
        this.retainAvailable = home.capabilities().retainAvailable();
        this.checksPayload = home.capabilities().payloadFormatChecked();
        this.rewriter = home.rewriter().rewritesPublish() ? home.rewriter() : null;
    }

    /** What this client may do. */
    ClientAccess access() {
        return access;
    }

    void onPublish(PublishView publish) throws MalformedPacketException {
        Topic topic = lastTopic;
        if (topic == null || publish.topicAlias() != 0 || !publish.topicEquals(topic.utf8())) {
            topic = resolve(publish);
            lastTopic = topic.utf8().length <= MAX_REMEMBERED_BYTES ? topic : null;
        }
        int qos = publish.qosCode();
        boolean retain = publish.retain();
        if (qos > maxQos || (retain && !retainAvailable)) {
            refuseCapability(qos);
        }
        here.loop().counters().increment(Connections.receivedAt(qos));
        if (tenantCounters != null) {
            tenantCounters.add(TenantCounters.Kind.RECEIVED, 1);
        }

        RoutedMessage message = here.inTransit();
        message.begin(rewriter == null ? topic : rewritten(rewriter, topic), qos, retain, session);
        readBody(publish, message);
        if (qos == 0 && home.overload().shedsQos0()) {
            drop(message, DropReason.OVERLOAD);
            return;
        }
        if (limited && !withinRate(publish, message)) {
            return;
        }
        if (checksPayload && publish.payloadIsText() && !isText(publish)) {
            refusePayload(message, qos, publish.packetId());
            return;
        }
        if (passage != null && passage.isWanted(message) && !(qos == 2 && session.isRepeated(publish.packetId()))) {
            passage.begin(message, qos, publish.packetId());
        } else {
            proceed(message, qos, publish.packetId());
        }
    }

    /** From here on the message is what it will be: may it be published? */
    private void proceed(RoutedMessage message, int qos, int packetId) {
        if (message.topic().startsWithDollar() && !isOpen(message, qos, packetId)) {
            return;
        }
        Authorization decision = access.publishDecision(message.topic(), QoS.of(message.qos()), message.retain());
        if (decision instanceof Authorization.Allowed) {
            pass(message, qos, packetId);
        } else if (decision instanceof Authorization.Denied denied) {
            deny(message, qos, packetId, denied);
        } else {
            ask(message, qos, packetId);
        }
    }

    /** Judges a topic that begins with {@code $}; from here on a delayed message has the topic that it is for. */
    private boolean isOpen(RoutedMessage message, int qos, int packetId) {
        DollarTopics dollarTopics = home.dollarTopics();
        if (dollarTopics.isDelayed(message.topic())) {
            DelayedTopic delayed = dollarTopics.delayed(message.topic().name());
            if (delayed == null) {
                drop(message, DropReason.INVALID_TOPIC);
                session.refusePublish(qos, packetId, ReasonCode.TOPIC_NAME_INVALID);
                return false;
            }
            int loop = here.loop().index();
            Topic topic = ApplicationMessages.topic(session.routes().topics(), loop, delayed.topic());
            message.redirect(topic);
            message.delaySeconds(delayed.seconds());
        }
        if (dollarTopics.isClosed(message.topic())) {
            deny(message, qos, packetId, Authorization.denied());
            return false;
        }
        return true;
    }

    private void readBody(PublishView publish, RoutedMessage message) {
        message.payload(publish.bytes(), publish.payloadStart(), publish.payloadLength());
        if (publish.propertiesLength() == 0) {
            return;
        }
        int properties = publish.forwardPropertiesLength();
        if (properties > 0) {
            byte[] scratch = here.scratch(properties);
            publish.copyForwardProperties(scratch, 0);
            message.properties(scratch, 0, properties);
        }
        long expirySeconds = publish.messageExpirySeconds();
        if (expirySeconds >= 0) {
            message.expiresAtMillis(here.loop().expiryMillis() + expirySeconds * 1000);
        }
    }

    private void pass(RoutedMessage message, int qos, int packetId) {
        if (!session.onPublish(message, qos, packetId)) {
            connection.end(
                    Initiator.BROKER,
                    ReasonCode.RECEIVE_MAXIMUM_EXCEEDED,
                    "more than " + session.receiveMaximum() + " unacknowledged PUBLISH packets");
        }
    }

    private void deny(RoutedMessage message, int qos, int packetId, Authorization.Denied denied) {
        here.loop().counters().increment(Counter.AUTHORIZATIONS_DENIED);
        drop(message, DropReason.NOT_AUTHORIZED);
        session.refusePublish(qos, packetId, denied.reasonCode());
    }

    private void drop(RoutedMessage message, DropReason reason) {
        here.drops().dropped(session.key(), message, reason);
    }

    // ---- topics

    private Topic rewritten(TopicRewriter by, Topic topic) {
        return by.published(topic, session.routes().topics(), here.loop().index());
    }

    private Topic resolve(PublishView publish) throws MalformedPacketException {
        int alias = publish.topicAlias();
        if (alias == 0) {
            return intern(publish);
        }
        if (alias > topicAliasMaximum) {
            throw new MalformedPacketException(
                    ReasonCode.TOPIC_ALIAS_INVALID, "topic alias is above " + topicAliasMaximum + ": " + alias);
        }
        @Nullable Topic[] known = aliases;
        if (known == null) {
            known = new Topic[topicAliasMaximum + 1];
            aliases = known;
        }
        if (publish.topicLength() > 0) {
            Topic topic = intern(publish);
            chargeAlias(known[alias], topic);
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

    private void chargeAlias(@Nullable Topic before, Topic now) throws MalformedPacketException {
        if (before != null) {
            connection.uncharge(bytesOf(before));
        }
        if (!connection.charge(bytesOf(now), Lasting.STATE)) {
            throw new MalformedPacketException(ReasonCode.QUOTA_EXCEEDED, "no memory for another topic alias");
        }
    }

    private static long bytesOf(Topic topic) {
        return 2L * topic.utf8().length;
    }

    private Topic intern(PublishView publish) throws MalformedPacketException {
        TopicTable topics = session.routes().topics();
        int loop = here.loop().index();
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

    private static boolean isText(PublishView publish) {
        return Utf8.isWellFormedPayload(publish.bytes(), publish.payloadStart(), publish.payloadLength());
    }

    /** §3.3.2.3.2; QoS 0 has no answer but the end of the connection. */
    private void refusePayload(RoutedMessage message, int qos, int packetId) throws MalformedPacketException {
        drop(message, DropReason.PAYLOAD_FORMAT);
        if (qos == 0) {
            throw new MalformedPacketException(
                    ReasonCode.PAYLOAD_FORMAT_INVALID, "payload is not the UTF-8 that its format indicator says");
        }
        session.refusePublish(
                qos,
                packetId,
                ReasonCode.PAYLOAD_FORMAT_INVALID,
                "payload is not the UTF-8 that its format indicator says");
    }

    /** Asks the rate limiter; false when the message goes no further. */
    private boolean withinRate(PublishView publish, RoutedMessage message) {
        RateDecision decision = home.rates().acquirePublish(limiter, publish.packetLength(), connection);
        if (decision instanceof RateDecision.Allow) {
            return true;
        }
        if (decision instanceof RateDecision.Pause pause) {
            connection.pauseForRate(pause);
            return true;
        }
        if (decision instanceof RateDecision.Drop) {
            drop(message, DropReason.RATE_LIMIT);
            session.refusePublish(message.qos(), publish.packetId(), ReasonCode.QUOTA_EXCEEDED);
        } else {
            connection.end(Initiator.BROKER, ReasonCode.MESSAGE_RATE_TOO_HIGH, "PUBLISH rate too high");
        }
        return false;
    }

    private void ask(RoutedMessage message, int qos, int packetId) {
        Question question = new Question(message, qos, packetId);
        long begin = System.nanoTime();
        access.publish(
                message.topic(),
                new Action.Publish(message.topic().name(), QoS.of(message.qos()), message.retain()),
                question);
        here.loop().workSince(begin);
        question.asked();
    }

    /** Asks about one PUBLISH; when the answer takes time, keeps the message and holds the packets behind it. */
    private final class Question implements Consumer<Authorization> {
        private final RoutedMessage message;
        private final int qos;
        private final int packetId;
        private final int delaySeconds;
        private final PacketHold hold = new PacketHold(connection, InputGate.AUTHORIZER);
        private @Nullable StoredMessage kept;
        private @Nullable Authorization answer;

        Question(RoutedMessage message, int qos, int packetId) {
            this.message = message;
            this.qos = qos;
            this.packetId = packetId;
            this.delaySeconds = message.delaySeconds();
        }

        void asked() {
            if (answer != null) {
                act(answer);
                return;
            }
            StoredMessage waiting = message.keep();
            if (hold.begin(waiting.bytes())) {
                kept = waiting;
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
            message.delaySeconds(delaySeconds);
            act(decision);
            hold.end();
        }

        private void act(Authorization decision) {
            if (decision instanceof Authorization.Allowed) {
                pass(message, qos, packetId);
            } else if (decision instanceof Authorization.Denied denied) {
                deny(message, qos, packetId, denied);
            }
        }
    }

    /**
     * Takes PUBLISH packets through the interceptors, one at a time: when they take time, keeps it and holds the packets behind
     * it.
     */
    private final class Passage implements Consumer<Decision<Message>> {
        private final Optional<ClientInfo> publisher = Optional.of(access.client());
        private final CallerLoop caller = connection.caller();
        private int qos;
        private int packetId;

        /** The decision of a stage that was complete: it comes to {@link #accept} during the call. */
        private @Nullable Decision<Message> early;

        private final PacketHold hold = new PacketHold(connection, InputGate.PLUGIN);
        private @Nullable StoredMessage kept;
        private @Nullable Message keptShown;

        boolean isWanted(RoutedMessage message) { // hot: per message
            return home.interceptors().wantsPublish(publisher, message);
        }

        void begin(RoutedMessage message, int messageQos, int messagePacketId) { // hot: per message
            qos = messageQos;
            packetId = messagePacketId;
            // Only what expires needs the time, which costs as much as the rest of this.
            long epochMillis = message.expiresAtMillis() == 0 ? 0 : here.loop().expiryMillis();
            Message shown = ApplicationMessages.copy(message, epochMillis);
            Decision<Message> decision = home.interceptors().publishNow(publisher, shown, caller, this);
            if (decision instanceof Decision.Later) {
                decision = early;
                early = null;
            }
            if (decision != null) {
                end(decision, message, shown);
                return;
            }
            StoredMessage waiting = message.keep();
            if (hold.begin(2L * waiting.bytes())) { // what is shown is a copy of its own
                kept = waiting;
                keptShown = shown;
            }
        }

        @Override
        public void accept(Decision<Message> decision) {
            StoredMessage waited = kept;
            Message shown = keptShown;
            if (waited == null || shown == null) {
                early = decision;
                return;
            }
            kept = null;
            keptShown = null;
            if (connection.isClosed()) {
                return;
            }
            RoutedMessage message = here.inTransit();
            message.begin(waited, session);
            end(decision, message, shown);
            hold.end();
        }

        private void end(Decision<Message> decision, RoutedMessage message, Message before) { // hot: per message
            if (decision instanceof Decision.Proceed) {
                proceed(message, qos, packetId);
                return;
            }
            if (decision instanceof Decision.Change<Message> change) {
                goOnAs(change.value(), message, before);
                return;
            }
            drop(message, DropReason.INTERCEPTED);
            if (decision instanceof Decision.Refuse<Message> refusal) {
                session.refusePublish(qos, packetId, refusal.reasonCode(), refusal.reason());
            } else {
                session.refusePublish(qos, packetId, ReasonCode.SUCCESS);
            }
        }

        private void goOnAs(Message subject, RoutedMessage message, Message before) {
            if (subject.equals(before) || becomes(subject, message)) {
                proceed(message, qos, packetId);
            } else {
                drop(message, DropReason.INTERCEPTED);
                session.refusePublish(qos, packetId, ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR);
            }
        }

        /** False when it cannot be published: its topic is none, or a text has what MQTT does not allow. */
        private boolean becomes(Message subject, RoutedMessage message) {
            try {
                String problem =
                        TopicName.problem(subject.topic(), home.limits().maxTopicLevels());
                if (problem != null) {
                    throw new IllegalArgumentException("topic name " + problem);
                }
                int loop = here.loop().index();
                ApplicationMessages.begin(
                        message,
                        subject,
                        ApplicationMessages.topic(session.routes().topics(), loop, subject.topic()),
                        session,
                        here.loop().expiryMillis());
                return true;
            } catch (IllegalArgumentException e) {
                home.interceptors().reportInvalidMessage(e);
                return false;
            }
        }
    }
}
