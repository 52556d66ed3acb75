package io.maxmq.rules.function;

import java.util.Arrays;

/** A set of characters that a text names, asked in time that hardly grows with the text. Immutable. */
final class CharacterSet {
    private final int[] sorted;

    CharacterSet(String named) {
        this.sorted = named.codePoints().distinct().sorted().toArray();
    }

    boolean has(int codePoint) {
        return Arrays.binarySearch(sorted, codePoint) >= 0;
    }
}
