package io.maxmq.rules.function;

/**
 * How much an evaluation may use.
 *
 * @param textBytes that one call may build
 * @param elements of an array that one call may build
 * @param integerBits of an integer
 * @param jsonDepth of nesting
 * @param regexSteps per character of input, before a regular expression is given up
 */
public record Limits(int textBytes, int elements, int integerBits, int jsonDepth, int regexSteps) {

    /** 1 MiB of text, 100,000 elements, 4,096 bits, 512 levels, 1,000 steps. */
    public static final Limits DEFAULT = new Limits(1 << 20, 100_000, 4_096, 512, 1_000);
}
