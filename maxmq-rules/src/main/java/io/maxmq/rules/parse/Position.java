package io.maxmq.rules.parse;

import org.jspecify.annotations.Nullable;

/**
 * Where something stands in a statement. All positions are equal: where a thing stands is no part of what it says, and so two trees
 * are equal when they mean the same.
 *
 * @param line counted from 1
 * @param column in characters, counted from 1
 */
public record Position(int line, int column) {

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Position;
    }

    @Override
    public int hashCode() {
        return 0;
    }

    @Override
    public String toString() {
        return line + ":" + column;
    }
}
