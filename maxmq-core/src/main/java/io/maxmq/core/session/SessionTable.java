package io.maxmq.core.session;

import io.maxmq.spi.Tenant;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * The sessions of a loop by tenant and client id: an open-addressed table of their numbers in {@link SessionSlots}, at most two
 * thirds full, so about 8 bytes per session and no key object. What it adds to a client id's bits is drawn at random for each
 * table, so that nobody can choose client ids that all fall on one place.
 *
 * <p>Numbers rather than references, so that one array alone refers to all sessions, in the order in which they have begun: a
 * collector that copies leaves them in the order of what refers to them, and here that would be one of hashes.
 *
 * <p>Runs on the loop. Not thread-safe.
 */
final class SessionTable {
    private static final int FIRST_PLACES = 16;

    /** Odd, and unknown to clients. */
    private final long factor = ThreadLocalRandom.current().nextLong() | 1;

    private final SessionSlots slots;
    /** One more than the number of the session; 0 for none. */
    private int[] places = new int[FIRST_PLACES];

    private int size;

    SessionTable(SessionSlots slots) {
        this.slots = slots;
    }

    int size() {
        return size;
    }

    /** Null when there is none. */
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

    /** Adds a session that has its number; there is none of that client. */
    void add(Session session) {
        if (3 * (size + 1) > 2 * places.length) {
            grow();
        }
        put(places, session);
        size++;
    }

    /** Removes a session; false when it is not there, whoever has its number by now. */
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

    /** Moves later ones of the run into the gap, so that no run breaks. */
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

    /** The most places in use beside each other, which bounds what finding one costs; for tests. */
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
