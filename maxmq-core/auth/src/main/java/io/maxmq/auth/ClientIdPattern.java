package io.maxmq.auth;

import io.maxmq.spi.ClientInfo;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A pattern for client ids: {@code *} stands for any characters, also for none, and {@code ${username}} for the client's user name, as in
 * {@code ${username}-*}. A name is compared as it is: an asterisk in it stands for itself. Immutable.
 */
final class ClientIdPattern {
    private final String text;

    /** The parts between the asterisks, each a list of literals and {@code ${NAME}}. */
    private final List<List<String>> pieces;

    private ClientIdPattern(String text, List<List<String>> pieces) {
        this.text = text;
        this.pieces = pieces;
    }

    /** @throws IllegalArgumentException when it has an unknown name, or a name that is not closed */
    static ClientIdPattern of(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("clientid must not be empty");
        }
        List<List<String>> pieces = new ArrayList<>();
        List<String> piece = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            int end = text.startsWith("${", at) ? endOfName(text, at) : endOfLiteral(text, at);
            if (text.charAt(at) == '*') {
                pieces.add(List.copyOf(piece));
                piece.clear();
            } else {
                piece.add(text.substring(at, end));
            }
            at = end;
        }
        pieces.add(List.copyOf(piece));
        return new ClientIdPattern(text, List.copyOf(pieces));
    }

    private static int endOfName(String text, int at) {
        int end = text.indexOf('}', at);
        if (end < 0) {
            throw new IllegalArgumentException("a place for a name is not closed by }: clientid=" + text);
        }
        String name = text.substring(at + 2, end);
        if (name.equals("clientid") || !FilterTemplate.isName(name)) {
            throw new IllegalArgumentException("unknown name ${" + name
                    + "}; use ${username}, ${cert.cn}, ${tenant} or ${attribute.NAME}: clientid=" + text);
        }
        return end + 1;
    }

    private static int endOfLiteral(String text, int at) {
        int end = at + 1;
        while (text.charAt(at) != '*'
                && end < text.length()
                && text.charAt(end) != '*'
                && !text.startsWith("${", end)) {
            end++;
        }
        return end;
    }

    /**
     * Whether the client's id matches.
     *
     * @param allows whether the rule allows: then nothing matches for a client without a name that the pattern needs; else that name stands
     *     for any characters
     */
    boolean matches(ClientInfo client, boolean allows) {
        List<String> literals = new ArrayList<>();
        StringBuilder literal = new StringBuilder();
        for (int i = 0; i < pieces.size(); i++) {
            if (i > 0) {
                literals.add(literal.toString());
                literal.setLength(0);
            }
            for (String part : pieces.get(i)) {
                String value = part.startsWith("${") ? valueOf(part, client) : part;
                if (value != null) {
                    literal.append(value);
                } else if (allows) {
                    return false;
                } else {
                    literals.add(literal.toString());
                    literal.setLength(0);
                }
            }
        }
        literals.add(literal.toString());
        return matches(client.clientId(), literals);
    }

    /** Null when the client has no such name. */
    private static @Nullable String valueOf(String place, ClientInfo client) {
        String value = FilterTemplate.valueOf(place.substring(2, place.length() - 1), client);
        return value == null || value.isEmpty() ? null : value;
    }

    /** Whether the id contains these texts in this order, the first at its beginning and the last at its end. */
    private static boolean matches(String id, List<String> literals) {
        String first = literals.get(0);
        if (literals.size() == 1) {
            return id.equals(first);
        }
        String last = literals.get(literals.size() - 1);
        if (!id.startsWith(first) || !id.endsWith(last)) {
            return false;
        }
        int at = first.length();
        int end = id.length() - last.length();
        for (String each : literals.subList(1, literals.size() - 1)) {
            int found = id.indexOf(each, at);
            if (found < 0) {
                return false;
            }
            at = found + each.length();
        }
        return at <= end;
    }

    @Override
    public String toString() {
        return text;
    }
}
