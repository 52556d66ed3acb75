package io.maxmq.rules.run;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.error.EvaluationException.Code;
import io.maxmq.rules.function.KeyValues;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What rules of one tenant remember, in memory and gone with the broker. Bounded in keys and in bytes, as both may come of what a client
 * sends. Thread-safe.
 */
final class MemoryKeyValues implements KeyValues {
    private static final int MAX_KEYS = 100_000;
    /** Of all keys and values together, roughly. */
    private static final long MAX_BYTES = 64L * 1024 * 1024;
    /** What an entry costs beside its key and its value, roughly. */
    private static final int OVERHEAD_BYTES = 128;

    private record Kept(Object value, long bytes) {}

    private final ConcurrentHashMap<String, Kept> values = new ConcurrentHashMap<>();
    private final AtomicLong bytes = new AtomicLong();

    @Override
    public @Nullable Object get(String key) {
        Kept kept = values.get(key);
        return kept == null ? null : kept.value();
    }

    @Override
    public void put(String key, Object value, int valueBytes) {
        Kept next = new Kept(value, OVERHEAD_BYTES + 2L * key.length() + valueBytes);
        var unused = values.compute(key, (same, before) -> {
            if (before == null && values.mappingCount() >= MAX_KEYS) {
                throw full("more than " + MAX_KEYS + " keys");
            }
            long more = next.bytes() - (before == null ? 0 : before.bytes());
            if (bytes.addAndGet(more) > MAX_BYTES && more > 0) {
                bytes.addAndGet(-more);
                throw full("keys and values of more than " + MAX_BYTES + " bytes");
            }
            return next;
        });
    }

    private static EvaluationException full(String problem) {
        return new EvaluationException(Code.LIMIT_EXCEEDED, "kv_put", problem);
    }

    @Override
    public void remove(String key) {
        Kept before = values.remove(key);
        if (before != null) {
            bytes.addAndGet(-before.bytes());
        }
    }
}
