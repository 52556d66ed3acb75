package io.maxmq.auth;

import io.maxmq.codec.QoS;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads a rule from its line, a word at a time. Not thread-safe. */
final class AclLine {
    static final String ATTRIBUTE = "attribute.";

    private static final String SHAPE =
            "a rule is: allow|deny RIGHTS key=value … topic=FILTER, or allow|deny connect key=value … clientid=PATTERN";

    private final String line;
    private int at;

    private AclLine(String line) {
        this.line = line;
    }

    /** Whether the line says nothing. A filter never begins a line, so {@code #} there is a comment's and nowhere else. */
    static boolean isNone(String line) {
        return line.isBlank() || line.stripLeading().startsWith("#");
    }

    /** @throws IllegalArgumentException saying what is wrong */
    static AclRule parse(String line) {
        return new AclLine(line).rule();
    }

    private AclRule rule() {
        boolean allows = switch (word()) {
            case "allow" -> true;
            case "deny" -> false;
            default -> throw new IllegalArgumentException(SHAPE + "; this begins with neither allow nor deny");
        };
        List<AclRight> rights = rights(word());
        boolean isConnect = rights.contains(AclRight.CONNECT);
        List<String[]> pairs = new ArrayList<>();
        List<String> clientIds = new ArrayList<>();
        AclRule rule = null;
        for (String[] pair = pair(); pair != null; pair = pair()) {
            if (pair[0].equals("topic") && !isConnect) {
                rule = rule == null ? AclRule.of(allows, rights, pair[1]) : rule.topic(pair[1]);
            } else if (pair[0].equals("clientid") && isConnect) {
                clientIds.add(pair[1]);
            } else {
                pairs.add(pair);
            }
        }
        if (isConnect) {
            rule = AclRule.connect(allows, clientIds);
        }
        if (rule == null) {
            throw new IllegalArgumentException(SHAPE + "; this has no topic");
        }
        Set<String> seen = new HashSet<>();
        for (String[] pair : pairs) {
            rule = narrowed(rule, pair[0], pair[1], seen.add(pair[0]));
        }
        return rule;
    }

    private static List<AclRight> rights(String text) {
        if (text.equals("connect")) {
            return List.of(AclRight.CONNECT);
        }
        List<AclRight> rights = new ArrayList<>();
        for (String each : text.split(",", -1)) {
            switch (each) {
                case "all" -> rights.addAll(List.of(AclRight.PUBLISH, AclRight.SUBSCRIBE));
                case "publish" -> rights.add(AclRight.PUBLISH);
                case "will" -> rights.add(AclRight.WILL);
                case "subscribe" -> rights.add(AclRight.SUBSCRIBE);
                case "receive" -> rights.add(AclRight.RECEIVE);
                default ->
                    throw new IllegalArgumentException(
                            "rights are all, publish, will, subscribe and receive, with commas between them, or connect alone: \""
                                    + text + "\"");
            }
        }
        return rights;
    }

    private static AclRule narrowed(AclRule rule, String key, String value, boolean isFirst) {
        AclRule forWhom = switch (key) {
            case "user" -> rule.user(value);
            case "client" -> rule.client(value);
            case "tenant" -> rule.tenant(value);
            case "listener" -> rule.listener(value);
            case "address" -> rule.address(value);
            default -> key.startsWith(ATTRIBUTE) ? rule.attribute(key.substring(ATTRIBUTE.length()), value) : null;
        };
        if (forWhom != null) {
            return forWhom;
        }
        if (!isFirst) {
            throw new IllegalArgumentException(key + " is there twice");
        }
        return switch (key) {
            case "anonymous" -> rule.anonymous(yes(key, value));
            case "retain" -> rule.retain(yes(key, value));
            case "shared" -> rule.shared(yes(key, value));
            case "qos" -> rule.qos(qos(value));
            case "topic" -> throw new IllegalArgumentException("topic is there, but connect has clientid in its place");
            default ->
                throw new IllegalArgumentException("there is no key " + key
                        + ", but topic, user, client, anonymous, address, attribute.NAME, tenant, listener, qos,"
                        + " retain and shared; of connect clientid");
        };
    }

    private static boolean yes(String key, String value) {
        return switch (value) {
            case "yes" -> true;
            case "no" -> false;
            default -> throw new IllegalArgumentException(key + " must be yes or no: " + key + "=" + value);
        };
    }

    private static QoS[] qos(String value) {
        return Stream.of(value.split(",", -1))
                .map(each -> switch (each) {
                    case "0" -> QoS.AT_MOST_ONCE;
                    case "1" -> QoS.AT_LEAST_ONCE;
                    case "2" -> QoS.EXACTLY_ONCE;
                    default ->
                        throw new IllegalArgumentException(
                                "qos must be of 0, 1 and 2, with commas between them: qos=" + value);
                })
                .toArray(QoS[]::new);
    }

    // ---- words

    private void skipSpaces() {
        while (at < line.length() && isSpace(line.charAt(at))) {
            at++;
        }
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t';
    }

    /** Up to the next space; empty at the end. */
    private String word() {
        skipSpaces();
        int start = at;
        while (at < line.length() && !isSpace(line.charAt(at))) {
            at++;
        }
        return line.substring(start, at);
    }

    /** Key and value; null at the end. */
    private String @Nullable [] pair() {
        skipSpaces();
        if (at == line.length()) {
            return null;
        }
        int start = at;
        while (at < line.length() && line.charAt(at) != '=' && !isSpace(line.charAt(at))) {
            at++;
        }
        String key = line.substring(start, at);
        if (at == line.length() || line.charAt(at) != '=') {
            throw new IllegalArgumentException(SHAPE + "; \"" + key + "\" is no key=value");
        }
        at++;
        boolean isQuoted = at < line.length() && line.charAt(at) == '"';
        String value = isQuoted ? quotation(key) : word(key);
        if (value.isEmpty()) {
            throw new IllegalArgumentException(key + " has no value");
        }
        return new String[] {key, value};
    }

    private String word(String key) {
        if (at < line.length() && isSpace(line.charAt(at))) {
            return "";
        }
        String value = word();
        if (value.indexOf('"') >= 0) {
            throw new IllegalArgumentException("a value with a quotation mark in it must begin with one: " + key);
        }
        return value;
    }

    private String quotation(String key) {
        StringBuilder value = new StringBuilder();
        for (at++; at < line.length(); at++) {
            char c = line.charAt(at);
            if (c == '"') {
                at++;
                if (at < line.length() && !isSpace(line.charAt(at))) {
                    throw new IllegalArgumentException("there must be a space behind the value of " + key);
                }
                return value.toString();
            }
            if (c == '\\') {
                at++;
                c = at < line.length() ? line.charAt(at) : 0;
                if (c != '"' && c != '\\') {
                    throw new IllegalArgumentException("in quotation marks \\ stands before \" or \\ only: " + key);
                }
            }
            value.append(c);
        }
        throw new IllegalArgumentException("the quotation mark of " + key + " is not closed");
    }

    /** As a value of a line, in quotation marks where it needs them. */
    static String quoted(String value) {
        boolean needs = value.indexOf('"') >= 0 || value.chars().anyMatch(c -> isSpace((char) c));
        return needs ? '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"' : value;
    }
}
