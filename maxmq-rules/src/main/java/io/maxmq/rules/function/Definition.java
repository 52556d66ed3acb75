package io.maxmq.rules.function;

import org.jspecify.annotations.Nullable;

/**
 * A function and how it is called.
 *
 * @param name in lower case
 * @param least number of arguments
 * @param most number of arguments; {@link Integer#MAX_VALUE} for any
 * @param pure whether the value depends on the arguments alone, so that a call with constants is one
 * @param inPairs whether there must be an even number of them
 * @param check what an argument must be that is a constant; null when there is nothing to say before the call
 */
public record Definition(
        String name,
        int least,
        int most,
        boolean pure,
        boolean inPairs,
        Function function,
        @Nullable Check check) {

    /** One without a check, and of arguments that are no pairs. */
    public Definition(String name, int least, int most, boolean pure, Function function) {
        this(name, least, most, pure, false, function, null);
    }
}
