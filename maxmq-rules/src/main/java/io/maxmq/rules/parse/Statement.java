package io.maxmq.rules.parse;

import java.math.BigInteger;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A whole statement. Immutable; equal when it says the same.
 *
 * @param isForEach FOREACH, else SELECT
 * @param fields of SELECT or FOREACH, one or more
 * @param perElement the fields of DO; null without
 * @param inCase null without INCASE
 * @param sources one or more
 * @param where null without WHERE
 * @param group empty without GROUP BY
 * @param having null without HAVING
 */
public record Statement(
        boolean isForEach,
        List<Field> fields,
        @Nullable List<Field> perElement,
        @Nullable Expression inCase,
        List<From> sources,
        List<Join> joins,
        @Nullable Expression where,
        List<Group> group,
        @Nullable Expression having) {

    /**
     * An item of a list.
     *
     * @param value null for {@code *}
     * @param target null without one
     */
    public record Field(
            Position at,
            @Nullable Expression value,
            @Nullable Target target) {}

    /** Where a value goes. */
    public record Target(Position at, String name, List<TargetStep> steps) {}

    /** A step of a target. */
    public sealed interface TargetStep {}

    /** {@code .name}. */
    public record TargetKey(String name) implements TargetStep {}

    /**
     * {@code [1]}, {@code [-1]}; {@code [-0]} is another than {@code [0]}.
     *
     * @param index without its sign
     */
    public record TargetIndex(boolean isFromEnd, BigInteger index) implements TargetStep {}

    /** {@code [payload.i]}: the index or key is the value of a path. */
    public record TargetReference(Expression path) implements TargetStep {}

    /** A topic filter or event. */
    public record From(Position at, String text) {}

    /** JOIN with a table. */
    public record Join(Position at, boolean isLeft, String table, String alias, Expression on) {}

    /**
     * An item of GROUP BY.
     *
     * @param filter of a window; null without
     */
    public record Group(
            Position at, Expression value, @Nullable Expression filter) {}
}
