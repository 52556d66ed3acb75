package io.maxmq.rules.function;

/**
 * Finds a text in another in time linear in both, also for texts that nearly match everywhere, with which a client
 * could make a simple search slow (D. E. Knuth, J. H. Morris, V. R. Pratt, Fast pattern matching in strings).
 * Stateless.
 */
final class TextSearch {
    /** Up to here the JDK's search is the faster one at its worst too. */
    private static final int SHORT = 32;

    private TextSearch() {}

    /** Returns the first index at or after {@code from}; -1 without one. */
    static int first(String text, String wanted, int from) {
        return wanted.length() <= SHORT
                ? text.indexOf(wanted, from)
                : search(text, wanted, failures(wanted), from, false);
    }

    /** Returns the last index; -1 without one. */
    static int last(String text, String wanted) {
        return wanted.length() <= SHORT ? text.lastIndexOf(wanted) : search(text, wanted, failures(wanted), 0, true);
    }

    /** All places from the left that do not overlap. */
    static final class Places {
        private final String text;
        private final String wanted;
        private final int[] failures;

        Places(String text, String wanted) {
            this.text = text;
            this.wanted = wanted;
            this.failures = wanted.length() <= SHORT ? new int[0] : failures(wanted);
        }

        /** Returns the first index at or after {@code from}; -1 without one. */
        int next(int from) {
            return failures.length == 0 ? text.indexOf(wanted, from) : search(text, wanted, failures, from, false);
        }
    }

    /** Of each beginning of the text: how long the longest shorter beginning is that it ends with. */
    private static int[] failures(String wanted) {
        int[] failures = new int[wanted.length()];
        int matched = 0;
        for (int i = 1; i < failures.length; i++) {
            while (matched > 0 && wanted.charAt(i) != wanted.charAt(matched)) {
                matched = failures[matched - 1];
            }
            if (wanted.charAt(i) == wanted.charAt(matched)) {
                matched++;
            }
            failures[i] = matched;
        }
        return failures;
    }

    private static int search(String text, String wanted, int[] failures, int from, boolean last) {
        int found = -1;
        int matched = 0;
        for (int i = from; i < text.length(); i++) {
            while (matched > 0 && (matched == wanted.length() || text.charAt(i) != wanted.charAt(matched))) {
                matched = failures[matched - 1];
            }
            if (text.charAt(i) == wanted.charAt(matched)) {
                matched++;
            }
            if (matched == wanted.length()) {
                found = i + 1 - matched;
                if (!last) {
                    return found;
                }
            }
        }
        return found;
    }
}
