package io.maxmq.config;

import io.maxmq.codec.Utf8;
import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.spi.Stable;
import io.maxmq.spi.intercept.SubscriptionRequest;

/**
 * A subscription that the broker gives to sessions of certain clients at their first CONNECT: each time to a new
 * session, once to a resumed one. A client may end it by UNSUBSCRIBE; then it stays ended until a new session begins. A
 * client that subscribes to the same filter replaces it by its own subscription. The broker sends no packet about it,
 * but emits {@link io.maxmq.spi.event.BrokerEvent.Subscribed}, and delivers retained messages as after SUBSCRIBE.
 *
 * <p>Authorizers decide as for a SUBSCRIBE of the client: at the first CONNECT, when the session is resumed, and when
 * the rules change. After a denial the client goes without the subscription until a new session begins, which is
 * logged; a failing authorizer ends the connection. {@link #withoutAuthorization()} skips this check; an authorizer
 * that {@linkplain io.maxmq.spi.auth.Authorizer#authorizesReceive authorizes each delivery} still decides about
 * deliveries. Interceptors are not called. The limits of subscriptions apply; at a limit the client goes without the
 * subscription, which is logged. Immutable.
 *
 * @param clientIds a pattern of client ids in which each {@code *} stands for any number of characters; at most 256
 *     characters
 * @param subscription the filter and its options. {@code ${clientid}}, {@code ${username}} and {@code ${tenant}} in the
 *     filter are replaced; a client without one of these, or with a value that contains {@code / + #} or would begin
 *     the filter with {@code $}, gets no subscription. {@code $share/NAME/} may precede the filter, {@code $exclusive/}
 *     must not
 * @param authorized whether authorizers decide; default true
 * @since 0.1.0
 */
@Stable
public record AutomaticSubscription(String clientIds, SubscriptionRequest subscription, boolean authorized) {
    private static final int MAX_PATTERN = 256;

    /** Checks the filter with sample values in place of the placeholders. */
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

    /** Returns a subscription for the clients that match the pattern. */
    public static AutomaticSubscription of(String clientIds, SubscriptionRequest subscription) {
        return new AutomaticSubscription(clientIds, subscription, true);
    }

    /** Returns a copy that authorizers do not decide about. */
    public AutomaticSubscription withoutAuthorization() {
        return new AutomaticSubscription(clientIds, subscription, false);
    }

    /** Returns whether the pattern matches this client id. */
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
                // The last star matches one more character.
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
