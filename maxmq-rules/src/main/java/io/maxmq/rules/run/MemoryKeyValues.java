package io.maxmq.rules.run;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.error.EvaluationException.Code;
import io.maxmq.rules.function.KeyValues;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What rules of one tenant remember, in memory and gone with the broker. Bounded; thread-safe. */
final class MemoryKeyValues implements KeyValues {
    private static final int MAX_KEYS = 100_000;

    private final ConcurrentHashMap<String, Object> values = new ConcurrentHashMap<>();

    @Override
    public @Nullable Object get(String key) {
        return values.get(key);
    }

    @Override
    public void put(String key, Object value) {
        if (values.size() >= MAX_KEYS && !values.containsKey(key)) {
            throw new EvaluationException(Code.LIMIT_EXCEEDED, "kv_put", "more than " + MAX_KEYS + " keys");
        }
        values.put(key, value);
    }

    @Override
    public void remove(String key) {
        values.remove(key);
    }
}
