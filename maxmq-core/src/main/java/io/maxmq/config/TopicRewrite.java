package io.maxmq.config;

import io.maxmq.codec.Utf8;
import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.spi.Stable;

/**
 * A rule that renames topics and filters of clients. The first rule whose pattern matches a name level by level
 * rewrites it, once. Rules have no regular expressions, and their time depends only on the length of the name.
 *
 * <p>A PUBLISH is rewritten on arrival, before interceptors, authorizers, retained messages and subscribers see it; so
 * are wills, and TOPIC of {@code $delayed/SECONDS/TOPIC}. SUBSCRIBE and UNSUBSCRIBE have their filters rewritten,
 * including those behind {@code $share/NAME/} and {@code $exclusive/}. In a client's filter {@code +} matches {@code +}
 * of the pattern, and {@code #} matches {@code #}; they move to the places that the target names. A name stays
 * unchanged if the result is no valid topic or filter. Deliveries have the rewritten topic. Rules do not apply to
 * publications and subscriptions of the application. Immutable.
 *
 * @param scope packets that the rule applies to
 * @param pattern a topic filter, not shared; one that begins with a wildcard matches no name that begins with {@code $}
 * @param target the new name: <code>{1}</code> is the match of the first {@code +} of the pattern, <code>{2}</code>
 *     that of the second and so on; <code>{#}</code>, which may only be the last level, the match of {@code #}; if that
 *     is empty, it is removed with the slash before it
 * @since 0.1.0
 */
@Stable
public record TopicRewrite(Scope scope, String pattern, String target) {

    /**
     * Packets that a rule applies to.
     *
     * @since 0.1.0
     */
    @Stable
    public enum Scope {
        /** PUBLISH and wills. */
        PUBLISH,
        /** SUBSCRIBE and UNSUBSCRIBE. */
        SUBSCRIBE,
        /** All of them. */
        ALL
    }

    /** Checks the pattern, and that the target only refers to wildcards of the pattern. */
    public TopicRewrite {
        String problem = pattern.startsWith("$share/") ? "must not be shared" : TopicFilter.problem(pattern);
        if (problem != null) {
            throw new IllegalArgumentException("pattern " + problem + ": pattern=" + Utf8.quote(pattern));
        }
        checkTarget(pattern, target);
    }

    /** Returns a rule for PUBLISH, SUBSCRIBE and UNSUBSCRIBE. */
    public static TopicRewrite of(String pattern, String target) {
        return new TopicRewrite(Scope.ALL, pattern, target);
    }

    /** Returns a rule for PUBLISH and wills. */
    public static TopicRewrite ofPublish(String pattern, String target) {
        return new TopicRewrite(Scope.PUBLISH, pattern, target);
    }

    /** Returns a rule for SUBSCRIBE and UNSUBSCRIBE. */
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
