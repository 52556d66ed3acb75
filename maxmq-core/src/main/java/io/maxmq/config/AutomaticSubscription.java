package io.maxmq.config;

import io.maxmq.codec.Utf8;
import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.spi.Stable;
import io.maxmq.spi.intercept.SubscriptionRequest;

/**
 * A subscription that sessions of certain clients get without asking, with their first CONNECT: a new session each time that it
 * begins, a session that goes on once. The client may end it by UNSUBSCRIBE, and has it no more until a new session begins; by
 * SUBSCRIBE to the same filter it makes it its own. No packet tells of it; {@link io.maxmq.spi.event.BrokerEvent.Subscribed}
 * does, and retained messages come as after SUBSCRIBE.
 *
 * <p>Authorizers are asked as about a SUBSCRIBE of the client: when it is given, when the session is resumed, and when the rules change. A
 * client that they deny goes without it until a new session begins, which is logged; when one of them fails the connection ends.
 * {@link #withoutAuthorization()} gives it to clients that have no right of their own to it; an authorizer that {@linkplain
 * io.maxmq.spi.auth.Authorizer#authorizesReceive asks about each delivery} is asked about those all the same. Interceptors are not asked. The
 * limits of subscriptions hold; where one is reached the client goes without, which is logged. Immutable.
 *
 * @param clientIds which clients: a client id in which each {@code *} stands for any characters, also none; at most 256 characters
 * @param subscription what they get; in its filter {@code ${clientid}}, {@code ${username}} and {@code ${tenant}} are replaced, and a
 *     client for which one of these is missing or holds {@code / + #}, or would begin the filter with {@code $}, goes without. {@code
 *     $share/NAME/} may precede the filter, {@code $exclusive/} not
 * @param authorized whether the authorizers are asked; default true
 * @since 0.1.0
 */
@Stable
public record AutomaticSubscription(String clientIds, SubscriptionRequest subscription, boolean authorized) {
    private static final int MAX_PATTERN = 256;

    /** Checks the filter, as it is when all names are in place. */
    public AutomaticSubscription {
        String filter = subscription.topicFilter();
        if (clientIds.isEmpty() || clientIds.length() > MAX_PATTERN) {
            throw new IllegalArgumentException(
                    "clientIds must be 1.." + MAX_PATTERN + " characters: clientIds=" + Utf8.quote(clientIds));
        }
        SettingChecks.template("topicFilter", filter);
        String example =
                filter.replace("${clientid}", "c").replace("${username}", "u").replace("${tenant}", "t");
        String problem = example.startsWith("$exclusive/") ? "must not be exclusive" : TopicFilter.problem(example);
        if (problem == null && subscription.noLocal() && example.startsWith("$share/")) {
            problem = "must not be shared with No Local";
        }
        if (problem != null) {
            throw new IllegalArgumentException("topicFilter " + problem + ": topicFilter=" + Utf8.quote(filter));
        }
    }

    /** For these clients. */
    public static AutomaticSubscription of(String clientIds, SubscriptionRequest subscription) {
        return new AutomaticSubscription(clientIds, subscription, true);
    }

    /** The same for clients whatever the authorizers would say. */
    public AutomaticSubscription withoutAuthorization() {
        return new AutomaticSubscription(clientIds, subscription, false);
    }

    /** Whether this client is one of them. */
    public boolean isFor(String clientId) {
        int p = 0;
        int c = 0;
        int star = -1;
        int behindStar = 0;
        while (c < clientId.length()) {
            if (p < clientIds.length() && clientIds.charAt(p) == '*') {
                star = p++;
                behindStar = c;
            } else if (p < clientIds.length() && clientIds.charAt(p) == clientId.charAt(c)) {
                p++;
                c++;
            } else if (star >= 0) {
                // The last star takes one character more.
                p = star + 1;
                c = ++behindStar;
            } else {
                return false;
            }
        }
        while (p < clientIds.length() && clientIds.charAt(p) == '*') {
            p++;
        }
        return p == clientIds.length();
    }
}
