package io.maxmq.rules.parse;

import java.math.BigInteger;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An expression: a node of the syntax tree. Immutable; equality ignores positions. */
public sealed interface Expression {

    /** Where it stands; of an operator with two sides, where the operator stands. */
    Position at();

    /** An integer of any size, without a sign. */
    record IntegerConstant(Position at, BigInteger value) implements Expression {}

    /** A finite float, without a sign. */
    record FloatConstant(Position at, double value) implements Expression {}

    /** A string. */
    record StringConstant(Position at, String value) implements Expression {}

    /** TRUE or FALSE. */
    record BooleanConstant(Position at, boolean value) implements Expression {}

    /** NULL, which is undefined. */
    record NullConstant(Position at) implements Expression {}

    /** An alias or a field of the event. */
    record Name(Position at, String text) implements Expression {}

    /**
     * Steps from a name or a bracketed expression.
     *
     *
     * @param steps empty only with a range
     *
     * @param range at its end, or null
     */
    record Path(
            Position at,
            Expression base,
            List<Step> steps,
            @Nullable Range range) implements Expression {}

    /** A step of a path. */
    sealed interface Step {
        /** Where it stands. */
        Position at();
    }

    /** {@code .name}: a key, taken literally. */
    record Key(Position at, String name) implements Step {}

    /** {@code [index]}. */
    record Index(Position at, Expression index) implements Step {}

    /** {@code [from..to]}: a part of an array, or at the start of an operand the integers themselves. */
    record Range(Position at, BigInteger from, BigInteger to) implements Expression {}

    /** {@code [a, b]}. */
    record ArrayOf(Position at, List<Expression> elements) implements Expression {}

    /**
     * A call.
     *
     * @param name as written
     * @param isOverAll whether the argument is {@code *}
     */
    record Call(
            Position at,
            String name,
            List<Expression> arguments,
            boolean isOverAll,
            @Nullable Over over) implements Expression {}

    /** {@code OVER (PARTITION BY … WHEN …)}. */
    record Over(
            Position at,
            List<Expression> partition,
            @Nullable Expression when) {}

    /**
     * CASE.
     *
     * @param subject that the branches are compared with; null where each is a condition
     * @param otherwise null where there is no ELSE
     */
    record Case(
            Position at,
            @Nullable Expression subject,
            List<Branch> branches,
            @Nullable Expression otherwise) implements Expression {}

    /** WHEN and THEN. */
    record Branch(Expression when, Expression then) {}

    /** CAST; the type's name as written. */
    record Cast(Position at, Expression value, String type) implements Expression {}

    /** A sign before a value. */
    record Signed(Position at, boolean isMinus, Expression value) implements Expression {}

    /** NOT. */
    record Not(Position at, Expression condition) implements Expression {}

    /** An operator between two values. */
    record Binary(Position at, Operator operator, Expression left, Expression right) implements Expression {}

    /** IN with the values it may be. */
    record InList(Position at, boolean isNegated, Expression value, List<Expression> options) implements Expression {}

    /** IN with an array. */
    record InArray(Position at, boolean isNegated, Expression value, Expression array) implements Expression {}

    /** BETWEEN, both ends included. */
    record Between(Position at, boolean isNegated, Expression value, Expression low, Expression high)
            implements Expression {}

    /** LIKE. */
    record Like(Position at, boolean isNegated, Expression value, Expression pattern) implements Expression {}

    /** IS NULL. */
    record IsNull(Position at, boolean isNegated, Expression value) implements Expression {}
}
