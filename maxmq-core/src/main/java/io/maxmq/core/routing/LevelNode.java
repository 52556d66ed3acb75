package io.maxmq.core.routing;

import java.util.Arrays;

/** A node of a tree of topic levels, with its own level. */
abstract class LevelNode {
    final byte[] level;
    /** {@link LevelHash} of {@link #level}. */
    final int hash;

    LevelNode(byte[] level, int hash) {
        this.level = level;
        this.hash = hash;
    }

    final boolean hasLevel(byte[] bytes, int start, int end, int hash) {
        return this.hash == hash && Arrays.equals(level, 0, level.length, bytes, start, end);
    }

    /** Returns the end of the level that starts at {@code start}: the next {@code /} or the end of the bytes. */
    static int levelEnd(byte[] bytes, int start) {
        int end = start;
        while (end < bytes.length && bytes[end] != '/') {
            end++;
        }
        return end;
    }

    static int levelCount(byte[] bytes) {
        int count = 1;
        for (byte b : bytes) {
            if (b == '/') {
                count++;
            }
        }
        return count;
    }
}
