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
 * The sessions of one event loop: lookup, creation, takeover, end, and shared services. A client id always belongs to
 * the same loop, so all of this is single-threaded.
 *
 * <p>Runs on its loop. Not thread-safe.
 */
public final class LoopSessions {
    /** Outcome of a CONNECT. */
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
    /** Null without a delivery observer. */
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

    /** Settings and services shared by the sessions of a loop. */
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

    /** Returns the number of unacknowledged QoS 1 and 2 packets that an MQTT 5.0 client may have sent (§3.2.2.3.3). */
    int receiveMaximum() {
        return receiveMaximum;
    }

    /** Returns whether each delivery is authorized, in addition to subscriptions. */
    boolean authorizesReceive() {
        return access.authorizesReceive();
    }

    SessionJournal journal() {
        return storage.journal();
    }

    /** Returns the writer of session records; null without storage. */
    @Nullable
    StoredSessions stored() {
        return stored;
    }

    /** Returns the expiry deadlines of sessions whose clients are offline. */
    Expiries expiries() {
        return expiries;
    }

    /** Returns the cleaner that deletes the records of ended sessions. */
    EndedSessions ended() {
        return ended;
    }

    /** Returns whether the broker is closing, after which records remain in storage. */
    boolean isClosing() {
        return closing;
    }

    /**
     * Returns the first sequence of a new session: above the sequences of any earlier session of the same client, in
     * this run or a previous one.
     */
    long firstSequence() {
        return sequenceFloor;
    }

    /** Raises {@link #firstSequence} to {@code next} when a session drops its outbound state. */
    void sequencesUsed(long next) {
        sequenceFloor = Math.max(sequenceFloor, next);
    }

    /**
     * Sets the lookup of deliveries made before a crash. It is used for each message to a durable session while a start
     * continues interrupted routing.
     */
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

    /**
     * Notes that a message moves from a member of a shared subscription, or from its group queue, to another member.
     */
    void passesOn(Routes routes, SharedGroup group, StoredMessage message) {
        if (alreadyThere != AlreadyThere.NOTHING) {
            String filter = group.filter().toString();
            alreadyThere.passesOn(new SessionKey(routes.tenant(), filter), filter, message.idHigh(), message.idLow());
        }
    }

    /** Returns this loop's records in storage; null without storage. */
    public @Nullable LoopRecords records() {
        return storage.records();
    }

    /** Returns the memory accounting of the sessions, without their messages. */
    SessionMemory sessionMemory() {
        return sessionMemory;
    }

    /** Returns the memory accounting of the sessions' messages. */
    MessageMemory memory() {
        return memory;
    }

    /** Returns the entry point of client publications. */
    Publications publications() {
        return publications;
    }

    /**
     * Restores a delayed message from a previous run.
     *
     * @param number number of its record
     */
    public void restoreDelayed(SessionKey publisher, Routes routes, DelayedRecord record, long number) {
        StoredMessage message = record.message().toMessage(Topic::of, null).toRetain();
        delayed.restore(publisher, routes, message, record, number);
    }

    /**
     * Routes the restored delayed messages that are due, and schedules the others. Called when all their possible
     * recipients are restored.
     */
    public void beginRestoredDelayed() {
        delayed.beginRestored();
    }

    DroppedMessages drops() {
        return drops;
    }

    /** Returns the reporter for delivery observers; null without an observer. */
    @Nullable
    ObservedDeliveries observed() {
        return observed;
    }

    SessionEvents events() {
        return events;
    }

    /** Returns the number of sessions on this loop, online or offline. */
    public int size() {
        return sessions.size();
    }

    /** Returns the session of this key; null if absent. */
    public @Nullable Session find(SessionKey key) {
        return sessions.get(key);
    }

    /**
     * Runs {@code action} when all state needed for a CONNECT of this client is in memory: at once, unless the session
     * was recovered from a previous run and not used since.
     *
     * @param begins whether the CONNECT will not resume a session
     * @param action called with the failure if the state cannot be read, else with null
     */
    public void prepare(SessionKey key, boolean begins, WriteCallback action) {
        Session session = sessions.get(key);
        if (session == null || begins || session.isLoaded()) {
            action.onWritten(null);
        } else {
            session.load(failure -> {
                Session now = sessions.get(key);
                if (now == null) {
                    action.onWritten(null); // the session has ended meanwhile
                } else if (now != session) {
                    action.onWritten(new IllegalStateException("the client has connected again meanwhile"));
                } else {
                    action.onWritten(failure);
                }
            });
        }
    }

    /**
     * Returns the refusal of a client whose client id has a session of another user; null if the client is accepted.
     */
    public Connected.@Nullable Refused refusal(SessionKey key, ClientInfo client) {
        Session session = sessions.get(key);
        return session == null || use(session, SessionOwner.of(client)) != SessionOwner.Use.REFUSED
                ? null
                : new Connected.Refused(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID, "the session belongs to another user");
    }

    /**
     * Returns the session that a CONNECT of this client would resume; null if it would create a session or be refused.
     */
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
     * Attaches a connection to the client's session, which is created if necessary (§3.1.4). An existing connection of
     * the same client gets DISCONNECT with 0x8E and is closed. A session belongs to the user that created it
     * ({@link SessionOwner}): another user's CONNECT is refused, and the session and its connection remain.
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
        // From here on the client cannot be refused, so the previous session and connection may end.
        boolean replaces = false;
        if (session != null) {
            takeOver(session, setup.client());
            if (startsAnew && !session.isEnded()) { // the disconnect may have ended it
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

    /** @param before the session that is replaced and ends next; null for none */
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

    /** Ends a session now: removes its subscriptions and messages, and publishes its pending will. */
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

    /** Disconnects the client; false if it is offline. The session continues or ends as after any disconnect. */
    public boolean disconnect(SessionKey key, ReasonCode reason, String detail) {
        Session session = sessions.get(key);
        PacketSink connection = session == null ? null : session.sink();
        if (connection == null) {
            return false;
        }
        connection.disconnect(Initiator.ADMINISTRATOR, reason, detail);
        return true;
    }

    /** Disconnects the client and tells it which server to use; false if it is offline. */
    public boolean redirect(SessionKey key, String serverReference, boolean permanent) {
        Session session = sessions.get(key);
        PacketSink connection = session == null ? null : session.sink();
        if (connection == null) {
            return false;
        }
        connection.redirect(permanent ? ReasonCode.SERVER_MOVED : ReasonCode.USE_ANOTHER_SERVER, serverReference);
        return true;
    }

    /** Deletes the client's session and disconnects the client; false if there is no session. */
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

    // ---- state recovered from a previous run

    /** Restores a durable session; its messages stay in storage until they are needed. */
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
     * Schedules the expiry of a restored session, whose client has been offline since {@code awaySinceMillis}.
     *
     * @param awaySinceMillis wall time
     * @param isNew whether this time is not in storage yet; it is written so that later starts use it too
     */
    public void restoreExpiry(SessionKey key, long awaySinceMillis, boolean isNew) {
        Session session = sessions.get(key);
        if (session != null) {
            session.restoreExpiry(awaySinceMillis, isNew ? stored : null);
        }
    }

    /**
     * Restores the will of an offline client, which is due at {@code dueAtMillis} unless the client reconnects first.
     *
     * @param dueAtMillis wall time
     * @param isNew whether this time is not in storage yet; it is written so that later starts use it too
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

    /** Restores a subscription of a restored session; no effect if the session is absent. */
    public void restoreSubscription(SessionKey key, TopicFilter filter, SubscriptionRecord record) {
        Session session = sessions.get(key);
        if (session != null) {
            session.subscribing().restore(filter, record);
        }
    }

    /** Returns the recovery of QoS 2 messages whose routing was interrupted. */
    public InterruptedQos2 cutOff() {
        return cutOff;
    }

    /** Publishes the will, unless the client has meanwhile set another will or none. */
    private void publishUnlessReplaced(SessionKey key, Routes routes, SessionWill will) {
        if (stored != null && stored.isPending(key, will)) {
            publishWill(will, routes);
        }
    }

    /** Returns the highest slot number ever assigned plus 1; see {@link #at}. */
    public int slots() {
        return slots.end();
    }

    /**
     * Returns the session in this slot, or null. A session keeps its slot while it exists, so an ascending walk visits
     * each remaining session exactly once, even with pauses.
     *
     * @param slot 0 to {@link #slots} - 1
     */
    public @Nullable Session at(int slot) {
        return slots.get(slot);
    }

    /**
     * Marks the broker as closing: records for the next start are no longer deleted. Called on every loop before the
     * first {@link #close}, since a closed loop accepts no messages.
     */
    public void beginClosing() {
        closing = true;
    }

    /** Ends all sessions when the broker closes. Wills are not published, since the client did not fail. */
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

    /** Publishes a due will, after interceptors, if the authorizers still allow it. */
    void publishWill(SessionWill due, Routes routes) {
        wills.publish(due, routes);
    }

    /** Returns whether a delivery interceptor is registered. */
    boolean intercepts() {
        return interceptors.interceptsDelivery();
    }

    /**
     * Passes a message for a client through the delivery interceptors. Returns the same flyweight if unchanged, and
     * null if the delivery is vetoed or the changed message cannot be sent. Valid until the next call.
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
     * Schedules the removal of empty nodes from the tenant's trees: at the end of the iteration, when this loop walks
     * no match, and in later turns if it takes too long.
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

    /** Returns the flyweight for a queued or in-flight message of this loop. Valid until the next call. */
    RoutedMessage again(StoredMessage message) {
        return again(message, null);
    }

    /** Returns the flyweight for a message of this loop, with its publisher for No Local. Valid until the next call. */
    RoutedMessage again(StoredMessage message, @Nullable Session publisher) {
        again.begin(message, publisher);
        return again;
    }

    /** Returns the flyweight for a retained message, which may come from any loop. Valid until the next call. */
    RoutedMessage retained(StoredMessage message) {
        retained.beginForeign(message);
        return retained;
    }
}
