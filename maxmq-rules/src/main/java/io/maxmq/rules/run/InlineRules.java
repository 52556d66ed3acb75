package io.maxmq.rules.run;

import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.UserProperty;
import io.maxmq.codec.topic.TopicName;
import io.maxmq.rules.event.MessageEvent;
import io.maxmq.rules.json.JsonWriter;
import io.maxmq.rules.value.Text;
import io.maxmq.rules.value.Values;
import io.maxmq.spi.BrokerContext;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Message;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.intercept.PublishInterceptor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.helpers.NOPLogger;

/**
 * Rules that see a message before it is routed, in the order in which they were added, each what the one before made of it. On the
 * publisher's event loop, so each is watched: one that takes too long several times in a row is suspended, and messages pass it by, unless it fails
 * closed.
 *
 * <p>Rules come and go under the lock of this; messages read one array.
 */
final class InlineRules implements PublishInterceptor {
    /** What an evaluation may take of an event loop. */
    static final long MAX_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /** In a row: one alone may be the machine's fault. */
    private static final int MAX_OVERRUNS = 5;

    private static final Entry[] NONE = {};

    /** Before seconds and the topic of a message that is published later. */
    private static final String DELAYED = "$delayed/";

    /** A rule that is in force. */
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

    /** Guarded by this. */
    private final Map<String, Entry> byId = new LinkedHashMap<>();

    /** Replaced as a whole, under the lock of this. */
    private volatile Entry[] entries = NONE;

    private volatile @Nullable BrokerContext broker;
    private volatile Logger log = NOPLogger.NOP_LOGGER;

    void start(BrokerContext context, Logger logger) {
        log = logger;
        broker = context;
    }

    /** Has this version of a rule see the next message, in the place of the one before; null for none. */
    synchronized void change(String id, @Nullable ActiveRule rule, @Nullable InlineMode mode) {
        if (rule == null || mode == null) {
            byId.remove(id);
        } else {
            byId.put(id, new Entry(rule, mode));
        }
        entries = byId.values().toArray(NONE);
    }

    /** Why a rule is passed by; empty for not at all. */
    synchronized String suspended(String id) {
        Entry entry = byId.get(id);
        return entry != null && entry.suspended
                ? "it took longer than " + TimeUnit.NANOSECONDS.toMillis(MAX_NANOS) + " ms, " + MAX_OVERRUNS
                        + " times in a row"
                : "";
    }

    @Override
    public String name() {
        return "rules";
    }

    @Override
    public Decision onPublish(@Nullable ClientInfo publisher, Message message) { // hot: per message
        Entry[] present = entries;
        if (present.length == 0) {
            return Decision.proceed();
        }
        // A delayed message is judged as what it will be, once: nobody asks again when it is due.
        String topic = message.topic();
        String delay = topic.startsWith(DELAYED) ? delay(topic) : "";
        Message first = delay.isEmpty()
                ? message
                : message.toBuilder().topic(topic.substring(delay.length())).build();
        Message current = first;
        Tenant tenant = publisher == null ? Tenant.DEFAULT : publisher.tenant();
        for (Entry each : present) {
            if (each.suspended || !each.rule.tenant().equals(tenant) || !each.rule.matches(current.topic())) {
                continue;
            }
            Object verdict = judge(each, publisher, tenant, current);
            if (verdict instanceof Decision veto) {
                return veto;
            } else if (verdict instanceof Message changed) {
                current = changed;
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

    /** {@code $delayed/SECONDS/}; empty when no topic follows, and the broker refuses it. */
    private static String delay(String topic) {
        int end = topic.indexOf('/', DELAYED.length());
        return end < 0 || TopicName.problem(topic.substring(end + 1)) != null ? "" : topic.substring(0, end + 1);
    }

    /** A veto, another message, or null for neither. */
    private @Nullable Object judge(Entry entry, @Nullable ClientInfo publisher, Tenant tenant, Message message) {
        BrokerContext present = broker;
        if (present == null) {
            return null;
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
            case REQUIRE -> records.isEmpty() ? refusal(entry.mode) : null;
            case REFUSE -> records.isEmpty() ? null : refusal(entry.mode);
            case TRANSFORM -> records.isEmpty() ? null : transformed(entry, event, message, records.get(0), nowMillis);
        };
    }

    private static @Nullable Decision failed(Entry entry) {
        return entry.mode.failClosed()
                ? Decision.reject(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR, "a rule failed")
                : null;
    }

    private static Decision refusal(InlineMode mode) {
        ReasonCode code = mode.code();
        return code == null ? Decision.drop() : Decision.reject(code, "refused by a rule");
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

    private static @Nullable Object transformed(
            Entry entry, MessageEvent event, Message message, Map<String, @Nullable Object> record, long nowMillis) {
        try {
            return changed(message, record);
        } catch (RuntimeException e) {
            entry.rule.failed(event, nowMillis, "bad_argument", String.valueOf(e.getMessage()));
            return failed(entry);
        }
    }

    private static Message changed(Message message, Map<String, @Nullable Object> record) {
        Message.Builder changed = message.toBuilder();
        Object topic = record.get("topic");
        if (topic != null) {
            String name = text(topic).toString();
            String problem = TopicName.problem(name);
            if (problem != null) {
                throw new IllegalArgumentException(problem);
            }
            changed.topic(name);
        }
        Object payload = record.get("payload");
        if (payload != null) {
            changed.wrapPayload(text(payload).bytes());
        }
        if (record.get("qos") instanceof Long qos) {
            changed.qos(QoS.of((int) Math.max(0, Math.min(2, qos))));
        }
        if (record.get("retain") instanceof Boolean retain) {
            changed.retain(retain);
        }
        if (record.get("user_properties") instanceof Map<?, ?> properties) {
            List<UserProperty> list = new ArrayList<>();
            properties.forEach((name, value) ->
                    list.add(new UserProperty(String.valueOf(name), text(value).toString())));
            changed.userProperties(list);
        }
        return changed.build();
    }

    private static Text text(@Nullable Object value) {
        if (value instanceof Text text) {
            return text;
        }
        String scalar = Values.scalarText(value);
        return scalar != null ? Text.of(scalar) : Text.ofBytes(JsonWriter.bytes(value));
    }
}
