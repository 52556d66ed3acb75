package io.maxmq.limit;

import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.limit.RateDecision;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * How many connections each key has open, for the limits that bound that. Holds no more keys than there are connections. Thread-safe; the
 * places of one client id are all used on the loop of its session.
 */
final class OpenConnections {
    /** How long who is to come later waits before it tries again. */
    private static final long RETRY_NANOS = 1_000_000_000L;

    private record Counted(Limit limit, Object key) {}

    private record Client(Tenant tenant, String clientId) {}

    private final List<ScopeLimits> scopes;
    private final Map<Limit, RateDecision> refusals;
    private final Map<Counted, Long> counts = new ConcurrentHashMap<>();

    /** Who has the places of a client: the connection that the next one of this client takes over. */
    private final Map<Client, Place> holders = new ConcurrentHashMap<>();

    /** @param refusals {@link Limit#refusal} of each; not changed any more */
    OpenConnections(List<ScopeLimits> scopes, Map<Limit, RateDecision> refusals) {
        this.scopes = scopes;
        this.refusals = refusals;
    }

    /** A place for this client, not taken yet. */
    Place placeOf(ClientInfo client) {
        List<Counted> counted = new ArrayList<>();
        for (ScopeLimits scope : scopes) {
            Object key = scope.keyOf(client);
            if (key != null) {
                scope.limits().forEach(limit -> counted.add(new Counted(limit, key)));
            }
        }
        return new Place(new Client(client.tenant(), client.clientId()), List.copyOf(counted));
    }

    private boolean take(Counted of) {
        boolean[] taken = new boolean[1];
        counts.compute(of, (key, before) -> {
            long open = before == null ? 0 : before;
            taken[0] = open < of.limit().amount();
            return taken[0] ? Long.valueOf(open + 1) : before;
        });
        return taken[0];
    }

    private void force(Counted of) {
        counts.merge(of, 1L, Long::sum);
    }

    private void giveBack(Counted of) {
        counts.computeIfPresent(of, (key, open) -> open == 1 ? null : Long.valueOf(open - 1));
    }

    /** How many keys are counted. */
    int size() {
        return counts.size();
    }

    /** What one connection takes of each limit that it is under. On one loop. */
    final class Place {
        private final Client client;
        private final List<Counted> counted;
        private boolean taken;
        private boolean gone;

        /** Whose place it has: that connection gets it back should this one come to nothing. */
        private @Nullable Place before;

        private Place(Client client, List<Counted> counted) {
            this.client = client;
            this.counted = counted;
        }

        /** Whether nothing limits it. */
        boolean isFree() {
            return counted.isEmpty();
        }

        /** Takes it, in place of the one of the connection that is taken over. */
        RateDecision take() {
            if (isFree()) {
                return RateDecision.ALLOW;
            }
            if (taken) {
                return RateDecision.ALLOW; // asked again, as something else has made it wait
            }
            Place present = holders.get(client);
            if (present != null) {
                present.counted.forEach(OpenConnections.this::giveBack);
            }
            for (int i = 0; i < counted.size(); i++) {
                if (!OpenConnections.this.take(counted.get(i))) {
                    counted.subList(0, i).forEach(OpenConnections.this::giveBack);
                    if (present != null) {
                        present.counted.forEach(OpenConnections.this::force);
                    }
                    return decision(refusals.getOrDefault(counted.get(i).limit(), RateDecision.DROP));
                }
            }
            if (present != null) {
                present.taken = false;
                present.before = living(present.before);
            }
            before = present;
            taken = true;
            holders.put(client, this);
            return RateDecision.ALLOW;
        }

        /** No longer taken, if it was. */
        void giveBack() {
            if (!taken) {
                return;
            }
            taken = false;
            Place other = living(before);
            before = null;
            counted.forEach(OpenConnections.this::giveBack);
            if (other == null) {
                holders.remove(client, this);
            } else {
                other.counted.forEach(OpenConnections.this::force);
                other.taken = true;
                holders.put(client, other);
            }
        }

        /** Its connection is gone. */
        void close() {
            gone = true;
            giveBack();
        }
    }

    /** The first of these whose connection is there. */
    private static @Nullable Place living(@Nullable Place first) {
        Place each = first;
        while (each != null && each.gone) {
            each = each.before;
        }
        return each;
    }

    private static RateDecision decision(RateDecision refusal) {
        return refusal instanceof RateDecision.Pause
                ? RateDecision.pause(RETRY_NANOS).by(refusal.limit())
                : refusal;
    }
}
