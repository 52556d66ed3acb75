package io.maxmq.config;

import io.maxmq.codec.Utf8;
import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.spi.Stable;

/**
 * A rule that gives what clients publish or subscribe to another name. A name is rewritten once, by the first rule whose pattern
 * it matches level by level; without regular expressions, in time that grows with its length alone.
 *
 * <p>A PUBLISH is rewritten as it comes: interceptors, authorizers, retained messages and subscribers have the new topic; so
 * are wills, and TOPIC of {@code $delayed/SECONDS/TOPIC}. Of SUBSCRIBE and UNSUBSCRIBE the filter is, that of {@code $share/NAME/}
 * and {@code $exclusive/} too. In a client's filter {@code +} is matched by {@code +} of the pattern, and {@code #} by {@code #},
 * and they go where the target says. Where that gives no valid topic or filter the name stays as it is. Deliveries have the topic
 * that was published after rewriting; they are not rewritten back. What the application publishes and subscribes to is left
 * alone. Immutable.
 *
 * @param scope what it is for
 * @param pattern a topic filter, not shared; one that begins with a wildcard matches no name that begins with {@code $}
 * @param target the new name: <code>{1}</code> is what the first {@code +} of the pattern matched, <code>{2}</code> the second and
 *     so on; <code>{#}</code>, which may only be the last level, what {@code #} matched, and is left out with the slash before it
 *     when that was nothing
 * @since 0.1.0
 */
@Stable
public record TopicRewrite(Scope scope, String pattern, String target) {

    /**
     * What a rule is for.
     *
     * @since 0.1.0
     */
    @Stable
    public enum Scope {
        /** PUBLISH and wills. */
        PUBLISH,
        /** SUBSCRIBE and UNSUBSCRIBE. */
        SUBSCRIBE,
        /** Both. */
        ALL
    }

    /** Checks the pattern, and that the target names what the pattern has. */
    public TopicRewrite {
        String problem = pattern.startsWith("$share/") ? "must not be shared" : TopicFilter.problem(pattern);
        if (problem != null) {
            throw new IllegalArgumentException("pattern " + problem + ": pattern=" + Utf8.quote(pattern));
        }
        checkTarget(pattern, target);
    }

    /** For PUBLISH, SUBSCRIBE and UNSUBSCRIBE. */
    public static TopicRewrite of(String pattern, String target) {
        return new TopicRewrite(Scope.ALL, pattern, target);
    }

    /** For PUBLISH and wills alone. */
    public static TopicRewrite ofPublish(String pattern, String target) {
        return new TopicRewrite(Scope.PUBLISH, pattern, target);
    }

    /** For SUBSCRIBE and UNSUBSCRIBE alone. */
    public static TopicRewrite ofSubscribe(String pattern, String target) {
        return new TopicRewrite(Scope.SUBSCRIBE, pattern, target);
    }

    private static void checkTarget(String pattern, String target) {
        long singles = pattern.chars().filter(each -> each == '+').count();
        String left = target;
        if (pattern.endsWith("#") && (left.equals("{#}") || left.endsWith("/{#}"))) {
            left = left.substring(0, left.length() - "{#}".length());
        }
        for (int i = 1; i <= singles; i++) {
            left = left.replace("{" + i + "}", "");
        }
        boolean plain = left.chars().noneMatch(each -> "{}+#".indexOf(each) >= 0);
        if (!plain || target.isEmpty() || target.startsWith("$share/") || Utf8.encodedLength(target) < 0) {
            throw new IllegalArgumentException(
                    "target must be a topic name, not shared, with {1}.. for each + of the pattern, and {#} as"
                            + " last level for its #: pattern=" + Utf8.quote(pattern) + ", target="
                            + Utf8.quote(target));
        }
    }
}
