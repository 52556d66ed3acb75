package io.maxmq.codec.topic;

import io.maxmq.codec.Utf8;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The topic filter of a subscription (MQTT 5.0 §4.7, §4.8.2): levels cut by {@code /}, where {@code +} stands for one
 * level and a last {@code #} for the parent and everything below, and an optional share name.
 *
 * <pre>
 *   sport/+/score          text sport/+/score, no share
 *   $share/team/sport/#    text sport/#, share team
 *   $share                 an ordinary filter; so is $shared/a
 * </pre>
 *
 * Equal when text and share are equal. Immutable. No operation recurses; all are linear in the texts' lengths.
 */
public final class TopicFilter {
    private static final String SHARE_PREFIX = "$share/";

    private final String text;
    private final @Nullable ShareName share;

    private TopicFilter(String text, @Nullable ShareName share) {
        this.text = text;
        this.share = share;
    }

    /**
     * Reads a filter as SUBSCRIBE has it, with or without {@code $share/name/}.
     *
     * @throws IllegalArgumentException when {@link #problem(String)} has one; the message names the value
     */
    public static TopicFilter of(String subscribed) {
        String problem = problem(subscribed);
        if (problem != null) {
            throw new IllegalArgumentException("topic filter " + problem + ": filter=" + Utf8.quote(subscribed));
        }
        return ofValid(subscribed);
    }

    /** As {@link #of}, for input that may well be wrong: null instead of an exception. */
    public static @Nullable TopicFilter parse(String subscribed) {
        return parse(subscribed, Integer.MAX_VALUE);
    }

    /** As {@link #parse(String)}, and null beyond {@code maxLevels} levels, those of {@code $share/name/} not counted. */
    public static @Nullable TopicFilter parse(String subscribed, int maxLevels) {
        return problem(subscribed, maxLevels) == null ? ofValid(subscribed) : null;
    }

    /** Why {@code subscribed} is no topic filter, such as {@code "has '#' before its end"}, or null when it is one. */
    public static @Nullable String problem(String subscribed) {
        return problem(subscribed, Integer.MAX_VALUE);
    }

    /** As {@link #problem(String)}, and with at most {@code maxLevels} levels, {@code $share/name/} not counted. */
    public static @Nullable String problem(String subscribed, int maxLevels) {
        String problem = TopicText.problem(subscribed, Integer.MAX_VALUE);
        if (problem != null) {
            return problem;
        }
        if (!subscribed.startsWith(SHARE_PREFIX)) {
            return levelProblem(subscribed, maxLevels);
        }
        int nameEnd = subscribed.indexOf('/', SHARE_PREFIX.length());
        if (nameEnd < 0 || nameEnd == subscribed.length() - 1) {
            return "has no filter behind its share name"; // [MQTT-4.8.2-2]
        }
        problem = ShareName.problem(subscribed.substring(SHARE_PREFIX.length(), nameEnd));
        return problem != null
                ? "has a share name that " + problem
                : levelProblem(subscribed.substring(nameEnd + 1), maxLevels);
    }

    private static @Nullable String levelProblem(String text, int maxLevels) {
        int last = text.length() - 1;
        int levels = 1;
        for (int i = 0; i <= last; i++) {
            char c = text.charAt(i);
            if (c == '/') {
                levels++;
            } else if (c == '#' && i != last) {
                return "has '#' before its end"; // [MQTT-4.7.1-1]
            } else if ((c == '#' || c == '+')
                    && ((i > 0 && text.charAt(i - 1) != '/') || (i < last && text.charAt(i + 1) != '/'))) {
                return "has '" + c + "' beside other characters of its level"; // [MQTT-4.7.1-1], [MQTT-4.7.1-2]
            }
        }
        return levels > maxLevels ? "has " + levels + " levels, allowed are " + maxLevels : null;
    }

    /**
     * The filter that matches one topic, a valid topic name, and is not shared, even when the name begins with {@code
     * $share}.
     */
    public static TopicFilter ofTopic(String topic) {
        return new TopicFilter(topic, null);
    }

    private static TopicFilter ofValid(String subscribed) {
        if (!subscribed.startsWith(SHARE_PREFIX)) {
            return new TopicFilter(subscribed, null);
        }
        int nameEnd = subscribed.indexOf('/', SHARE_PREFIX.length());
        return new TopicFilter(
                subscribed.substring(nameEnd + 1), new ShareName(subscribed.substring(SHARE_PREFIX.length(), nameEnd)));
    }

    /** The filter without {@code $share/name/}. */
    public String text() {
        return text;
    }

    /** The group that shares the subscription, or null when it is not shared. */
    public @Nullable ShareName share() {
        return share;
    }

    /** The levels of {@link #text()}, 1 or more, empty ones included. Computed at each call. */
    public List<String> levels() {
        return List.of(text.split("/", -1));
    }

    /** Returns the number of levels, 1 or more, {@code #} included. */
    public int levelCount() {
        return TopicText.levelCount(text);
    }

    /** Returns whether a level is {@code +} or {@code #}; a filter without one matches exactly one topic. */
    public boolean hasWildcard() {
        return text.indexOf('+') >= 0 || text.charAt(text.length() - 1) == '#';
    }

    /** As {@link #matches(String)}. */
    public boolean matches(TopicName topic) {
        return matches(topic.text());
    }

    /**
     * Returns whether this filter matches {@code topic}, a valid topic name (§4.7.1); a leading wildcard does not match
     * a topic that starts with {@code $} [MQTT-4.7.2-1]. The share does not matter.
     */
    public boolean matches(String topic) {
        if (startsWithWildcard() && topic.startsWith("$")) {
            return false;
        }
        int filterEnd = text.length();
        int topicEnd = topic.length();
        int f = 0;
        int t = 0;
        while (true) { // f and t stand at the start of a level, which may be empty
            if (f < filterEnd && text.charAt(f) == '#') {
                return true;
            }
            if (f < filterEnd && text.charAt(f) == '+') {
                f++;
                t = levelEnd(topic, t);
            } else {
                int start = f;
                f = levelEnd(text, f);
                int end = levelEnd(topic, t);
                if (end - t != f - start || !text.regionMatches(start, topic, t, end - t)) {
                    return false;
                }
                t = end;
            }
            if (t == topicEnd) {
                return f == filterEnd || isRestParentOnly(f);
            }
            if (f == filterEnd) {
                return false;
            }
            f++;
            t++;
        }
    }

    /**
     * Returns whether every topic that {@code other} matches is matched by this filter too, so that a right to this filter is a
     * right to the other. Exact, {@code $} topics and {@code #}'s parent included; shares do not matter.
     */
    public boolean covers(TopicFilter other) {
        if (startsWithWildcard() && other.text.charAt(0) == '$') {
            return false;
        }
        int thisEnd = text.length();
        int otherEnd = other.text.length();
        int f = 0;
        int o = 0;
        while (true) { // f and o stand at the start of a level, which may be empty
            if (f < thisEnd && text.charAt(f) == '#') {
                return true;
            }
            if (o < otherEnd && other.text.charAt(o) == '#') {
                return !other.hasParentTopic(o) && text.startsWith("+/#", f);
            }
            int otherLevelEnd = levelEnd(other.text, o);
            if (f < thisEnd && text.charAt(f) == '+') {
                f++;
            } else {
                int start = f;
                f = levelEnd(text, f);
                if (otherLevelEnd - o != f - start || !text.regionMatches(start, other.text, o, otherLevelEnd - o)) {
                    return false;
                }
            }
            o = otherLevelEnd;
            if (o == otherEnd) {
                return f == thisEnd || isRestParentOnly(f);
            }
            if (f == thisEnd) {
                return false;
            }
            f++;
            o++;
        }
    }

    /**
     * Returns whether both filters match a common topic, so that a subscription to one requests topics of the other.
     * Exact, {@code $} topics and {@code #}'s parent included; symmetric; shares do not matter.
     */
    public boolean overlaps(TopicFilter other) {
        if (isDollarBeside(other) || other.isDollarBeside(this)) {
            return false;
        }
        int thisEnd = text.length();
        int otherEnd = other.text.length();
        int f = 0;
        int o = 0;
        boolean first = true;
        while (true) { // f and o stand at the start of a level, which may be empty
            if ((f < thisEnd && text.charAt(f) == '#') || (o < otherEnd && other.text.charAt(o) == '#')) {
                return true; // the other filter matches every remainder of the first
            }
            int level = levelEnd(text, f);
            int otherLevel = levelEnd(other.text, o);
            boolean any = f < thisEnd && text.charAt(f) == '+';
            boolean otherAny = o < otherEnd && other.text.charAt(o) == '+';
            boolean same = level - f == otherLevel - o && text.regionMatches(f, other.text, o, level - f);
            if (!any && !otherAny && !same) {
                return false;
            }
            // A topic must not be empty, so an empty first level needs another level behind it.
            boolean emptyTopic = first && ((!any && level == f) || (!otherAny && otherLevel == o));
            if (level == thisEnd || otherLevel == otherEnd) {
                boolean both = level == thisEnd && otherLevel == otherEnd;
                return !emptyTopic && (both || isRestParentOnly(level) || other.isRestParentOnly(otherLevel));
            }
            f = level + 1;
            o = otherLevel + 1;
            first = false;
        }
    }

    /** Returns whether this filter matches only topics with a leading {@code $}, and the other only topics without. */
    private boolean isDollarBeside(TopicFilter other) {
        return text.charAt(0) == '$' && other.startsWithWildcard();
    }

    private boolean startsWithWildcard() {
        char first = text.charAt(0);
        return first == '+' || first == '#';
    }

    /** Whether {@code #} at {@code at} has a parent that can be a topic: {@code #} has none, that of {@code /#} is empty. */
    private boolean hasParentTopic(int at) {
        return at > 1 || (at == 1 && text.charAt(0) != '/');
    }

    /** Returns whether from {@code at}, the end of a level, only {@code /#} follows, which includes the parent (§4.7.1.2). */
    private boolean isRestParentOnly(int at) {
        return at == text.length() - 2 && text.charAt(at + 1) == '#';
    }

    private static int levelEnd(String text, int from) {
        int slash = text.indexOf('/', from);
        return slash < 0 ? text.length() : slash;
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof TopicFilter other && text.equals(other.text) && Objects.equals(share, other.share);
    }

    @Override
    public int hashCode() {
        return 31 * text.hashCode() + Objects.hashCode(share);
    }

    /** As SUBSCRIBE has it, {@code $share/name/} included. */
    @Override
    public String toString() {
        return share == null ? text : SHARE_PREFIX + share.text() + '/' + text;
    }
}
