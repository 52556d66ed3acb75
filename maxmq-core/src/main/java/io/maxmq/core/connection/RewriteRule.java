package io.maxmq.core.connection;

import io.maxmq.config.TopicRewrite;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One {@link TopicRewrite}, taken apart. Each name is gone through once. Immutable. */
final class RewriteRule {
    private static final int REST = -1;

    private final String[] pattern;

    /** Whether the pattern ends in {@code #}, which is not among its levels here. */
    private final boolean open;

    /** What stands in the target before its placeholders, and behind the last. */
    private final List<String> texts = new ArrayList<>();

    /** The placeholders between: of which {@code +}, from 0, or {@link #REST}. */
    private final List<Integer> places = new ArrayList<>();

    RewriteRule(TopicRewrite rule) {
        String[] levels = rule.pattern().split("/", -1);
        open = levels[levels.length - 1].equals("#");
        pattern = open ? Arrays.copyOf(levels, levels.length - 1) : levels;
        String target = rule.target();
        int from = 0;
        for (int at = target.indexOf('{'); at >= 0; at = target.indexOf('{', from)) {
            int end = target.indexOf('}', at);
            String place = target.substring(at + 1, end);
            texts.add(target.substring(from, at));
            places.add(place.equals("#") ? REST : Integer.parseInt(place) - 1);
            from = end + 1;
        }
        texts.add(target.substring(from));
    }

    /** The new name, which may not be valid; null when the pattern does not match. */
    @Nullable
    String rewrite(String name) {
        if (name.startsWith("$") && (pattern.length == 0 || pattern[0].equals("+"))) {
            return null; // as in MQTT 5.0 §4.7.2
        }
        List<String> singles = new ArrayList<>();
        int at = 0;
        for (String expected : pattern) {
            if (at > name.length()) {
                return null;
            }
            int end = name.indexOf('/', at);
            String level = name.substring(at, end < 0 ? name.length() : end);
            if (expected.equals("+") && !level.equals("#")) {
                singles.add(level);
            } else if (!expected.equals(level)) {
                return null;
            }
            at = end < 0 ? name.length() + 1 : end + 1;
        }
        boolean whole = at > name.length();
        if (!whole && !open) {
            return null;
        }
        return write(singles, whole ? null : name.substring(at));
    }

    private String write(List<String> singles, @Nullable String rest) {
        StringBuilder target = new StringBuilder(texts.get(0));
        for (int i = 0; i < places.size(); i++) {
            int place = places.get(i);
            if (place != REST) {
                target.append(singles.get(place));
            } else if (rest != null) {
                target.append(rest);
            } else if (!target.isEmpty()) {
                target.setLength(target.length() - 1);
            }
            target.append(texts.get(i + 1));
        }
        return target.toString();
    }
}
