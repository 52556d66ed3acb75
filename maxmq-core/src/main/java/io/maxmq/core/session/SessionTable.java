package io.maxmq.core.session;

import io.maxmq.spi.Tenant;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * The sessions of a loop by tenant and client id. Open addressing, at most two thirds full: costs about 8 bytes per session, and a
 * session needs no key object. What it adds to a client id's bits is drawn at random for each table, so that nobody can choose
 * client ids that all fall on one place.
 *
 * <p>Runs on the loop. Not thread-safe.
 */
final class SessionTable {
    private static final int FIRST_PLACES = 16;

    /** Odd, and unknown to clients. */
    private final long factor = ThreadLocalRandom.current().nextLong() | 1;

    private @Nullable Session[] places = new Session[FIRST_PLACES];
    private int size;

    int size() {
        return size;
    }

    /** Null when there is none. */
    @Nullable
    Session get(SessionKey key) {
        byte[] clientId = key.clientId().getBytes(UTF_8);
        int mask = places.length - 1;
        for (int at = place(key.tenant(), clientId, mask); ; at = (at + 1) & mask) {
            Session found = places[at];
            if (found == null
                    || (Arrays.equals(found.clientIdBytes(), clientId)
                            && found.tenant().equals(key.tenant()))) {
                return found;
            }
        }
    }

    /** Adds a session; there is none of that client. */
    void add(Session session) {
        if (3 * (size + 1) > 2 * places.length) {
            grow();
        }
        put(places, session);
        size++;
    }

    /** Removes a session; false when it is not there, or another one of its client is. */
    boolean remove(Session session) {
        int mask = places.length - 1;
        int gap = place(session, mask);
        while (places[gap] != session) {
            if (places[gap] == null) {
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
        for (int at = (gap + 1) & mask; ; at = (at + 1) & mask) {
            Session later = places[at];
            if (later == null) {
                break;
            }
            if (((at - place(later, mask)) & mask) >= ((at - gap) & mask)) {
                places[gap] = later;
                gap = at;
            }
        }
        places[gap] = null;
    }

    private void grow() {
        @Nullable Session[] wider = new Session[2 * places.length];
        for (Session each : places) {
            if (each != null) {
                put(wider, each);
            }
        }
        places = wider;
    }

    private void put(@Nullable Session[] into, Session session) {
        int mask = into.length - 1;
        int at = place(session, mask);
        while (into[at] != null) {
            at = (at + 1) & mask;
        }
        into[at] = session;
    }

    /** The most places in use beside each other, which bounds what finding one costs; for tests. */
    int longestRun() {
        int longest = 0;
        int run = 0;
        for (Session each : places) {
            run = each == null ? 0 : run + 1;
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
