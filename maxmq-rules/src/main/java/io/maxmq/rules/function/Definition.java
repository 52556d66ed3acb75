package io.maxmq.rules.function;

/**
 * A function and how it is called.
 *
 * @param name in lower case
 * @param least number of arguments
 * @param most number of arguments; {@link Integer#MAX_VALUE} for any
 * @param pure whether the value depends on the arguments alone, so that a call with constants is one
 */
public record Definition(String name, int least, int most, boolean pure, Function function) {}
