package io.maxmq.spi.admin;

import io.maxmq.codec.QoS;
import io.maxmq.spi.Stable;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The recipients of a hypothetical message, and the reasons why other sessions would not receive it, at the time of the
 * question. {@link #toString} is a report for people. Immutable.
 *
 * <p>Checks that depend on the message itself are not part of it: interceptors, rate limits, the client's maximum
 * packet size, quotas of retained messages.
 *
 * @param question the question, with its topic rewritten as for a client; {@code $delayed/SECONDS/TOPIC} is explained
 *     as TOPIC, published now
 * @param publishing whether the broker would accept the publication
 * @param detail of that, for people; may be empty
 * @param recipients one per matching subscription, as if it were published; empty for an invalid topic
 * @param truncated whether there are more subscriptions than the question's limit
 * @param retained the topic's present retained message; empty without one
 * @since 0.1.0
 */
@Stable
public record Explanation(
        PublishQuestion question,
        Publishing publishing,
        String detail,
        List<Recipient> recipients,
        boolean truncated,
        Optional<RetainedView> retained) {

    /**
     * The decision of the broker about a publication.
     *
     * @since 0.1.0
     */
    @Stable
    public enum Publishing {
        /** The message would be published. */
        ALLOWED,
        /** The topic is not a valid topic name (MQTT 5.0 §4.7), or has too many levels. */
        TOPIC_INVALID,
        /** It begins with {@code $}, and clients may not publish there (§4.7.2). */
        TOPIC_CLOSED,
        /** The broker offers clients no such QoS, or no retained messages (§3.2.2.3.4, §3.2.2.3.5). */
        NOT_OFFERED,
        /** Authorizers deny it to this client. */
        NOT_AUTHORIZED,
        /** The client is not connected, so authorizers were not called. */
        NOT_CONNECTED
    }

    /**
     * The result of a message for one subscription.
     *
     * @since 0.1.0
     */
    @Stable
    public enum Verdict {
        /** It would be sent at once. */
        WOULD_RECEIVE,
        /** It would wait for the connected client's window or socket. */
        QUEUED,
        /** It would wait for the client's return; of a shared subscription, for that of any member. */
        QUEUED_OFFLINE,
        /** A handler of the application would be called. */
        IN_PROCESS,
        /** It would go to a member of this group: this one or another. */
        SHARED_CANDIDATE,
        /** The group has other members, and this one is disconnected or has no room. */
        SHARED_PASSED_OVER,
        /** Another subscription of the same session that matches as well delivers it (§3.3.4). */
        MERGED,
        /** It is the client's own, and the subscription says No Local (§3.8.3.1). */
        NO_LOCAL,
        /** The client is not connected, and QoS 0 does not wait. */
        OFFLINE_QOS0,
        /** The client is not connected, and the subscription is one without a queue. */
        OFFLINE_NOT_QUEUED,
        /** The session's queue or the memory budget has no room for it. */
        QUEUE_FULL,
        /** The socket has no room, and QoS 0 does not wait. */
        NOT_WRITABLE,
        /** Authorizers of deliveries deny it. */
        NOT_AUTHORIZED;

        /** Returns whether the client gets the message by this subscription, now or later; candidates and merged ones do not count. */
        public boolean isDelivered() {
            return this == WOULD_RECEIVE || this == QUEUED || this == QUEUED_OFFLINE || this == IN_PROCESS;
        }
    }

    /**
     * A subscription that matches.
     *
     * @param clientId of its session; for a handler its name in events; empty for the queue of a whole group
     * @param topicFilter with {@code $share/NAME/} when shared
     * @param shareName of a shared one
     * @param qos that the message would be delivered with: the lower of the published and the granted one
     * @param subscriptionIds that it would be delivered with, ascending; of merged ones all, at the one that delivers
     * @param isNext whether it is this member's turn in its group; the question does not use up a turn
     * @param verdict the result
     * @param detail of that, for people; may be empty
     * @since 0.1.0
     */
    @Stable
    public record Recipient(
            String clientId,
            String topicFilter,
            Optional<String> shareName,
            QoS qos,
            List<Integer> subscriptionIds,
            boolean isNext,
            Verdict verdict,
            String detail) {

        /** Copies the ids. */
        public Recipient {
            subscriptionIds = List.copyOf(subscriptionIds);
        }

        @Override
        public String toString() {
            return (clientId.isEmpty() ? "(group)" : clientId) + " by " + topicFilter + " qos=" + qos.code()
                    + (subscriptionIds.isEmpty() ? "" : " ids=" + subscriptionIds)
                    + ": " + verdict + (isNext ? " (next)" : "") + (detail.isEmpty() ? "" : ", " + detail);
        }
    }

    /** Copies the recipients. */
    public Explanation {
        recipients = List.copyOf(recipients);
    }

    /**
     * Returns the effect of the publication on the topic's retained message (§3.3.1.3), for a payload that is not
     * empty.
     */
    public String retainedEffect() {
        if (!question.retain()) {
            return "none";
        }
        return retained.isPresent() ? "replaces" : "stores";
    }

    /** A line for the message and one for each subscription. */
    @Override
    public String toString() {
        String by = question.clientId().map(id -> "client " + id).orElse("the application");
        String head = "topic " + question.topic() + " qos=" + question.qos().code() + " by " + by + ": " + publishing
                + (detail.isEmpty() ? "" : ", " + detail) + "; retained: " + retainedEffect();
        String lines = recipients.stream().map(each -> "\n  " + each).collect(Collectors.joining());
        return head
                + (recipients.isEmpty() ? "\n  no matching subscription" : lines)
                + (truncated ? "\n  and more" : "");
    }
}
