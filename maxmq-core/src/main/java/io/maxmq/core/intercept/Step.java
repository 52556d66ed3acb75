package io.maxmq.core.intercept;

import java.util.concurrent.CompletionStage;

/** One interceptor's answer, of whatever kind it is. */
sealed interface Step<S> {
    /** The chain goes on with what it has. Not for an answer that comes later. */
    record Same<S>() implements Step<S> {
        private static final Same<?> INSTANCE = new Same<>();
    }

    /** See {@link Same}. */
    @SuppressWarnings("unchecked") // it holds nothing
    static <S> Step<S> same() {
        return (Step<S>) Same.INSTANCE;
    }

    /** The chain goes on with this. */
    record Next<S>(S subject) implements Step<S> {}

    /** The chain ends. */
    record End<S>(Outcome<S> outcome) implements Step<S> {}

    /** The answer comes later. */
    record Later<S>(CompletionStage<Step<S>> step) implements Step<S> {}
}
