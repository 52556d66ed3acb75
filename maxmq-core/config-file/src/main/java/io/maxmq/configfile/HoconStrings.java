package io.maxmq.configfile;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds the quoted strings of a HOCON document with their places: the parser tells only the line in which a string ends. Expects a
 * document that the parser has accepted. Linear in its length. Not thread-safe; used once.
 */
final class HoconStrings {
    private static final String TRIPLE = "\"\"\"";
    private static final int HEX_DIGITS = 4;

    /**
     * A quoted string.
     *
     * @param content as the parser reads it, without quotes and escapes
     * @param offsets of each character of {@code content} in the document, and of the closing quotes
     * @param start offset of the opening quotes
     * @param endLine line of the closing quotes, counted from 1
     */
    record Quoted(String content, int[] offsets, int start, int endLine) {}

    private final String document;
    private final List<Quoted> strings = new ArrayList<>();
    private int at;
    private int line = 1;

    private HoconStrings(String document) {
        this.document = document;
    }

    /** The quoted strings in order, keys as well as values. */
    static List<Quoted> of(String document) {
        HoconStrings strings = new HoconStrings(document);
        strings.scan();
        return strings.strings;
    }

    private void scan() {
        while (at < document.length()) {
            if (document.startsWith(TRIPLE, at)) {
                tripleQuoted();
            } else if (document.charAt(at) == '"') {
                quoted();
            } else if (document.charAt(at) == '#' || document.startsWith("//", at)) {
                int end = document.indexOf('\n', at);
                at = end < 0 ? document.length() : end;
            } else {
                step();
            }
        }
    }

    private void step() {
        if (document.charAt(at++) == '\n') {
            line++;
        }
    }

    /** Has no escapes and ends with the last three of the first three or more quotes in a row. */
    private void tripleQuoted() {
        int start = at;
        int from = start + TRIPLE.length();
        int end = document.indexOf(TRIPLE, from);
        if (end < 0) {
            at = document.length();
            return;
        }
        while (end + TRIPLE.length() < document.length() && document.charAt(end + TRIPLE.length()) == '"') {
            end++;
        }
        int[] offsets = new int[end - from + 1];
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = from + i;
        }
        while (at < end) {
            step();
        }
        at = end + TRIPLE.length();
        strings.add(new Quoted(document.substring(from, end), offsets, start, line));
    }

    private void quoted() {
        int start = at++;
        StringBuilder content = new StringBuilder();
        List<Integer> offsets = new ArrayList<>();
        while (at < document.length() && document.charAt(at) != '"' && document.charAt(at) != '\n') {
            offsets.add(at);
            char c = document.charAt(at++);
            content.append(c == '\\' && at < document.length() ? escaped() : c);
        }
        if (at == document.length() || document.charAt(at) == '\n') {
            return; // no string: the parser would have refused it
        }
        offsets.add(at++);
        strings.add(new Quoted(
                content.toString(), offsets.stream().mapToInt(Integer::intValue).toArray(), start, line));
    }

    private char escaped() {
        char c = document.charAt(at++);
        if (c == 'u' && at + HEX_DIGITS <= document.length()) {
            int code = 0;
            for (int i = 0; i < HEX_DIGITS; i++) {
                code = code << HEX_DIGITS | Math.max(0, Character.digit(document.charAt(at++), 16));
            }
            return (char) code;
        }
        return switch (c) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            default -> c;
        };
    }
}
