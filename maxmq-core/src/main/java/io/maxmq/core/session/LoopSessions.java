package io.maxmq.core.session;

import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.codec.topic.TopicName;
import io.maxmq.config.SessionLimits;
import io.maxmq.core.access.Access;
import io.maxmq.core.access.CallerLoop;
import io.maxmq.core.intercept.DeliveryObservers;
import io.maxmq.core.intercept.Interceptors;
import io.maxmq.core.intercept.RecipientInterceptors;
import io.maxmq.core.loop.Loop;
import io.maxmq.core.observe.Counter;
import io.maxmq.core.persistence.DelayedRecord;
import io.maxmq.core.persistence.LoopRecords;
import io.maxmq.core.persistence.SessionRecord;
import io.maxmq.core.persistence.SubscriptionRecord;
import io.maxmq.core.persistence.WriteCallback;
import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.core.routing.MessageIds;
import io.maxmq.core.routing.RoutedMessage;
import io.maxmq.core.routing.Router;
import io.maxmq.core.routing.Routes;
import io.maxmq.core.routing.SharedGroup;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.core.routing.Topic;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Message;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.event.BrokerEvent.Initiator;
import io.maxmq.spi.event.BrokerEvent.SessionEnd;
import io.maxmq.spi.intercept.Decision;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of one event loop: finds, makes, takes over and ends them, and holds what they share. Since a client id
 * has one loop for ever, all of this is single-threaded.
 *
 * <p>Runs on its loop. Not thread-safe.
 */
public final class LoopSessions {
    /** What came of a CONNECT. */
    public sealed interface Connected {
        /** The session is attached; {@code present} is CONNACK's Session Present (MQTT 5.0 §3.2.2.1.1). */
        record Attached(Session session, boolean present) implements Connected {}

        record Refused(ReasonCode reason, String detail) implements Connected {}
    }

    private final Loop loop;
    private final Router router;
    private final SessionLimits limits;
    private final int receiveMaximum;
    private final Access access;
    private final boolean belongToUsers;
    private final Interceptors interceptors;
    private final Function<Tenant, Routes> routesOf;
    private final SessionStorage storage;
    private final @Nullable StoredSessions stored;
    /** Null when nobody observes deliveries. */
    private final @Nullable ObservedDeliveries observed;

    private final EndedSessions ended;
    private final MessageMemory memory;
    private final SessionMemory sessionMemory;
    private final SessionEvents events;
    private final DroppedMessages drops;
    private final SessionQuotas quotas;
    private final RoutedMessage again;
    private final WillPublication wills;
    private final InterruptedQos2 cutOff;
    private final RoutedMessage retained;
    private final RoutedMessage changed;
    private final DelayedMessages delayed;
    private final Publications publications;
    private final Expiries expiries;
    private final SessionSlots slots = new SessionSlots();
    private final SessionTable sessions = new SessionTable(slots);
    private final Set<Routes> toCompact = new HashSet<>();
    private boolean compacting;
    private long sequenceFloor;
    private boolean closing;
    private AlreadyThere alreadyThere = AlreadyThere.NOTHING;

    /** What the sessions of a loop are made with. */
    public record Settings(
            SessionLimits limits,
            boolean belongToUsers,
            int receiveMaximum,
            Access access,
            Interceptors interceptors,
            SessionQuotas quotas,
            DelayedCount delayed,
            Function<Tenant, Routes> routes) {}

    public LoopSessions(
            Loop loop,
            CallerLoop caller,
            Router router,
            MessageIds ids,
            Settings settings,
            SessionStorage storage,
            SessionEvents events,
            DroppedMessages drops) {
        this.loop = loop;
        this.router = router;
        this.limits = settings.limits();
        this.belongToUsers = settings.belongToUsers();
        this.receiveMaximum = settings.receiveMaximum();
        this.access = settings.access();
        this.interceptors = settings.interceptors();
        this.routesOf = settings.routes();
        this.quotas = settings.quotas();
        this.storage = storage;
        LoopRecords records = storage.records();
        this.stored = records == null ? null : new StoredSessions(records.store());
        this.ended = new EndedSessions(storage.journal(), stored);
        this.sequenceFloor = storage.journal().firstSequence();
        this.memory = new MessageMemory(loop.credit(), loop.counters());
        this.sessionMemory = new SessionMemory(loop.credit());
        this.events = events;
        router.onRetained(events.retained());
        router.onUnmatched(events::unmatched);
        this.drops = drops;
        drops.clients(key -> {
            Session session = find(key);
            return session == null ? null : session.client();
        });
        DeliveryObservers observers = interceptors.observers();
        this.observed = observers == null ? null : new ObservedDeliveries(observers, loop);
        RecipientInterceptors ofRecipients = interceptors.recipients();
        if (ofRecipients != null) {
            InterceptedRecipients rules = new InterceptedRecipients(ofRecipients, loop, drops);
            router.recipientRules(
                    ofRecipients.interceptsPlain() ? rules : null, ofRecipients.interceptsShared() ? rules : null);
        }
        this.again = new RoutedMessage(ids);
        this.wills = new WillPublication(this, caller, settings.access(), interceptors, events, new RoutedMessage(ids));
        this.cutOff = new InterruptedQos2(this);
        this.retained = new RoutedMessage(ids);
        this.changed = new RoutedMessage(ids);
        this.expiries = new Expiries(loop);
        this.delayed =
                new DelayedMessages(this, settings.delayed(), new AuthorRights(settings.access(), caller, loop), ids);
        this.publications = new Publications(loop, router, drops, delayed);
    }

    public Loop loop() {
        return loop;
    }

    Routes routesOf(Tenant tenant) {
        return routesOf.apply(tenant);
    }

    Router router() {
        return router;
    }

    SessionLimits limits() {
        return limits;
    }

    /** Unacknowledged QoS 1 and 2 packets that an MQTT 5.0 client may have sent (§3.2.2.3.3). */
    int receiveMaximum() {
        return receiveMaximum;
    }

    /** Whether deliveries are authorised one by one, and not only subscriptions. */
    boolean authorizesReceive() {
        return access.authorizesReceive();
    }

    SessionJournal journal() {
        return storage.journal();
    }

    /** Where sessions are written; null without storage. */
    @Nullable
    StoredSessions stored() {
        return stored;
    }

    /** When those end whose clients are away. */
    Expiries expiries() {
        return expiries;
    }

    /** Has what storage has of ended sessions removed. */
    EndedSessions ended() {
        return ended;
    }

    /** Whether the broker is closing: what storage has stays there. */
    boolean isClosing() {
        return closing;
    }

    /** Where the sequences of a session begin: above those of any session of the same client, in this broker or one before. */
    long firstSequence() {
        return sequenceFloor;
    }

    /** A session forgets which sequences it has given: others begin at this one or above. */
    void sequencesUsed(long next) {
        sequenceFloor = Math.max(sequenceFloor, next);
    }

    /** While a start goes on with what a crash has cut off: asked about each message for a durable session. */
    public void alreadyThere(AlreadyThere known) {
        alreadyThere = known;
    }

    boolean hasAlready(Session client, FilterSubscription by, RoutedMessage message) {
        return alreadyThere != AlreadyThere.NOTHING && hasAlready(client.key(), by, message);
    }

    boolean hasAlready(SessionKey client, FilterSubscription by, RoutedMessage message) {
        return alreadyThere != AlreadyThere.NOTHING
                && alreadyThere.has(
                        client, by.share() == null ? null : by.filter().toString(), message.idHigh(), message.idLow());
    }

    /** A message goes from one member of a shared subscription, or from its queue, to another. */
    void passesOn(Routes routes, SharedGroup group, StoredMessage message) {
        if (alreadyThere != AlreadyThere.NOTHING) {
            String filter = group.filter().toString();
            alreadyThere.passesOn(new SessionKey(routes.tenant(), filter), filter, message.idHigh(), message.idLow());
        }
    }

    /** What this loop keeps in storage; null when there is none. */
    public @Nullable LoopRecords records() {
        return storage.records();
    }

    /** What these sessions themselves take. */
    SessionMemory sessionMemory() {
        return sessionMemory;
    }

    /** What the messages that these sessions hold take. */
    MessageMemory memory() {
        return memory;
    }

    /** Entry point of the messages that clients publish. */
    Publications publications() {
        return publications;
    }

    /** Takes a delayed message over that a broker before this one has left; its record has this number. */
    public void restoreDelayed(SessionKey publisher, Routes routes, DelayedRecord record, long number) {
        StoredMessage message = record.message().toMessage(Topic::of, null).toRetain();
        delayed.restore(publisher, routes, message, record, number);
    }

    /** Routes what of those is due, and the rest in its time: when all is there that it could be routed to. */
    public void beginRestoredDelayed() {
        delayed.beginRestored();
    }

    DroppedMessages drops() {
        return drops;
    }

    /** Who is told what becomes of messages; null when nobody is. */
    @Nullable
    ObservedDeliveries observed() {
        return observed;
    }

    SessionEvents events() {
        return events;
    }

    /** How many sessions live here, online or not. */
    public int size() {
        return sessions.size();
    }

    /** Null when there is none. */
    public @Nullable Session find(SessionKey key) {
        return sessions.get(key);
    }

    /**
     * Runs {@code action} when everything that a CONNECT of this client is judged by is in memory: at once, unless a broker
     * before this one has left a session that nobody has needed yet.
     *
     * @param begins whether the CONNECT resumes no session, even if there is one
     * @param action told what went wrong when it cannot be read
     */
    public void prepare(SessionKey key, boolean begins, WriteCallback action) {
        Session session = sessions.get(key);
        if (session == null || begins || session.isLoaded()) {
            action.onWritten(null);
        } else {
            session.load(failure -> {
                Session now = sessions.get(key);
                if (now == null) {
                    action.onWritten(null); // it has ended meanwhile: the client has none
                } else if (now != session) {
                    action.onWritten(new IllegalStateException("the client has come by another connection"));
                } else {
                    action.onWritten(failure);
                }
            });
        }
    }

    /** Why this client may have no session: its client id has one that belongs to another user. Null when it may. */
    public Connected.@Nullable Refused refusal(SessionKey key, ClientInfo client) {
        Session session = sessions.get(key);
        return session == null || use(session, SessionOwner.of(client)) != SessionOwner.Use.REFUSED
                ? null
                : new Connected.Refused(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID, "the session belongs to another user");
    }

    /** The session that a CONNECT of this client would resume now; null when it would begin one, or is refused. */
    public @Nullable Session resumable(SessionKey key, ClientInfo client) {
        Session session = sessions.get(key);
        return session == null
                        || client.cleanStart()
                        || use(session, SessionOwner.of(client)) != SessionOwner.Use.RESUMES
                ? null
                : session;
    }

    private SessionOwner.Use use(Session session, SessionOwner client) {
        return belongToUsers ? session.owner().useBy(client) : SessionOwner.Use.RESUMES;
    }

    /**
     * Attaches a connection to the client's session, which is made if need be (§3.1.4). Another connection of the same
     * client is told 0x8E and closed; but a session belongs to the user who made it ({@link SessionOwner}), and another user's
     * CONNECT leaves it and its connection alone.
     */
    public Connected connect(SessionKey key, Routes routes, SessionSetup setup, PacketSink connection) {
        assert loop.inLoop();
        Connected.Refused refusal = refusal(key, setup.client());
        if (refusal != null) {
            return refusal;
        }
        SessionOwner owner = SessionOwner.of(setup.client());
        String user = owner.user();
        Session session = sessions.get(key);
        boolean replacesOwner = session != null && use(session, owner) == SessionOwner.Use.REPLACES;
        boolean startsAnew = setup.client().cleanStart() || replacesOwner;
        boolean begins = session == null || session.endsWhenTakenOver(startsAnew);
        SessionQuotas.Room room = !begins ? SessionQuotas.Room.YES : roomFor(key.tenant(), user, session);
        if (room != SessionQuotas.Room.YES) {
            return new Connected.Refused(ReasonCode.QUOTA_EXCEEDED, room.detail());
        }
        Session next = session == null || begins ? new Session(this, key, routes, owner) : session;
        long reservedBytes = begins ? next.reserve(setup.will(), session) : next.reserveWill(setup.will());
        if (reservedBytes < 0) {
            if (begins) {
                quotas.remove(key.tenant(), user);
            }
            return new Connected.Refused(
                    ReasonCode.QUOTA_EXCEEDED, begins ? "no memory for another session" : "no memory for the will");
        }
        // Nothing refuses the client from here on: only now may what was before end.
        boolean replaces = false;
        if (session != null) {
            takeOver(session, setup.client());
            if (startsAnew && !session.isEnded()) { // the old connection's end may have ended it
                replaces = session.isDurable();
                end(session, SessionEnd.CLEAN_START);
            }
        }
        if (begins) {
            next.settle(setup.will(), reservedBytes);
            if (setup.expirySeconds() != 0) {
                replaces |= ended.replace(key);
            }
            next.slot = slots.add(next);
            sessions.add(next);
            routes.hold();
            events.created(next);
        } else {
            next.settleWill(setup.will(), reservedBytes);
            events.resumed(next);
        }
        next.attach(connection, setup);
        if (stored != null) {
            next.store(stored, replaces);
        }
        return new Connected.Attached(next, !begins);
    }

    /** @param before in whose place it comes, which ends next; null when there is none */
    private SessionQuotas.Room roomFor(Tenant tenant, @Nullable String user, @Nullable Session before) {
        SessionQuotas.Room room =
                before == null ? quotas.tryAdd(tenant, user) : quotas.tryAddInPlaceOf(tenant, before.user(), user);
        Counter refused = room.counter();
        if (refused != null) {
            loop.counters().increment(refused);
        }
        return room;
    }

    private void takeOver(Session session, ClientInfo by) {
        PacketSink old = session.sink();
        if (old == null) {
            return;
        }
        events.takenOver(by, old.remoteAddress());
        session.detach(old, true);
        old.disconnect(ReasonCode.SESSION_TAKEN_OVER, "the client has connected again");
    }

    /** Ends a session now: its subscriptions and messages go, its will is published if it has one pending. */
    void end(Session session, SessionEnd why) {
        if (sessions.remove(session)) {
            slots.remove(session.slot);
            quotas.remove(session.tenant(), session.user());
            session.routes().release();
            sequencesUsed(session.nextSequence());
            int dropped = session.end(why != SessionEnd.BROKER_CLOSED);
            events.ended(session, why, dropped);
        }
    }

    /** Ends the client's connection, if it has one; what becomes of the session is as after any close. */
    public boolean disconnect(SessionKey key, ReasonCode reason, String detail) {
        Session session = sessions.get(key);
        PacketSink connection = session == null ? null : session.sink();
        if (connection == null) {
            return false;
        }
        connection.disconnect(Initiator.ADMINISTRATOR, reason, detail);
        return true;
    }

    /** Ends the client's connection, if it has one, and tells it where else to connect. */
    public boolean redirect(SessionKey key, String serverReference, boolean permanent) {
        Session session = sessions.get(key);
        PacketSink connection = session == null ? null : session.sink();
        if (connection == null) {
            return false;
        }
        connection.redirect(permanent ? ReasonCode.SERVER_MOVED : ReasonCode.USE_ANOTHER_SERVER, serverReference);
        return true;
    }

    /** Ends the client's session for good, and its connection with it; false when there is none. */
    public boolean purge(SessionKey key) {
        Session session = sessions.get(key);
        if (session == null) {
            return false;
        }
        PacketSink connection = session.sink();
        if (connection != null) {
            connection.disconnect(Initiator.ADMINISTRATOR, ReasonCode.ADMINISTRATIVE_ACTION, "the session is purged");
        }
        end(session, SessionEnd.PURGED);
        return true;
    }

    // ---- what a broker before this one has left

    /** Makes a durable session again; what it has of messages stays in storage until it is needed. */
    public Session restore(SessionKey key, Routes routes, SessionRecord record) {
        assert loop.inLoop();
        Session session = new Session(this, key, routes, new SessionOwner(record.owner(), record.claimed()));
        session.overcharge();
        quotas.add(key.tenant(), session.user());
        long sentUpTo = record.connected() ? storage.journal().firstSequence() - 1 : record.sentUpTo();
        session.restore(record.expirySeconds(), record.automatic(), sentUpTo);
        session.slot = slots.add(session);
        sessions.add(session);
        routes.hold();
        return session;
    }

    /**
     * Has a restored session end when it is due, as its client has been away since then.
     *
     * @param isNew whether that is written down from now on, so that its time goes on through the next start
     */
    public void restoreExpiry(SessionKey key, long awaySinceMillis, boolean isNew) {
        Session session = sessions.get(key);
        if (session != null) {
            session.restoreExpiry(awaySinceMillis, isNew ? stored : null);
        }
    }

    /**
     * The will of a client that has gone; it is due then, unless the client comes before.
     *
     * @param isNew whether that is written down from now on, so that its time goes on through the next start
     */
    public void restoreWill(SessionKey key, Routes routes, SessionWill will, long dueAtMillis, boolean isNew) {
        assert loop.inLoop();
        Session session = sessions.get(key);
        long left = dueAtMillis - loop.expiryMillis();
        if (stored != null) {
            stored.restored(key, will, isNew && left > 0 ? dueAtMillis : 0);
        }
        if (session != null) {
            session.restoreWill(will, dueAtMillis);
        } else if (left <= 0) {
            publishWill(will, routes);
        } else {
            loop.schedule(left * 1_000_000L, () -> publishUnlessReplaced(key, routes, will));
        }
    }

    /** Adds a subscription that a restored session has; without effect when there is no such session. */
    public void restoreSubscription(SessionKey key, TopicFilter filter, SubscriptionRecord record) {
        Session session = sessions.get(key);
        if (session != null) {
            session.subscribing().restore(filter, record);
        }
    }

    /** Messages of QoS 2 whose routing the end of the broker before this one has cut off. */
    public InterruptedQos2 cutOff() {
        return cutOff;
    }

    /** Its client may have come meanwhile, with another will or none. */
    private void publishUnlessReplaced(SessionKey key, Routes routes, SessionWill will) {
        if (stored != null && stored.isPending(key, will)) {
            publishWill(will, routes);
        }
    }

    /** One more than the highest number of a session here; see {@link #at}. */
    public int slots() {
        return slots.end();
    }

    /**
     * The session of this number, 0 to {@link #slots} - 1, or null. It keeps its number for as long as it lives, so a walk by
     * number meets each that stays exactly once, however long it pauses.
     */
    public @Nullable Session at(int slot) {
        return slots.get(slot);
    }

    /**
     * The broker closes: from now on nothing that is written for the next start is taken back. On every loop before any of them
     * {@link #close closes}, as a loop that has closed takes no message.
     */
    public void beginClosing() {
        closing = true;
    }

    /** Ends all sessions as the broker closes; their wills are not published: the broker's end is no client's failure. */
    public void close() {
        closing = true;
        for (int slot = 0; slot < slots.end(); slot++) {
            Session session = slots.get(slot);
            if (session != null) {
                session.leaveWill();
                end(session, SessionEnd.BROKER_CLOSED);
            }
        }
        delayed.close();
    }

    /** Publishes a will that is due, as interceptors let it, and if the client may still publish there. */
    void publishWill(SessionWill due, Routes routes) {
        wills.publish(due, routes);
    }

    /** Whether {@link #intercepted} may change anything. */
    boolean intercepts() {
        return interceptors.interceptsDelivery();
    }

    /**
     * A message on its way to a client as interceptors let it: the same flyweight when nobody changes it, null when the
     * client is not to have it, or what they have made of it cannot be sent. Valid until the next call.
     */
    @Nullable
    RoutedMessage intercepted(@Nullable ClientInfo recipient, RoutedMessage message) {
        if (recipient == null || !interceptors.interceptsDelivery()) {
            return message;
        }
        Message before = ApplicationMessages.copy(message, loop.expiryMillis());
        Decision<Message> decision = interceptors.deliver(recipient, before);
        if (!(decision instanceof Decision.Change<Message> change)) {
            return decision instanceof Decision.Proceed ? message : null;
        }
        Message after = change.value();
        try {
            String topic = TopicName.of(after.topic()).text();
            ApplicationMessages.begin(
                    changed,
                    after,
                    ApplicationMessages.topic(routesOf.apply(recipient.tenant()).topics(), loop.index(), topic),
                    null,
                    loop.expiryMillis());
            return changed;
        } catch (IllegalArgumentException unfit) {
            interceptors.reportInvalidDelivery(unfit);
            return null;
        }
    }

    /**
     * Gives back what removed subscriptions have left behind in the tenant's trees: at the end of the iteration, when this loop
     * walks no match, and in later turns what one has no time for.
     */
    public void compactLater(Routes routes) {
        if (toCompact.add(routes) && toCompact.size() == 1 && !compacting) {
            loop.defer(this::compact);
        }
    }

    private void compact() {
        toCompact.removeIf(each -> !each.compact(loop.index()));
        compacting = !toCompact.isEmpty();
        if (compacting) {
            loop.executeNextTurn(this::compact);
        }
    }

    /** The flyweight for a message that this loop keeps: queued or in flight. Valid until the next call. */
    RoutedMessage again(StoredMessage message) {
        return again(message, null);
    }

    /** The same for one whose publisher counts: No Local is about it. */
    RoutedMessage again(StoredMessage message, @Nullable Session publisher) {
        again.begin(message, publisher);
        return again;
    }

    /** The flyweight for a retained message, which any loop may have kept. Valid until the next call. */
    RoutedMessage retained(StoredMessage message) {
        retained.beginForeign(message);
        return retained;
    }
}
