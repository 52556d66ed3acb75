package io.maxmq.core.connection;

import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.codec.topic.TopicName;
import io.maxmq.config.TopicRewrite;
import io.maxmq.config.TopicRewrite.Scope;
import io.maxmq.core.routing.ExclusiveSubscriptions;
import io.maxmq.core.routing.Topic;
import io.maxmq.core.routing.TopicTable;
import io.maxmq.core.session.ApplicationMessages;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gives what clients publish and subscribe to the names that the settings want. A topic remembers what has become of it, so the
 * rules are gone through once per topic, not per message. Immutable, thread-safe.
 */
final class TopicRewriter {
    private static final String SHARE = "$share/";

    private static final RewriteRule[] NONE = {};

    private final RewriteRule[] published;
    private final RewriteRule[] subscribed;
    private final int maxLevels;

    private TopicRewriter(RewriteRule[] published, RewriteRule[] subscribed, int maxLevels) {
        this.published = published;
        this.subscribed = subscribed;
        this.maxLevels = maxLevels;
    }

    static TopicRewriter of(List<TopicRewrite> rules, int maxLevels) {
        return new TopicRewriter(rulesFor(rules, Scope.PUBLISH), rulesFor(rules, Scope.SUBSCRIBE), maxLevels);
    }

    private static RewriteRule[] rulesFor(List<TopicRewrite> rules, Scope scope) {
        return rules.isEmpty()
                ? NONE // and nothing for a start to link
                : rules.stream()
                        .filter(each -> each.scope() == scope || each.scope() == Scope.ALL)
                        .map(RewriteRule::new)
                        .toArray(RewriteRule[]::new);
    }

    /** Whether there is any rule for PUBLISH. */
    boolean rewritesPublish() {
        return published.length > 0;
    }

    /** The topic to which it is published, of the same table; perhaps itself. */
    Topic published(Topic topic, TopicTable topics, int loop) { // hot: per message, where there are rules
        Topic known = topic.rewritten();
        if (known != null) {
            return known;
        }
        String name = published(topic.name());
        Topic to = name.equals(topic.name()) ? topic : ApplicationMessages.topic(topics, loop, name);
        topic.rewritten(to);
        return to;
    }

    /** The same for a valid topic name. Of one that is published later it is the topic that it is for, before interceptors see either. */
    String published(String topic) {
        String to = rewrite(published, topic);
        if (to != null) {
            return TopicName.problem(to, maxLevels) == null ? to : topic;
        }
        int start = topic.startsWith(DelayedTopic.PREFIX) ? topic.indexOf('/', DelayedTopic.PREFIX.length()) + 1 : 0;
        String later = start == 0 ? null : rewrite(published, topic.substring(start));
        return later != null && TopicName.problem(later, maxLevels) == null ? topic.substring(0, start) + later : topic;
    }

    /** For a filter as a client writes it, valid or not; what comes of a valid one is valid. */
    String subscribed(String asked) {
        if (subscribed.length == 0) {
            return asked;
        }
        int start = startOfFilter(asked);
        String to = rewrite(subscribed, asked.substring(start));
        if (to == null) {
            return asked;
        }
        return TopicFilter.problem(to, maxLevels) == null ? asked.substring(0, start) + to : asked;
    }

    /** Behind {@code $share/NAME/} or {@code $exclusive/}. */
    private static int startOfFilter(String asked) {
        if (asked.startsWith(SHARE)) {
            return asked.indexOf('/', SHARE.length()) + 1;
        }
        String exclusive = ExclusiveSubscriptions.filterIn(asked);
        return exclusive == null ? 0 : asked.length() - exclusive.length();
    }

    private static @Nullable String rewrite(RewriteRule[] rules, String name) {
        for (RewriteRule rule : rules) {
            String to = rule.rewrite(name);
            if (to != null) {
                return to;
            }
        }
        return null;
    }
}
