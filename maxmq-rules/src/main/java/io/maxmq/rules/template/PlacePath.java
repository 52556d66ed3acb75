package io.maxmq.rules.template;

import java.util.ArrayList;
import java.util.List;

/**
 * Parses the path of one place {@code ${path}}. Keys are separated by points; each may be followed by array indexes. A key in single or
 * double quotes is taken literally, and the quote is doubled within it, as in a statement. Not thread-safe; used once.
 */
final class PlacePath {
    /** A parsed place. */
    record Parsed(List<Object> steps, int end) {}

    private final String text;
    private final int start;
    private final List<Object> steps = new ArrayList<>();
    private int at;

    /** @param start of the place's dollar sign in the template */
    PlacePath(String text, int start) {
        this.text = text;
        this.start = start;
        this.at = start + 2;
    }

    /**
     * Parses up to and including the closing brace.
     *
     * @return keys as {@code String} and array indexes as {@code Integer}; without steps for the whole record
     * @throws IllegalArgumentException when the place is malformed; names the template and the character
     */
    Parsed parse() {
        skipBlanks();
        boolean hasPoint = takes('.');
        skipBlanks();
        if (hasPoint && takes('}')) {
            return new Parsed(List.of(), at);
        }
        step();
        while (!takes('}')) {
            if (takes('.')) {
                step();
            } else if (takes('[')) {
                index();
            } else {
                throw malformed("expected . or [ or }");
            }
            skipBlanks();
        }
        return new Parsed(List.copyOf(steps), at);
    }

    private void step() {
        skipBlanks();
        steps.add(isQuote() ? quoted() : plain());
        skipBlanks();
    }

    private boolean isQuote() {
        return at < text.length() && (text.charAt(at) == '\'' || text.charAt(at) == '"');
    }

    private String quoted() {
        char quote = text.charAt(at++);
        StringBuilder key = new StringBuilder();
        while (true) {
            int end = text.indexOf(quote, at);
            if (end < 0) {
                at = text.length();
                throw malformed("expected " + quote + " after the quoted key");
            }
            key.append(text, at, end);
            at = end + 1;
            if (at == text.length() || text.charAt(at) != quote) {
                return key.toString();
            }
            key.append(quote);
            at++;
        }
    }

    /** A key without quotes; blanks around it do not belong to it. */
    private String plain() {
        int from = at;
        while (at < text.length() && ".[]{}".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        String key = text.substring(from, at).strip();
        if (key.isEmpty()) {
            throw malformed("expected a key");
        }
        return key;
    }

    /** An array index, or a quoted key, and the bracket behind it. */
    private void index() {
        skipBlanks();
        if (isQuote()) {
            steps.add(quoted());
        } else {
            int from = at;
            if (at < text.length() && (text.charAt(at) == '-' || text.charAt(at) == '+')) {
                at++;
            }
            while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
                at++;
            }
            try {
                steps.add(Integer.valueOf(text.substring(from, at)));
            } catch (NumberFormatException e) {
                at = from;
                throw malformed("expected an array index or a key in quotes");
            }
        }
        skipBlanks();
        if (!takes(']')) {
            throw malformed("expected ]");
        }
    }

    private void skipBlanks() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private boolean takes(char c) {
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    private IllegalArgumentException malformed(String expected) {
        String found = at < text.length() ? "found " + text.charAt(at) : "found the end of the template";
        return new IllegalArgumentException("malformed template, character " + (at + 1) + ": " + expected + ", " + found
                + " in the place that begins at character " + (start + 1) + "; write $${ for the characters ${: "
                + text);
    }
}
