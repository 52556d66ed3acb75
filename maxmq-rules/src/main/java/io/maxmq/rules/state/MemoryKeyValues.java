package io.maxmq.rules.state;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.error.EvaluationException.Code;
import io.maxmq.rules.function.KeyValues;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The state of the rules of one tenant, in memory. Bounded in keys, their length and bytes, since clients can cause all
 * of them. Thread-safe, and never waits for a storage.
 */
public final class MemoryKeyValues implements KeyValues {
    private static final int MAX_KEYS = 100_000;
    /** So that the longest is a key of every storage, with the tenant in front. */
    static final int MAX_KEY_CHARACTERS = 16 * 1024;
    /** Of all keys and values together, roughly. */
    private static final long MAX_BYTES = 64L * 1024 * 1024;
    /** The approximate memory of an entry beside its key and its value, in bytes. */
    private static final int OVERHEAD_BYTES = 128;
    /** The approximate memory of an empty array or map, in bytes; its JSON has two. */
    private static final int CONTAINER_BYTES = 48;
    /** The approximate memory of an array element, and of a map member beside its key, in bytes. */
    private static final int ELEMENT_BYTES = 8;

    private static final int MEMBER_BYTES = 64;

    private record Kept(Object value, long bytes) {}

    private final ConcurrentHashMap<String, Kept> values = new ConcurrentHashMap<>();
    private final AtomicLong bytes = new AtomicLong();
    private final Consumer<String> changes;

    /** Creates a state without a listener. */
    public MemoryKeyValues() {
        this(key -> {});
    }

    /**
     * Tells of its changes.
     *
     * @param changes gets the key after each, on the thread that made it; must not block
     */
    MemoryKeyValues(Consumer<String> changes) {
        this.changes = changes;
    }

    @Override
    public @Nullable Object get(String key) {
        Kept kept = values.get(key);
        return kept == null ? null : kept.value();
    }

    @Override
    public void put(String key, Object value, int valueBytes) {
        if (key.length() > MAX_KEY_CHARACTERS) {
            throw full("a key of more than " + MAX_KEY_CHARACTERS + " characters");
        }
        if (!isSame(value, keep(key, value, valueBytes))) {
            changes.accept(key);
        }
    }

    /** Adds a stored value without notice to the listener; false without room. */
    boolean load(String key, Object value, int valueBytes) {
        try {
            keep(key, value, valueBytes);
            return true;
        } catch (EvaluationException e) {
            return false;
        }
    }

    /** Gives what was there before. */
    private @Nullable Object keep(String key, Object value, int valueBytes) {
        Kept next = new Kept(value, OVERHEAD_BYTES + 2L * key.length() + valueBytes + structureBytes(value));
        @Nullable Object[] previous = new @Nullable Object[1];
        var unused = values.compute(key, (same, before) -> {
            if (before == null && values.mappingCount() >= MAX_KEYS) {
                throw full("more than " + MAX_KEYS + " keys");
            }
            long more = next.bytes() - (before == null ? 0 : before.bytes());
            if (bytes.addAndGet(more) > MAX_BYTES && more > 0) {
                bytes.addAndGet(-more);
                throw full("keys and values of more than " + MAX_BYTES + " bytes");
            }
            previous[0] = before == null ? null : before.value();
            return next;
        });
        return previous[0];
    }

    /** The memory of a value's arrays and maps beside their JSON; the nesting is bounded by that of JSON. */
    private static long structureBytes(@Nullable Object value) {
        long bytes = 0;
        if (value instanceof List<?> list) {
            bytes = CONTAINER_BYTES + (long) ELEMENT_BYTES * list.size();
            for (Object each : list) {
                bytes += structureBytes(each);
            }
        } else if (value instanceof Map<?, ?> map) {
            bytes = CONTAINER_BYTES + (long) MEMBER_BYTES * map.size();
            for (Object each : map.values()) {
                bytes += structureBytes(each);
            }
        }
        return bytes;
    }

    private static EvaluationException full(String problem) {
        return new EvaluationException(Code.LIMIT_EXCEEDED, "kv_put", problem);
    }

    /** Returns whether it is the value that was there. Of what has parts it is not known, as comparing them may cost more than writing. */
    private static boolean isSame(Object value, @Nullable Object before) {
        return !(value instanceof List || value instanceof Map) && value.equals(before);
    }

    @Override
    public void remove(String key) {
        Kept before = values.remove(key);
        if (before != null) {
            bytes.addAndGet(-before.bytes());
            changes.accept(key);
        }
    }
}
