package io.maxmq.configfile;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Finds what somebody has probably meant. Stateless. */
final class NearestKey {
    private NearestKey() {}

    /** The one of {@code known} with the fewest letters to change, when these are no more than a third; null else. */
    static @Nullable String of(String written, Collection<String> known) {
        String nearest = null;
        int fewest = Math.max(2, written.length() / 3) + 1;
        for (String each : known) {
            int changes = changes(written, each);
            if (changes < fewest) {
                fewest = changes;
                nearest = each;
            }
        }
        return nearest;
    }

    /** How many letters are to be added, removed or replaced. */
    static int changes(String from, String to) {
        int[] above = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            above[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int[] row = new int[to.length() + 1];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = above[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, 1 + Math.min(above[j], row[j - 1]));
            }
            above = row;
        }
        return above[to.length()];
    }
}
