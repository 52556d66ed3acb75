package io.maxmq.limit;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The meters of all keys that some limits are about: those of one scope. Bounded: a key that is not known when the table is full shares one
 * set of meters with all others like it, so that whoever can make up keys gains nothing by it.
 *
 * <p>Each lookup of a new key also looks at a few that are there, one after the other round the table, and forgets those that are as
 * if new. So the table shrinks as fast as it grows, and no lookup takes long. Thread-safe.
 */
final class MeterTable {
    private static final int LOOKS_PER_KEY = 4;

    private final List<Limit> limits;
    private final int maxKeys;
    private final Map<Object, KeyMeters> byKey = new ConcurrentHashMap<>();

    /** Those who are one too many; made when first needed, never forgotten. */
    private @Nullable KeyMeters others;

    /** Guards {@link #hand} and {@link #others}; nobody waits for it to forget keys. */
    private final ReentrantLock lock = new ReentrantLock();

    private @Nullable Iterator<Map.Entry<Object, KeyMeters>> hand;

    MeterTable(List<Limit> limits, int maxKeys) {
        this.limits = limits;
        this.maxKeys = maxKeys;
    }

    /** The meters of a key. They are given back with {@link KeyMeters#giveBack}. */
    KeyMeters borrow(Object key, long nowNanos) {
        return borrowIfRoom(key, nowNanos).orElseGet(() -> borrowOthers(nowNanos));
    }

    /** The same; empty when the key is not known and the table is full. */
    Optional<KeyMeters> borrowIfRoom(Object key, long nowNanos) {
        while (true) {
            KeyMeters known = byKey.get(key);
            if (known == null) {
                forgetSome(nowNanos);
                if (byKey.size() >= maxKeys) {
                    return Optional.empty();
                }
                known = byKey.computeIfAbsent(key, absent -> fresh(nowNanos));
            }
            if (known.borrow()) {
                return Optional.of(known);
            }
            byKey.remove(key, known); // forgotten just now
        }
    }

    private KeyMeters fresh(long nowNanos) {
        Meter[] meters = new Meter[limits.size()];
        for (int i = 0; i < meters.length; i++) {
            meters[i] = limits.get(i).meter(nowNanos);
        }
        return new KeyMeters(meters);
    }

    private KeyMeters borrowOthers(long nowNanos) {
        lock.lock();
        try {
            KeyMeters shared = others;
            if (shared == null) {
                shared = fresh(nowNanos);
                shared.borrow(); // by the table, for ever
                others = shared;
            }
            shared.borrow();
            return shared;
        } finally {
            lock.unlock();
        }
    }

    private void forgetSome(long nowNanos) {
        if (!lock.tryLock()) {
            return; // somebody is at it
        }
        try {
            for (int looks = 0; looks < LOOKS_PER_KEY; looks++) {
                Iterator<Map.Entry<Object, KeyMeters>> at = hand;
                if (at == null || !at.hasNext()) {
                    at = byKey.entrySet().iterator();
                    hand = at;
                    if (!at.hasNext()) {
                        return;
                    }
                }
                Map.Entry<Object, KeyMeters> entry = at.next();
                if (entry.getValue().retire(nowNanos)) {
                    byKey.remove(entry.getKey(), entry.getValue());
                }
            }
        } finally {
            lock.unlock();
        }
    }

    List<Limit> limits() {
        return limits;
    }

    /** How many keys it knows. */
    int size() {
        return byKey.size();
    }
}
