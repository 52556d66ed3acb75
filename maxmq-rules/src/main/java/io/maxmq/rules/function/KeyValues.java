package io.maxmq.rules.function;

import io.maxmq.rules.error.EvaluationException;
import org.jspecify.annotations.Nullable;

/** The state that rules share, by key. Thread-safe. */
public interface KeyValues {

    /** Returns a value; null without one. */
    @Nullable
    Object get(String key);

    /**
     * Keeps a value.
     *
     * @param bytes how long it is as JSON
     * @throws EvaluationException when there is no room for it
     */
    void put(String key, Object value, int bytes);

    /** Removes a value, if present. */
    void remove(String key);
}
