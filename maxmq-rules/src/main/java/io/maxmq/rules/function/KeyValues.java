package io.maxmq.rules.function;

import org.jspecify.annotations.Nullable;

/** The state that rules share, by key. Thread-safe. */
public interface KeyValues {

    /** A value; null when there is none. */
    @Nullable
    Object get(String key);

    /** Keeps a value. */
    void put(String key, Object value);

    /** Forgets a value; nothing happens when there is none. */
    void remove(String key);
}
