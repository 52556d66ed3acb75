package io.maxmq.rules.event;

import io.maxmq.codec.topic.TopicFilter;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The kinds of events that rules may want, by the topic that FROM names and the older name. */
public enum EventKind {
    PUBLISH("message.publish", null, null),
    DELIVERED("message.delivered", "$events/message/delivered", "$events/message_delivered"),
    ACKED("message.acked", "$events/message/acked", "$events/message_acked"),
    DROPPED("message.dropped", "$events/message/dropped", "$events/message_dropped"),
    DELIVERY_DROPPED("delivery.dropped", "$events/message/delivery_dropped", "$events/delivery_dropped"),
    CONNECTED("client.connected", "$events/client/connected", "$events/client_connected"),
    DISCONNECTED("client.disconnected", "$events/client/disconnected", "$events/client_disconnected"),
    CONNACK("client.connack", "$events/client/connack", "$events/client_connack"),
    PING("client.ping", "$events/client/ping", "$events/client_ping"),
    AUTHENTICATED(
            "client.check_authn_complete", "$events/auth/check_authn_complete", "$events/client_check_authn_complete"),
    AUTHORIZED(
            "client.check_authz_complete", "$events/auth/check_authz_complete", "$events/client_check_authz_complete"),
    SUBSCRIBED("session.subscribed", "$events/session/subscribed", "$events/session_subscribed"),
    UNSUBSCRIBED("session.unsubscribed", "$events/session/unsubscribed", "$events/session_unsubscribed"),
    ALARM_ACTIVATED("alarm.activated", "$events/sys/alarm_activated", "$events/alarm_activated"),
    ALARM_DEACTIVATED("alarm.deactivated", "$events/sys/alarm_deactivated", "$events/alarm_deactivated");

    private static final String PREFIX = "$events/";

    private final String event;
    private final @Nullable String topic;
    private final @Nullable String olderTopic;

    EventKind(String event, @Nullable String topic, @Nullable String olderTopic) {
        this.event = event;
        this.topic = topic;
        this.olderTopic = olderTopic;
    }

    /** The value of the field {@code event}. */
    public String event() {
        return event;
    }

    /** The topic that FROM names; null for messages, which have their own. */
    public @Nullable String topic() {
        return topic;
    }

    /** Returns whether a source is about events rather than messages. */
    public static boolean isEvent(String source) {
        return source.startsWith(PREFIX);
    }

    /** Returns whether events of this kind cost something for each message or packet, so that a broker tells of them when asked at its start only. */
    public boolean isWatched() {
        return this == DELIVERED || this == ACKED || this == PING;
    }

    /** All topics that name exactly one kind, the older ones too. */
    public static Set<String> topics() {
        Set<String> topics = new LinkedHashSet<>();
        for (EventKind each : values()) {
            if (each.topic != null && each.olderTopic != null) {
                topics.add(each.topic);
                topics.add(each.olderTopic);
            }
        }
        return topics;
    }

    /** The kinds that a source with or without wildcards names; possibly empty. */
    public static Set<EventKind> named(String source) {
        Set<EventKind> kinds = EnumSet.noneOf(EventKind.class);
        TopicFilter filter = TopicFilter.parse(source);
        if (filter == null) {
            return kinds;
        }
        for (EventKind each : values()) {
            if (each.topic != null
                    && each.olderTopic != null
                    && (filter.matches(each.topic) || source.equals(each.olderTopic))) {
                kinds.add(each);
            }
        }
        return kinds;
    }
}
