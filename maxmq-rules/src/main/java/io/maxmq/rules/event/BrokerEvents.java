package io.maxmq.rules.event;

import io.maxmq.codec.ReasonCode;
import io.maxmq.rules.output.TopicHops;
import io.maxmq.rules.value.Text;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.Message;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.auth.Action;
import io.maxmq.spi.event.BrokerEvent;
import io.maxmq.spi.intercept.Delivery;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Converts the broker's events to events of the language. Thread-safe. */
public final class BrokerEvents {
    /** Drops that are about a publisher; all others are about one subscriber's session. */
    private static final Set<DropReason> OF_PUBLISHER = EnumSet.of(
            DropReason.NOT_AUTHORIZED,
            DropReason.PAYLOAD_FORMAT,
            DropReason.RATE_LIMIT,
            DropReason.INTERCEPTED,
            DropReason.RETAINED_LIMIT,
            DropReason.DELAYED_LIMIT,
            DropReason.INVALID_TOPIC,
            DropReason.STORAGE,
            DropReason.OVERLOAD);

    /** The message's own QoS. */
    private static final int OF_MESSAGE = -1;

    private final String node;
    private final TopicHops topicHops;
    private final Senders senders;

    /** Where listeners are bound, by their names: what a client has connected to. */
    private final Map<String, String> listeners = new ConcurrentHashMap<>();

    /** Tells events of one client and millisecond apart. */
    private final AtomicLong sequence = new AtomicLong();

    /**
     * Creates a source without listeners.
     * @param node the broker's name
     * @param topicHops the latest messages of rules
     * @param senders the latest publishers, when they are recorded
     */
    public BrokerEvents(String node, TopicHops topicHops, Senders senders) {
        this.node = node;
        this.senders = senders;
        this.topicHops = topicHops;
    }

    /** Returns whether events of this kind come of what the broker tells so. */
    public static boolean comesOf(EventKind kind, Class<? extends BrokerEvent> told) {
        return switch (kind) {
            case PUBLISH, DELIVERED, ACKED, PING -> false;
            case DROPPED -> told == BrokerEvent.MessageUnmatched.class || told == BrokerEvent.MessageDropped.class;
            case DELIVERY_DROPPED -> told == BrokerEvent.MessageDropped.class;
            case CONNECTED -> told == BrokerEvent.ClientConnected.class;
            case DISCONNECTED -> told == BrokerEvent.ClientDisconnected.class;
            case CONNACK -> told == BrokerEvent.ClientConnected.class || told == BrokerEvent.ConnectRefused.class;
            case AUTHENTICATED -> told == BrokerEvent.AuthenticationDecided.class;
            case AUTHORIZED -> told == BrokerEvent.AuthorizationDecided.class;
            case SUBSCRIBED -> told == BrokerEvent.Subscribed.class;
            case UNSUBSCRIBED -> told == BrokerEvent.Unsubscribed.class;
            case ALARM_ACTIVATED, ALARM_DEACTIVATED ->
                told == BrokerEvent.MemoryPressureChanged.class
                        || told == BrokerEvent.OverloadChanged.class
                        || told == BrokerEvent.StorageSpaceChanged.class;
        };
    }

    /** Notes what later events say about; told of each {@link BrokerEvent.ListenerOpened}. */
    public void listenerOpened(BrokerEvent.ListenerOpened opened) {
        listeners.put(opened.listener(), Addresses.name(opened.address()));
    }

    /** Converts an event of the broker to an event of this kind; null without a counterpart. */
    public @Nullable Event event(EventKind kind, BrokerEvent told) {
        if (told instanceof BrokerEvent.ClientConnected connected) {
            return kind == EventKind.CONNECTED ? connected(connected) : accepted(connected);
        } else if (told instanceof BrokerEvent.ConnectRefused refused) {
            return kind == EventKind.CONNACK && !refused.clientId().isEmpty() ? refused(refused) : null;
        } else if (told instanceof BrokerEvent.ClientDisconnected disconnected) {
            return disconnected(disconnected);
        } else if (told instanceof BrokerEvent.Subscribed subscribed) {
            return subscribed(subscribed);
        } else if (told instanceof BrokerEvent.Unsubscribed unsubscribed) {
            return unsubscribed(unsubscribed);
        } else if (told instanceof BrokerEvent.AuthenticationDecided decided) {
            return authenticated(decided);
        } else if (told instanceof BrokerEvent.AuthorizationDecided decided) {
            return authorized(decided);
        } else if (told instanceof BrokerEvent.MessageUnmatched unmatched) {
            return unmatched(unmatched);
        } else if (told instanceof BrokerEvent.MessageDropped dropped) {
            return dropped(kind, dropped);
        } else if (told instanceof BrokerEvent.MemoryPressureChanged memory) {
            return alarm(
                    kind,
                    told,
                    "memory",
                    memory.isShort(),
                    memory.usedBytes() + " of " + memory.capacityBytes() + " bytes are used");
        } else if (told instanceof BrokerEvent.StorageSpaceChanged storage) {
            return alarm(kind, told, "storage", storage.isShort(), storage.diskBytes() + " bytes are on the disk");
        } else if (told instanceof BrokerEvent.OverloadChanged overload) {
            return (overload.before() == 0) == (overload.level() == 0)
                    ? null
                    : alarm(kind, told, "overload", overload.level() > 0, "level " + overload.level());
        }
        return null;
    }

    /** A message on its way to a client, or with it. */
    public Event delivery(EventKind kind, Delivery delivery, long nowMillis) {
        Message message = delivery.message();
        return outcome(
                kind,
                delivery.tenant(),
                delivery.clientId(),
                nowMillis,
                delivery.client(),
                Optional.of(message),
                "",
                delivery.topic(),
                delivery.qos().code(),
                delivery.payloadBytes(),
                0);
    }

    private Event unmatched(BrokerEvent.MessageUnmatched unmatched) {
        return outcome(
                EventKind.DROPPED,
                unmatched.tenant(),
                unmatched.clientId(),
                unmatched.atEpochMillis(),
                unmatched.client(),
                unmatched.message(),
                "no_subscribers",
                unmatched.topic(),
                OF_MESSAGE,
                unmatched.message().map(Message::payloadLength).orElse(0),
                1);
    }

    private Event outcome(
            EventKind kind,
            Tenant tenant,
            String clientId,
            long atEpochMillis,
            Optional<ClientInfo> client,
            Optional<Message> message,
            String reason,
            String topic,
            int qos,
            long bytes,
            long count) {
        boolean hasSender = kind != EventKind.DROPPED;
        OutcomeEvent.Known known = new OutcomeEvent.Known(
                eventId(kind, clientId, atEpochMillis),
                topic.isEmpty() ? 0 : topicHops.of(tenant, topic, atEpochMillis),
                client.orElse(null),
                hasSender ? message.flatMap(Message::id).map(senders::of).orElse(null) : null,
                reason,
                topic,
                qos,
                message.map(MessageParts::new).orElse(null),
                bytes,
                count);
        return new OutcomeEvent(kind, tenant, clientId, node, atEpochMillis, known);
    }

    private String eventId(EventKind kind, String clientId, long atEpochMillis) {
        return kind.event() + "-" + clientId + "-" + atEpochMillis + "-" + sequence.incrementAndGet();
    }

    /** A client that says that it is there. */
    public Event ping(ClientInfo client, long nowMillis) {
        Map<String, @Nullable Object> fields = begin(EventKind.PING);
        connection(fields, client);
        return end(EventKind.PING, client.tenant(), client.clientId(), nowMillis, fields);
    }

    private Map<String, @Nullable Object> begin(EventKind kind) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("event", Text.of(kind.event()));
        return fields;
    }

    private Event end(
            EventKind kind, Tenant tenant, String clientId, BrokerEvent told, Map<String, @Nullable Object> fields) {
        return end(kind, tenant, clientId, told.atEpochMillis(), fields);
    }

    private Event end(
            EventKind kind, Tenant tenant, String clientId, long atEpochMillis, Map<String, @Nullable Object> fields) {
        fields.put("timestamp", atEpochMillis);
        fields.put("node", Text.of(node));
        String id = eventId(kind, clientId, atEpochMillis);
        int hops =
                fields.get("topic") instanceof Text topic ? topicHops.of(tenant, topic.toString(), atEpochMillis) : 0;
        return new PlainEvent(kind, tenant, clientId, atEpochMillis, id, hops, fields);
    }

    private Event connected(BrokerEvent.ClientConnected connected) {
        ClientInfo client = connected.client();
        Map<String, @Nullable Object> fields = begin(EventKind.CONNECTED);
        connection(fields, client);
        fields.put("session_present", connected.sessionPresent());
        fields.put("client_attrs", ClientFields.texts(client.attributes()));
        return end(EventKind.CONNECTED, client.tenant(), client.clientId(), connected, fields);
    }

    private Event accepted(BrokerEvent.ClientConnected connected) {
        ClientInfo client = connected.client();
        Map<String, @Nullable Object> fields = begin(EventKind.CONNACK);
        fields.put("reason_code", Text.of("success"));
        connection(fields, client);
        return end(EventKind.CONNACK, client.tenant(), client.clientId(), connected, fields);
    }

    private Event refused(BrokerEvent.ConnectRefused refused) {
        Map<String, @Nullable Object> fields = begin(EventKind.CONNACK);
        fields.put("reason_code", Text.of(name(refused.reasonCode())));
        refused.client().ifPresent(client -> connection(fields, client));
        return end(EventKind.CONNACK, refused.tenant(), refused.clientId(), refused, fields);
    }

    private Event disconnected(BrokerEvent.ClientDisconnected disconnected) {
        ClientInfo client = disconnected.client();
        Map<String, @Nullable Object> fields = begin(EventKind.DISCONNECTED);
        fields.put("reason", Text.of(reason(disconnected)));
        connection(fields, client);
        fields.put("disconnected_at", disconnected.atEpochMillis());
        fields.put("client_attrs", ClientFields.texts(client.attributes()));
        return end(EventKind.DISCONNECTED, client.tenant(), client.clientId(), disconnected, fields);
    }

    private static String reason(BrokerEvent.ClientDisconnected disconnected) {
        return switch (disconnected.by()) {
            case CLIENT -> "normal";
            case ADMINISTRATOR -> "kicked";
            case NETWORK -> "tcp_closed";
            case BROKER ->
                switch (disconnected.reasonCode()) {
                    case SESSION_TAKEN_OVER -> "takenover";
                    case UNSPECIFIED_ERROR, IMPLEMENTATION_SPECIFIC_ERROR -> "internal_error";
                    default -> name(disconnected.reasonCode()).replace("keep_alive", "keepalive");
                };
        };
    }

    private Event subscribed(BrokerEvent.Subscribed subscribed) {
        ClientInfo client = subscribed.client();
        Map<String, @Nullable Object> fields = begin(EventKind.SUBSCRIBED);
        ClientFields.names(fields, client);
        fields.put("topic", Text.of(subscribed.topicFilter()));
        fields.put("qos", (long) subscribed.qos().code());
        fields.put("client_attrs", ClientFields.texts(client.attributes()));
        return end(EventKind.SUBSCRIBED, client.tenant(), client.clientId(), subscribed, fields);
    }

    private Event unsubscribed(BrokerEvent.Unsubscribed unsubscribed) {
        Map<String, @Nullable Object> fields = begin(EventKind.UNSUBSCRIBED);
        fields.put("clientid", Text.of(unsubscribed.clientId()));
        unsubscribed.client().ifPresent(client -> ClientFields.names(fields, client));
        fields.put("topic", Text.of(unsubscribed.topicFilter()));
        unsubscribed.client().ifPresent(client -> fields.put("client_attrs", ClientFields.texts(client.attributes())));
        return end(EventKind.UNSUBSCRIBED, unsubscribed.tenant(), unsubscribed.clientId(), unsubscribed, fields);
    }

    private Event authenticated(BrokerEvent.AuthenticationDecided decided) {
        ClientInfo client = decided.client();
        Map<String, @Nullable Object> fields = begin(EventKind.AUTHENTICATED);
        fields.put("reason_code", Text.of(name(decided.reasonCode())));
        ClientFields.names(fields, client);
        fields.put("is_anonymous", decided.isAnonymous());
        fields.put("client_attrs", ClientFields.texts(client.attributes()));
        return end(EventKind.AUTHENTICATED, client.tenant(), client.clientId(), decided, fields);
    }

    private Event authorized(BrokerEvent.AuthorizationDecided decided) {
        ClientInfo client = decided.client();
        Map<String, @Nullable Object> fields = begin(EventKind.AUTHORIZED);
        ClientFields.names(fields, client);
        Action action = decided.action();
        String what = "receive";
        String topic = "";
        if (action instanceof Action.Publish publish) {
            what = "publish";
            topic = publish.topic();
        } else if (action instanceof Action.Will will) {
            what = "publish";
            topic = will.topic();
        } else if (action instanceof Action.Subscribe subscribe) {
            what = "subscribe";
            topic = subscribe
                    .share()
                    .map(name -> "$share/" + name + "/" + subscribe.filter())
                    .orElse(subscribe.filter());
        } else if (action instanceof Action.Connect) {
            what = "connect";
        } else if (action instanceof Action.Receive receive) {
            topic = receive.topic();
        }
        fields.put("topic", Text.of(topic));
        fields.put("action", Text.of(what));
        if (!decided.authorizer().isEmpty()) {
            fields.put("authz_source", Text.of(decided.authorizer()));
        }
        fields.put("result", Text.of(decided.isAllowed() ? "allow" : "deny"));
        fields.put("client_attrs", ClientFields.texts(client.attributes()));
        return end(EventKind.AUTHORIZED, client.tenant(), client.clientId(), decided, fields);
    }

    private @Nullable Event dropped(EventKind kind, BrokerEvent.MessageDropped dropped) {
        if (OF_PUBLISHER.contains(dropped.reason()) != (kind == EventKind.DROPPED)) {
            return null;
        }
        return outcome(
                kind,
                dropped.tenant(),
                dropped.clientId(),
                dropped.atEpochMillis(),
                dropped.client(),
                dropped.message(),
                reason(dropped.reason()),
                dropped.topic(),
                OF_MESSAGE,
                dropped.bytes(),
                dropped.count());
    }

    private static String reason(DropReason reason) {
        return switch (reason) {
            case QUEUE_FULL_MESSAGES, QUEUE_FULL_BYTES -> "queue_full";
            case QOS0_NOT_WRITABLE, QOS0_OFFLINE -> "qos0_msg";
            default -> reason.name().toLowerCase(Locale.ROOT);
        };
    }

    private @Nullable Event alarm(EventKind kind, BrokerEvent told, String name, boolean active, String message) {
        if (active != (kind == EventKind.ALARM_ACTIVATED)) {
            return null;
        }
        Map<String, @Nullable Object> fields = begin(kind);
        fields.put("name", Text.of(name));
        fields.put("message", Text.of(message));
        fields.put(active ? "activated_at" : "deactivated_at", told.atEpochMillis());
        return end(kind, Tenant.DEFAULT, "", told, fields);
    }

    private void connection(Map<String, @Nullable Object> fields, ClientInfo client) {
        ClientFields.connection(fields, client);
        socketName(fields, client.listener());
    }

    private void socketName(Map<String, @Nullable Object> fields, String listener) {
        String address = listeners.get(listener);
        if (address != null) {
            fields.put("sockname", Text.of(address));
        }
    }

    private static String name(ReasonCode code) {
        return code.name().toLowerCase(Locale.ROOT);
    }
}
