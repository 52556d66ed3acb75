package io.maxmq.rules.parse;

import org.jspecify.annotations.Nullable;

/** Suggestions for unknown names. Stateless. */
public final class NearestName {
    private static final int SHORT_NAME = 4;
    private static final int LONGEST_NAME = 64;

    private NearestName() {}

    /**
     * The known name that is nearest to {@code name}, at most two letters away and one when it is short; null without
     * one.
     */
    public static @Nullable String name(String name, Iterable<String> known) {
        String nearest = null;
        int least = 3;
        if (name.length() > LONGEST_NAME) {
            return null;
        }
        for (String candidate : known) {
            if (Math.abs(candidate.length() - name.length()) > 2) {
                continue;
            }
            int distance = distance(name, candidate);
            int most = candidate.length() < SHORT_NAME ? 1 : 2;
            if (distance <= most && distance < least) {
                nearest = candidate;
                least = distance;
            }
        }
        return nearest;
    }

    /** Returns the number of letters that must be put in, taken out, changed or swapped with their neighbour. */
    private static int distance(String a, String b) {
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    cost[i][j] = i + j;
                    continue;
                }
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                cost[i][j] = Math.min(Math.min(cost[i - 1][j], cost[i][j - 1]) + 1, cost[i - 1][j - 1] + change);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
                }
            }
        }
        return cost[a.length()][b.length()];
    }
}
