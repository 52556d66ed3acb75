package io.maxmq.rules.run;

import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.topic.TopicName;
import io.maxmq.rules.event.MessageEvent;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Message;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.extension.BrokerContext;
import io.maxmq.spi.intercept.Decision;
import io.maxmq.spi.intercept.PublishInterceptor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.helpers.NOPLogger;

/**
 * The inline rules: they process a message before it is routed, in the order in which they were added, each the result
 * of the one before. They run on the publisher's event loop and are timed: a rule that is too slow several times in a
 * row is suspended, and no longer processes messages, unless it fails closed. A message without a matching rule costs a
 * look-up of its topic, independent of the number of rules.
 * <p>Changes take the lock of this; messages are processed without it. While a rule is replaced, the index has the
 * filters of both versions, so that each message meets one of them.
 */
final class InlineRules implements PublishInterceptor {
    /** The time limit of an evaluation on an event loop. */
    static final long MAX_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /** In a row: one alone may be the machine's fault. */
    private static final int MAX_OVERRUNS = 5;

    /** Before seconds and the topic of a message that is published later. */
    private static final String DELAYED = "$delayed/";

    /** The place of a rule in the order, for all of its versions. */
    static final class Place {
        final int order;

        /** Null while the rule is disabled. Written under the lock of {@link InlineRules}, read by messages. */
        volatile @Nullable Entry present;

        Place(int order) {
            this.order = order;
        }
    }

    /** A version of a rule. */
    private static final class Entry {
        final ActiveRule rule;
        final InlineMode mode;

        /** Counted by several loops without a lock: a lost count only puts the suspension off. */
        volatile int overruns;

        volatile boolean suspended;

        Entry(ActiveRule rule, InlineMode mode) {
            this.rule = rule;
            this.mode = mode;
        }
    }

    private final InlineIndex index = new InlineIndex();

    // Guarded by this.
    private final Map<String, Place> byId = new HashMap<>();
    private int places;

    /** Rules in force; written under the lock of this. */
    private volatile int inForce;

    private volatile @Nullable BrokerContext broker;
    private volatile Logger log = NOPLogger.NOP_LOGGER;

    void start(BrokerContext context, Logger logger) {
        log = logger;
        broker = context;
    }

    /** Replaces the version of a rule from the next message on; null removes it. */
    synchronized void change(String id, @Nullable ActiveRule rule, @Nullable InlineMode mode) {
        Entry next = rule == null || mode == null ? null : new Entry(rule, mode);
        Place place = byId.get(id);
        if (place == null) {
            if (next == null) {
                return;
            }
            place = new Place(places++);
            byId.put(id, place);
        }
        Entry before = place.present;
        if (next != null) {
            index.add(next.rule.tenant(), next.rule.filters(), place);
        }
        place.present = next;
        if (before != null) {
            index.remove(before.rule.tenant(), before.rule.filters(), place);
        }
        inForce += (next == null ? 0 : 1) - (before == null ? 0 : 1);
    }

    /** Removes a rule; a later rule of its name is the last in the order. */
    synchronized void remove(String id) {
        change(id, null, null);
        byId.remove(id);
    }

    /** Why a rule is passed by; empty for not at all. */
    synchronized String suspended(String id) {
        Place place = byId.get(id);
        Entry entry = place == null ? null : place.present;
        return entry != null && entry.suspended
                ? "it took longer than " + TimeUnit.NANOSECONDS.toMillis(MAX_NANOS) + " ms, " + MAX_OVERRUNS
                        + " times in a row"
                : "";
    }

    @Override
    public boolean wants(@Nullable ClientInfo publisher, String topic) { // hot: per message
        return inForce > 0
                && index.find(tenant(publisher), topic.substring(delay(topic).length())).length > 0;
    }

    private static Tenant tenant(@Nullable ClientInfo publisher) {
        return publisher == null ? Tenant.DEFAULT : publisher.tenant();
    }

    @Override
    public String name() {
        return "rules";
    }

    @Override
    public Decision<Message> onPublish(@Nullable ClientInfo publisher, Message message) { // hot: per message
        if (inForce == 0) {
            return Decision.proceed();
        }
        // A delayed message is processed once, under its final topic, and not again when it is due.
        String delay = delay(message.topic());
        Message first = delay.isEmpty()
                ? message
                : message.toBuilder()
                        .topic(message.topic().substring(delay.length()))
                        .build();
        Message current = first;
        Tenant tenant = tenant(publisher);
        Place[] found = index.find(tenant, current.topic());
        int next = 0;
        while (next < found.length) {
            Place place = found[next++];
            Entry entry = place.present;
            // A version that came since it was found, and has other filters, is asked by its own.
            if (entry == null || entry.suspended || !entry.rule.matches(current.topic())) {
                continue;
            }
            Decision<Message> decision = judge(entry, publisher, tenant, current);
            if (decision instanceof Decision.Change<Message> change) {
                boolean isMoved = !change.value().topic().equals(current.topic());
                current = change.value();
                if (isMoved) {
                    found = index.find(tenant, current.topic());
                    next = firstAfter(found, place.order);
                }
            } else if (!(decision instanceof Decision.Proceed)) {
                return decision;
            }
        }
        if (current == first) {
            return Decision.proceed();
        }
        return Decision.change(
                delay.isEmpty()
                        ? current
                        : current.toBuilder().topic(delay + current.topic()).build());
    }

    private static int firstAfter(Place[] places, int order) {
        int at = 0;
        while (at < places.length && places[at].order <= order) {
            at++;
        }
        return at;
    }

    /** {@code $delayed/SECONDS/}; empty for a topic without, and when no topic follows, which the broker refuses. */
    private static String delay(String topic) {
        if (!topic.startsWith(DELAYED)) {
            return "";
        }
        int end = topic.indexOf('/', DELAYED.length());
        return end < 0 || TopicName.problem(topic.substring(end + 1)) != null ? "" : topic.substring(0, end + 1);
    }

    private Decision<Message> judge(Entry entry, @Nullable ClientInfo publisher, Tenant tenant, Message message) {
        BrokerContext present = broker;
        if (present == null) {
            return Decision.proceed();
        }
        long nowMillis = present.clock().epochMillis();
        MessageEvent event = new MessageEvent(tenant, message, publisher, present.brokerName(), nowMillis);
        long startNanos = System.nanoTime();
        List<? extends Map<String, @Nullable Object>> records = entry.rule.evaluate(event, nowMillis);
        watch(entry, System.nanoTime() - startNanos);
        if (records == null) {
            return failed(entry);
        }
        return switch (entry.mode.kind()) {
            case REQUIRE -> records.isEmpty() ? refusal(entry.mode) : Decision.proceed();
            case REFUSE -> records.isEmpty() ? Decision.proceed() : refusal(entry.mode);
            case TRANSFORM ->
                records.isEmpty() ? Decision.proceed() : transformed(entry, event, message, records.get(0), nowMillis);
        };
    }

    private static Decision<Message> failed(Entry entry) {
        InlineMode mode = entry.mode;
        if (!mode.failClosed()) {
            return Decision.proceed();
        }
        ReasonCode code = mode.code();
        if (code == null && mode.kind() == InlineMode.Kind.TRANSFORM) {
            code = ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR;
        }
        return refusal(code, "a rule failed");
    }

    private static Decision<Message> refusal(InlineMode mode) {
        return refusal(mode.code(), "refused by a rule");
    }

    private static Decision<Message> refusal(@Nullable ReasonCode code, String why) {
        return code == null ? Decision.drop() : Decision.refuse(code, why);
    }

    private void watch(Entry entry, long nanos) {
        if (nanos <= MAX_NANOS) {
            if (entry.overruns != 0) {
                entry.overruns = 0;
            }
            return;
        }
        int overruns = entry.overruns + 1;
        entry.overruns = overruns;
        if (entry.mode.failClosed()) {
            // Else five slow messages of one client would open the gate for all.
            if (overruns == MAX_OVERRUNS) {
                log.warn(
                        "rule {} is not passed by, as it fails closed: it took longer than {} ms, {} times in a row",
                        entry.rule.id(),
                        TimeUnit.NANOSECONDS.toMillis(MAX_NANOS),
                        MAX_OVERRUNS);
            }
        } else if (overruns >= MAX_OVERRUNS && !entry.suspended) {
            entry.suspended = true;
            log.warn(
                    "rule {} is passed by until it is enabled again: it took longer than {} ms, {} times in a row",
                    entry.rule.id(),
                    TimeUnit.NANOSECONDS.toMillis(MAX_NANOS),
                    MAX_OVERRUNS);
        }
    }

    private static Decision<Message> transformed(
            Entry entry, MessageEvent event, Message message, Map<String, @Nullable Object> record, long nowMillis) {
        try {
            return Decision.change(Transformation.of(message, record));
        } catch (RuntimeException e) {
            entry.rule.failed(event, nowMillis, "bad_argument", String.valueOf(e.getMessage()));
            return failed(entry);
        }
    }
}
