package io.maxmq.rules.value;

/** Counts what a long operation does, and ends it when that is too much. */
public interface WorkBudget {

    /**
     * Counts work.
     *
     * @param units one a step that takes some ten nanoseconds
     * @throws io.maxmq.rules.error.EvaluationException LIMIT_EXCEEDED when the time is over
     */
    void work(int units);
}
