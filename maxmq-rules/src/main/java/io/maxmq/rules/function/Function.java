package io.maxmq.rules.function;

import org.jspecify.annotations.Nullable;

/** One function of the language. Thread-safe. */
@FunctionalInterface
public interface Function {

    /**
     * The function's value.
     *
     * @param arguments as many as its {@link Definition} allows; the function may not keep the array
     * @return undefined is null
     * @throws io.maxmq.rules.error.EvaluationException that names the function
     */
    @Nullable
    Object call(CallContext around, @Nullable Object[] arguments);
}
