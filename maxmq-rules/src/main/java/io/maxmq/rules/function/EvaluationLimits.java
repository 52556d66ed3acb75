package io.maxmq.rules.function;

/**
 * The limits of an evaluation.
 * @param textBytes the longest text that one call may build
 * @param elements the longest array that one call may build
 *
 * @param integerBits of an integer
 *
 * @param jsonDepth of nesting
 * @param regexSteps per character of input, before a regular expression is aborted
 */
public record EvaluationLimits(int textBytes, int elements, int integerBits, int jsonDepth, int regexSteps) {

    /** 1 MiB of text, 100,000 elements, 4,096 bits, 512 levels, 1,000 steps. */
    public static final EvaluationLimits DEFAULT = new EvaluationLimits(1 << 20, 100_000, 4_096, 512, 1_000);
}
