package io.maxmq.auth;

import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.spi.ClientInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A topic filter with places for a client's names: {@code devices/${clientid}/#}. A name is put in as it is, and stays one level or a
 * part of one. One that cannot, as it is missing, empty, or has a slash, a wildcard or U+0000, makes no filter that allows anything,
 * and one that denies with {@code +} for that level: no name that a client chooses widens what it may do. Immutable.
 */
final class FilterTemplate {
    private static final String ATTRIBUTE = "attribute.";

    /** Kinds of topics that are not what messages are published to, and what to write instead. */
    private static final List<String> PREFIXES = List.of("$share/", "$exclusive/", "$delayed/");

    private final String text;

    /** Null when there are places in it. */
    private final @Nullable TopicFilter fixed;

    private FilterTemplate(String text, @Nullable TopicFilter fixed) {
        this.text = text;
        this.fixed = fixed;
    }

    /** @throws IllegalArgumentException when it is none; says why */
    static FilterTemplate of(String text) {
        for (String prefix : PREFIXES) {
            if (text.startsWith(prefix)) {
                throw new IllegalArgumentException(
                        "a rule is about topics as they are without " + prefix + "…: topic=" + text);
            }
        }
        StringBuilder filled = new StringBuilder();
        int from = 0;
        for (int place = text.indexOf("${"); place >= 0; place = text.indexOf("${", from)) {
            int end = text.indexOf('}', place);
            if (end < 0) {
                throw new IllegalArgumentException("a place for a name is not closed by }: topic=" + text);
            }
            checkName(text.substring(place + 2, end), text);
            filled.append(text, from, place).append('x');
            from = end + 1;
        }
        filled.append(text, from, text.length());
        String problem = TopicFilter.problem(filled.toString());
        if (problem != null) {
            throw new IllegalArgumentException("topic filter " + problem + ": topic=" + text);
        }
        return new FilterTemplate(text, from == 0 ? TopicFilter.of(text) : null);
    }

    private static void checkName(String name, String text) {
        if (!isName(name)) {
            throw new IllegalArgumentException("there is no name ${" + name
                    + "}, but ${clientid}, ${username}, ${cert.cn}, ${tenant} and ${attribute.NAME}: topic=" + text);
        }
    }

    /** Whether a template may have {@code ${name}}. */
    static boolean isName(String name) {
        return switch (name) {
            case "clientid", "username", "cert.cn", "tenant" -> true;
            default -> name.startsWith(ATTRIBUTE) && name.length() > ATTRIBUTE.length();
        };
    }

    /** The level that all its topics begin with; null when that depends on the client, or is any. */
    @Nullable
    String firstLevel() {
        String first = fixed == null ? "" : firstLevelOf(text);
        return fixed == null || first.equals("+") || first.equals("#") ? null : first;
    }

    static String firstLevelOf(String topic) {
        int slash = topic.indexOf('/');
        return slash < 0 ? topic : topic.substring(0, slash);
    }

    /** What it allows this client; null for nothing. */
    @Nullable
    TopicFilter allowing(ClientInfo client) {
        return fixed != null ? fixed : filled(client, true);
    }

    /** What it denies this client; null for nothing, when it would be longer than topics are. */
    @Nullable
    TopicFilter denying(ClientInfo client) {
        return fixed != null ? fixed : filled(client, false);
    }

    private @Nullable TopicFilter filled(ClientInfo client, boolean allows) {
        StringBuilder filter = new StringBuilder();
        int start = 0;
        while (true) {
            int slash = endOfLevel(start);
            String level = level(text.substring(start, slash), client);
            if (level == null) {
                if (allows) {
                    return null;
                }
                level = "+";
            } else if (start == 0 && allows && level.startsWith("$") && !startsWithOwnDollar()) {
                return null; // $ topics are for rules that say so
            }
            filter.append(level);
            if (slash == text.length()) {
                String all = filter.toString();
                return all.startsWith("$share/") ? null : TopicFilter.parse(all); // no rule allows such topics
            }
            filter.append('/');
            start = slash + 1;
        }
    }

    /** A name of an attribute may have a slash in it. */
    private int endOfLevel(int start) {
        int from = start;
        while (true) {
            int slash = text.indexOf('/', from);
            int place = text.indexOf("${", from);
            if (place < 0 || slash < 0 || slash < place) {
                return slash < 0 ? text.length() : slash;
            }
            from = text.indexOf('}', place) + 1;
        }
    }

    private boolean startsWithOwnDollar() {
        return text.startsWith("$") && !text.startsWith("${");
    }

    /** Null when a name that it needs cannot be in a level. */
    private static @Nullable String level(String template, ClientInfo client) {
        int place = template.indexOf("${");
        if (place < 0) {
            return template;
        }
        StringBuilder level = new StringBuilder();
        int from = 0;
        while (place >= 0) {
            int end = template.indexOf('}', place);
            String value = valueOf(template.substring(place + 2, end), client);
            if (value == null || value.isEmpty() || !isWithinLevel(value)) {
                return null;
            }
            level.append(template, from, place).append(value);
            from = end + 1;
            place = template.indexOf("${", from);
        }
        return level.append(template, from, template.length()).toString();
    }

    private static boolean isWithinLevel(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '/' || c == '+' || c == '#' || c == '\0') {
                return false;
            }
        }
        return true;
    }

    /** The client's name of this kind; null without one. */
    static @Nullable String valueOf(String name, ClientInfo client) {
        return switch (name) {
            case "clientid" -> client.clientId();
            case "username" -> client.username().orElse(null);
            case "tenant" -> client.tenant().name();
            case "cert.cn" -> client.attributes().get(name);
            default -> client.attributes().get(name.substring(ATTRIBUTE.length()));
        };
    }

    @Override
    public String toString() {
        return text;
    }
}
