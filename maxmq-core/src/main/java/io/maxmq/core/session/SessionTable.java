package io.maxmq.core.session;

import io.maxmq.spi.Tenant;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * The sessions of a loop by tenant and client id: an open-addressed hash table of their slot numbers in
 * {@link SessionSlots}, at most two thirds full, so about 8 bytes per session and no key object. Each table hashes with
 * a random factor, so clients cannot choose client ids that collide.
 *
 * <p>The table holds numbers rather than references, so that only one array refers to all sessions, in the order of
 * their creation. A copying collector arranges objects in the order of the references to them; here that would be hash
 * order.
 *
 * <p>Runs on the loop. Not thread-safe.
 */
final class SessionTable {
    private static final int FIRST_PLACES = 16;

    /** Odd random factor of the hash, unknown to clients. */
    private final long factor = ThreadLocalRandom.current().nextLong() | 1;

    private final SessionSlots slots;
    /** Slot number of the session plus 1; 0 if empty. */
    private int[] places = new int[FIRST_PLACES];

    private int size;

    SessionTable(SessionSlots slots) {
        this.slots = slots;
    }

    int size() {
        return size;
    }

    /** Returns the session of this key; null if absent. */
    @Nullable
    Session get(SessionKey key) {
        byte[] clientId = key.clientId().getBytes(UTF_8);
        int mask = places.length - 1;
        for (int at = place(key.tenant(), clientId, mask); places[at] != 0; at = (at + 1) & mask) {
            Session found = session(places[at]);
            if (Arrays.equals(found.clientIdBytes(), clientId) && found.tenant().equals(key.tenant())) {
                return found;
            }
        }
        return null;
    }

    private Session session(int place) {
        Session session = slots.get(place - 1);
        assert session != null;
        return session;
    }

    /** Adds a session that has a slot. The table must not contain a session of the same client. */
    void add(Session session) {
        if (3 * (size + 1) > 2 * places.length) {
            grow();
        }
        put(places, session);
        size++;
    }

    /** Removes a session; false if the table does not contain it, also when another session has its slot. */
    boolean remove(Session session) {
        if (slots.get(session.slot) != session) {
            return false;
        }
        int mask = places.length - 1;
        int gap = place(session, mask);
        while (places[gap] != session.slot + 1) {
            if (places[gap] == 0) {
                return false;
            }
            gap = (gap + 1) & mask;
        }
        close(gap, mask);
        size--;
        return true;
    }

    /** Moves later entries of the run into the gap, so that every entry remains reachable. */
    private void close(int removed, int mask) {
        int gap = removed;
        for (int at = (gap + 1) & mask; places[at] != 0; at = (at + 1) & mask) {
            if (((at - place(session(places[at]), mask)) & mask) >= ((at - gap) & mask)) {
                places[gap] = places[at];
                gap = at;
            }
        }
        places[gap] = 0;
    }

    private void grow() {
        int[] wider = new int[2 * places.length];
        for (int each : places) {
            if (each != 0) {
                put(wider, session(each));
            }
        }
        places = wider;
    }

    private void put(int[] into, Session session) {
        int mask = into.length - 1;
        int at = place(session, mask);
        while (into[at] != 0) {
            at = (at + 1) & mask;
        }
        into[at] = session.slot + 1;
    }

    /** Returns the length of the longest run of occupied places, which bounds the cost of a lookup; for tests. */
    int longestRun() {
        int longest = 0;
        int run = 0;
        for (int each : places) {
            run = each == 0 ? 0 : run + 1;
            longest = Math.max(longest, run);
        }
        return longest;
    }

    private int place(Session session, int mask) {
        return place(session.tenant(), session.clientIdBytes(), mask);
    }

    private int place(Tenant tenant, byte[] clientId, int mask) {
        long hash = tenant.hashCode();
        for (byte each : clientId) {
            hash = (hash ^ each) * factor;
            hash ^= hash >>> 29;
        }
        return (int) (hash ^ hash >>> 32) & mask;
    }
}
