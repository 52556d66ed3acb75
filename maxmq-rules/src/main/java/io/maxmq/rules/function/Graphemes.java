package io.maxmq.rules.function;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Text counted in what people take for characters: extended grapheme clusters (Unicode Standard Annex 29). Stateless. */
final class Graphemes {
    private static final Pattern CLUSTER = Pattern.compile("\\X");
    /** Below, every character but CR LF is a cluster of its own. */
    private static final char FIRST_COMBINING = '\u0300';

    private Graphemes() {}

    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= FIRST_COMBINING || c == '\r') {
                return false;
            }
        }
        return true;
    }

    /** Returns the number of grapheme clusters. */
    static int count(String text) {
        if (isPlain(text)) {
            return text.length();
        }
        int count = 0;
        for (Matcher clusters = CLUSTER.matcher(text); clusters.find(); ) {
            count++;
        }
        return count;
    }

    /** Where the one with this number, from 0, begins; the text's length when there are fewer. */
    static int offset(String text, int number) {
        if (isPlain(text)) {
            return Math.min(number, text.length());
        }
        Matcher clusters = CLUSTER.matcher(text);
        for (int i = 0; i < number; i++) {
            if (!clusters.find()) {
                return text.length();
            }
        }
        return clusters.find() ? clusters.start() : text.length();
    }

    /** From one number to another, which is not included. */
    static String slice(String text, int from, int to) {
        int first = offset(text, from);
        String rest = text.substring(first);
        return to <= from ? "" : rest.substring(0, offset(rest, to - from));
    }

    /** The last one first. */
    static String reversed(String text) {
        StringBuilder reversed = new StringBuilder(text.length());
        if (isPlain(text)) {
            return reversed.append(text).reverse().toString();
        }
        int end = text.length();
        int[] starts = new int[end];
        int count = 0;
        for (Matcher clusters = CLUSTER.matcher(text); clusters.find(); ) {
            starts[count++] = clusters.start();
        }
        for (int i = count - 1; i >= 0; i--) {
            reversed.append(text, starts[i], end);
            end = starts[i];
        }
        return reversed.toString();
    }
}
