package io.maxmq.rules.run;

import io.maxmq.rules.event.BrokerEvents;
import io.maxmq.rules.event.Event;
import io.maxmq.rules.event.EventKind;
import io.maxmq.rules.event.MessageEvent;
import io.maxmq.rules.event.Senders;
import io.maxmq.rules.output.TopicHops;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.MessageId;
import io.maxmq.spi.PublishHook;
import io.maxmq.spi.Registration;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.event.BrokerEvent;
import io.maxmq.spi.event.BrokerListener;
import io.maxmq.spi.extension.BrokerContext;
import io.maxmq.spi.intercept.Delivery;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The sources of events: one hook in the broker's subscription tree per topic filter, independent of the number of its
 * rules, and listeners for other events. Each rule gets an event once, even if several of its sources select it.
 * <p>Changes take one lock; events are distributed without a lock.
 */
final class Sources {
    private static final RuleSlot[] NONE = {};
    private static final String BARRIER = "maxmq/rules/barrier";

    private record Filter(Tenant tenant, String text) {}

    /** The rules at one source. */
    private static final class Place {
        /** Replaced as a whole, under the lock of {@link Sources}. */
        volatile RuleSlot[] slots = NONE;

        final SharedPaths paths = new SharedPaths();

        Registration registration = Registration.NONE;

        boolean remove(RuleSlot slot) {
            List<RuleSlot> left = new ArrayList<>(List.of(slots));
            left.remove(slot);
            slots = left.toArray(NONE);
            return left.isEmpty();
        }

        void add(RuleSlot slot) {
            List<RuleSlot> more = new ArrayList<>(List.of(slots));
            more.add(slot);
            slots = more.toArray(NONE);
        }
    }

    private final BrokerContext broker;
    private final Lanes lanes;
    private final boolean sysMessages;
    private final BrokerEvents events;
    private final Senders senders = new Senders();

    // Guarded by this.
    private final Map<Filter, Place> byFilter = new HashMap<>();
    private final Map<EventKind, Place> byKind = new EnumMap<>(EventKind.class);
    private final Map<Tenant, Registration> senderHooks = new HashMap<>();
    private Registration lifeListener = Registration.NONE;
    private Registration dropListener = Registration.NONE;
    private boolean listensToLives;
    private boolean listensToDrops;

    /** The event that a thread has made last: the hooks of one message are called one after the other. */
    private final ThreadLocal<@Nullable MessageEvent> latest = new ThreadLocal<>();

    Sources(BrokerContext broker, Lanes lanes, TopicHops topicHops, boolean sysMessages) {
        this.broker = broker;
        this.lanes = lanes;
        this.sysMessages = sysMessages;
        this.events = new BrokerEvents(broker.brokerName(), topicHops, senders);
        for (EventKind each : EventKind.values()) {
            byKind.put(each, new Place());
        }
    }

    void start() {
        var unused = broker.addListener(listener("listeners", BrokerEvent.ListenerOpened.class));
    }

    private BrokerListener listener(String what, Class<? extends BrokerEvent> kind) {
        return new BrokerListener() {
            @Override
            public void onEvent(BrokerEvent event) {
                if (event instanceof BrokerEvent.ListenerOpened opened) {
                    events.listenerOpened(opened);
                }
            }

            @Override
            public boolean wants(Class<? extends BrokerEvent> offered) {
                return offered == kind;
            }

            @Override
            public String name() {
                return "rules-" + what;
            }
        };
    }

    /** A rule that comes. */
    record Coming(RuleSlot slot, ActiveRule rule) {}

    /** Fills empty slots with their rules from the next event on, with one wait for the event loops in total. */
    synchronized void add(List<Coming> coming) {
        Map<Tenant, Map<String, PublishHook>> hooks = new HashMap<>();
        for (Coming each : coming) {
            RuleSlot slot = each.slot();
            slot.tenant = each.rule().tenant();
            slot.places = each.rule().filters().size();
            for (Filter filter : filters(each.rule())) {
                Place present = byFilter.get(filter);
                if (present == null) {
                    Place place = new Place();
                    byFilter.put(filter, place);
                    hooks.computeIfAbsent(filter.tenant(), all -> new HashMap<>())
                            .put(filter.text(), hook(place, filter.text()));
                    present = place;
                }
                present.add(slot);
            }
            kinds(each.rule()).forEach(kind -> place(kind).add(slot));
        }
        try {
            hooks.forEach((tenant, ofTenant) -> broker.onPublish(tenant, ofTenant)
                    .forEach((filter, registration) -> register(new Filter(tenant, filter), registration)));
            listen();
        } catch (RuntimeException e) { // loops that do not answer, or a broker that ends
            coming.forEach(this::takeBack);
            throw e;
        }
        coming.forEach(each -> each.slot().active = each.rule());
        for (Coming each : coming) {
            filters(each.rule()).forEach(this::pathsChanged);
        }
    }

    private void takeBack(Coming coming) {
        filters(coming.rule()).forEach(each -> removeFrom(each, coming.slot()));
        removeFrom(kinds(coming.rule()), coming.slot());
    }

    private void register(Filter filter, Registration registration) {
        Place place = byFilter.get(filter);
        assert place != null;
        place.registration = registration;
    }

    private void pathsChanged(Filter filter) {
        Place place = byFilter.get(filter);
        if (place != null) {
            place.paths.changed(place.slots);
        }
    }

    /**
     * Replaces the version in a slot from the next event on.
     * @param next or null
     * @throws RuntimeException when the event loops do not answer; the slot is then unchanged
     */
    synchronized void change(RuleSlot slot, @Nullable ActiveRule next) {
        ActiveRule before = slot.active;
        List<Filter> old = filters(before);
        List<Filter> fresh = filters(next);
        List<Filter> added = new ArrayList<>(fresh);
        added.removeAll(old);
        List<Filter> removed = new ArrayList<>(old);
        removed.removeAll(fresh);
        List<EventKind> oldKinds = kinds(before);
        List<EventKind> freshKinds = kinds(next);
        List<EventKind> addedKinds = new ArrayList<>(freshKinds);
        addedKinds.removeAll(oldKinds);
        List<EventKind> removedKinds = new ArrayList<>(oldKinds);
        removedKinds.removeAll(freshKinds);

        // Keeps the sources of both versions during the replacement: each event then goes to the version in the slot.
        slot.tenant = next == null ? slot.tenant : next.tenant();
        slot.places = old.size() + added.size();
        try {
            if (before != null && next != null && !added.isEmpty()) {
                // A loop that has not seen the new number yet has handed out what it was about to when it answers.
                broker.onPublish(next.tenant(), BARRIER, publication -> {}).close();
            }
            added.forEach(each -> addTo(each, slot));
            addedKinds.forEach(each -> place(each).add(slot));
            listen();
        } catch (RuntimeException e) { // loops that do not answer, or a broker that ends
            added.forEach(each -> removeFrom(each, slot));
            removeFrom(addedKinds, slot);
            slot.places = old.size();
            throw e;
        }
        slot.active = next;
        removed.forEach(each -> removeFrom(each, slot));
        removeFrom(removedKinds, slot);
        slot.places = fresh.size();
        fresh.forEach(this::pathsChanged);
        listen();
    }

    private static List<Filter> filters(@Nullable ActiveRule rule) {
        return rule == null
                ? List.of()
                : rule.filters().stream()
                        .map(each -> new Filter(rule.tenant(), each))
                        .toList();
    }

    private static List<EventKind> kinds(@Nullable ActiveRule rule) {
        return rule == null ? List.of() : List.copyOf(rule.kinds());
    }

    private Place place(EventKind kind) {
        Place place = byKind.get(kind);
        assert place != null;
        return place;
    }

    private void addTo(Filter filter, RuleSlot slot) {
        Place present = byFilter.get(filter);
        if (present != null) {
            present.add(slot);
            return;
        }
        Place place = new Place();
        place.add(slot);
        byFilter.put(filter, place);
        place.registration = broker.onPublish(filter.tenant(), filter.text(), hook(place, filter.text()));
    }

    private PublishHook hook(Place place, String filter) {
        return publication -> published(place, filter, publication);
    }

    private void removeFrom(Filter filter, RuleSlot slot) {
        Place place = byFilter.get(filter);
        if (place != null && place.remove(slot)) {
            byFilter.remove(filter);
            place.registration.close();
        }
    }

    private void removeFrom(List<EventKind> kinds, RuleSlot slot) {
        for (EventKind each : kinds) {
            boolean unused = place(each).remove(slot);
        }
    }

    /** On the event loop of the publisher. */
    private void published(
            Place place, String filter, PublishHook.Publication publication) { // hot: per message and filter
        RuleSlot[] slots = place.slots;
        if (slots.length == 0 || (!sysMessages && publication.message().topic().startsWith("$SYS/"))) {
            return;
        }
        MessageEvent event = event(publication);
        hand(event, slots, filter, place.paths);
    }

    private MessageEvent event(PublishHook.Publication publication) {
        MessageEvent present = latest.get();
        MessageId id = publication.message().id().orElse(null);
        if (present != null
                && id != null
                && id.equals(present.message().message().id().orElse(null))
                && present.tenant().equals(publication.tenant())) {
            return present;
        }
        MessageEvent event = new MessageEvent(
                publication.tenant(),
                publication.message(),
                publication.publisher().orElse(null),
                broker.brokerName(),
                broker.clock().epochMillis());
        latest.set(event);
        return event;
    }

    /**
     * Gives the event to the rules that are to have it.
     *
     * @param filter that has selected it; null for one that is no message
     * @param paths of the payload; null for one that is no message
     */
    private void hand(Event event, RuleSlot[] slots, @Nullable String filter, @Nullable SharedPaths paths) {
        ActiveRule[] takers = new ActiveRule[slots.length];
        int count = 0;
        for (RuleSlot slot : slots) {
            ActiveRule rule = slot.active;
            if (rule == null) {
                continue;
            }
            boolean several = slot.places > 1;
            if (several ? !rule.wants(event) : filter != null && !rule.hasFilter(filter)) {
                continue; // its other version has the event
            }
            if ((several || event.isMarked()) && !event.isNewTo(slot)) {
                continue; // another source of it has the event
            }
            takers[count++] = rule;
        }
        if (count > 0) {
            lanes.offer(event, paths, count == takers.length ? takers : Arrays.copyOf(takers, count));
        }
    }

    /** Records publishers in tenants with rules on delivered, acknowledged or dropped messages. */
    private void noteSenders() {
        Set<Tenant> wanted = new HashSet<>();
        for (EventKind each : List.of(EventKind.DELIVERED, EventKind.ACKED, EventKind.DELIVERY_DROPPED)) {
            for (RuleSlot slot : place(each).slots) {
                if (slot.tenant != null) {
                    wanted.add(slot.tenant);
                }
            }
        }
        for (Tenant each : wanted) {
            if (!senderHooks.containsKey(each)) {
                senderHooks.put(each, broker.onPublish(each, "#", this::noteSender));
            }
        }
        senderHooks.entrySet().removeIf(each -> {
            boolean isUnused = !wanted.contains(each.getKey());
            if (isUnused) {
                each.getValue().close();
            }
            return isUnused;
        });
        if (wanted.isEmpty()) {
            senders.clear();
        }
    }

    private void noteSender(PublishHook.Publication publication) { // hot: per message, where rules want deliveries
        MessageId id = publication.message().id().orElse(null);
        ClientInfo publisher = publication.publisher().orElse(null);
        if (id != null && publisher != null) {
            senders.note(id, publisher);
        }
    }

    /** Listens to what rules want and to no more. Lives of clients come by one listener, which keeps their order. */
    private void listen() {
        noteSenders();
        boolean drops = isWanted(EventKind.DROPPED) || isWanted(EventKind.DELIVERY_DROPPED);
        boolean lives = false;
        for (EventKind each : EventKind.values()) {
            lives |= each != EventKind.DROPPED && each != EventKind.DELIVERY_DROPPED && isWanted(each);
        }
        if (drops != listensToDrops) {
            listensToDrops = drops;
            dropListener.close();
            dropListener = drops ? broker.addListener(new Told(true)) : Registration.NONE;
        }
        if (lives != listensToLives) {
            listensToLives = lives;
            lifeListener.close();
            lifeListener = lives ? broker.addListener(new Told(false)) : Registration.NONE;
        }
    }

    private boolean isWanted(EventKind kind) {
        return place(kind).slots.length > 0;
    }

    /** A message was sent to a client, or acknowledged by it. On the loop of its session. */
    void delivery(EventKind kind, Delivery delivery) {
        RuleSlot[] slots = place(kind).slots;
        if (slots.length > 0) {
            Event event = events.delivery(kind, delivery, broker.clock().epochMillis());
            hand(event, ofTenant(slots, event.tenant()), null, null);
        }
    }

    /** A client has sent PINGREQ. On the loop of its session. */
    void ping(ClientInfo client) {
        RuleSlot[] slots = place(EventKind.PING).slots;
        if (slots.length > 0) {
            Event event = events.ping(client, broker.clock().epochMillis());
            hand(event, ofTenant(slots, event.tenant()), null, null);
        }
    }

    /** Hears of drops, which may be many, or of all else. */
    private final class Told implements BrokerListener {
        private final boolean drops;

        Told(boolean drops) {
            this.drops = drops;
        }

        @Override
        public boolean wants(Class<? extends BrokerEvent> offered) {
            for (EventKind each : EventKind.values()) {
                if (isMine(each) && BrokerEvents.comesOf(each, offered)) {
                    return true;
                }
            }
            return false;
        }

        private boolean isMine(EventKind kind) {
            return drops == (kind == EventKind.DROPPED || kind == EventKind.DELIVERY_DROPPED);
        }

        @Override
        public void onEvent(BrokerEvent told) {
            for (EventKind each : EventKind.values()) {
                RuleSlot[] slots = place(each).slots;
                if (slots.length == 0 || !isMine(each) || !BrokerEvents.comesOf(each, told.getClass())) {
                    continue;
                }
                Event event = events.event(each, told);
                if (event != null) {
                    hand(event, ofTenant(slots, event.tenant()), null, null);
                }
            }
        }

        @Override
        public boolean wantsMessages() {
            return drops;
        }

        @Override
        public String name() {
            return drops ? "rules-drops" : "rules-events";
        }
    }

    private static RuleSlot[] ofTenant(RuleSlot[] slots, Tenant tenant) {
        List<RuleSlot> chosen = new ArrayList<>(slots.length);
        for (RuleSlot slot : slots) {
            ActiveRule rule = slot.active;
            if (rule != null && rule.tenant().equals(tenant)) {
                chosen.add(slot);
            }
        }
        return chosen.toArray(NONE);
    }
}
