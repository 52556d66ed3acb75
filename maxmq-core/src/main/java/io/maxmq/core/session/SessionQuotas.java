package io.maxmq.core.session;

import io.maxmq.config.SessionLimits;
import io.maxmq.config.Tenancy;
import io.maxmq.core.observe.Counter;
import io.maxmq.spi.Tenant;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * How many sessions the broker, each tenant and each user has, online or not, and how many each may have. A session counts for the
 * user who has made it, by user name and tenant; one that was made without a user name counts for no user. What a broker before this one
 * has left counts too, even where it is more than may be.
 *
 * <p>None is ever exceeded by {@link #tryAdd}, however many loops call it. Tenants and users are counted only where they are bounded; of
 * users no more are known than have sessions. Thread-safe.
 */
public final class SessionQuotas {
    private static final int UNLIMITED = Integer.MAX_VALUE;

    /** Whether there is room for a session. */
    enum Room {
        YES(null, ""),
        BROKER_FULL(Counter.SESSIONS_REFUSED_BROKER, "too many sessions"),
        TENANT_FULL(Counter.SESSIONS_REFUSED_TENANT, "too many sessions of this tenant"),
        USER_FULL(Counter.SESSIONS_REFUSED_USER, "too many sessions of this user");

        private final @Nullable Counter counter;
        private final String detail;

        Room(@Nullable Counter counter, String detail) {
            this.counter = counter;
            this.detail = detail;
        }

        /** What counts the refusal; null when there is none. */
        @Nullable
        Counter counter() {
            return counter;
        }

        /** Why there is none, for people. */
        String detail() {
            return detail;
        }
    }

    private record User(Tenant tenant, String name) {}

    private final int maxSessions;
    private final int maxSessionsPerUser;
    private final Tenancy tenancy;
    private final AtomicInteger ofBroker = new AtomicInteger();
    /** A tenant without any is not there. */
    private final Map<Tenant, Integer> ofTenants = new ConcurrentHashMap<>();

    /** A user without any is not there. */
    private final Map<User, Integer> ofUsers = new ConcurrentHashMap<>();

    /** Nobody has any. */
    public SessionQuotas(SessionLimits limits, Tenancy tenancy) {
        this.maxSessions = limits.maxSessions();
        this.maxSessionsPerUser = limits.maxSessionsPerUser();
        this.tenancy = tenancy;
    }

    /** Takes the room for a session, if there is any. */
    Room tryAdd(Tenant tenant, @Nullable String user) {
        User counted = counted(tenant, user);
        if (counted == null) {
            return tryAddOfTenant(tenant);
        }
        Room[] room = {Room.USER_FULL};
        ofUsers.compute(counted, (key, before) -> {
            int sessions = before == null ? 0 : before;
            if (sessions < maxSessionsPerUser) {
                room[0] = tryAddOfTenant(tenant);
            }
            return room[0] == Room.YES ? Integer.valueOf(sessions + 1) : before;
        });
        return room[0];
    }

    private Room tryAddOfTenant(Tenant tenant) {
        int most = tenancy.quotaOf(tenant).maxSessions();
        if (most == UNLIMITED) {
            return tryIncrement(ofBroker, maxSessions) ? Room.YES : Room.BROKER_FULL;
        }
        Room[] room = {Room.TENANT_FULL};
        ofTenants.compute(tenant, (key, before) -> {
            int sessions = before == null ? 0 : before;
            if (sessions < most) {
                room[0] = tryIncrement(ofBroker, maxSessions) ? Room.YES : Room.BROKER_FULL;
            }
            return room[0] == Room.YES ? Integer.valueOf(sessions + 1) : before;
        });
        return room[0];
    }

    private static boolean tryIncrement(AtomicInteger count, int most) {
        int now = count.get();
        while (now < most) {
            if (count.compareAndSet(now, now + 1)) {
                return true;
            }
            now = count.get();
        }
        return false;
    }

    /**
     * The same for a session in whose place this one comes: that must be removed next. Both count for a moment, so that nobody else takes
     * the place meanwhile; only a user who has not had it needs room.
     */
    Room tryAddInPlaceOf(Tenant tenant, @Nullable String owner, @Nullable String user) {
        User counted = counted(tenant, user);
        if (counted == null || Objects.equals(owner, user)) {
            add(tenant, user);
            return Room.YES;
        }
        boolean[] has = {false};
        ofUsers.compute(counted, (key, before) -> {
            int sessions = before == null ? 0 : before;
            has[0] = sessions < maxSessionsPerUser;
            return has[0] ? Integer.valueOf(sessions + 1) : before;
        });
        if (!has[0]) {
            return Room.USER_FULL;
        }
        addOfTenant(tenant);
        return Room.YES;
    }

    /** Counts one that is there already, whether or not there is room. */
    void add(Tenant tenant, @Nullable String user) {
        User counted = counted(tenant, user);
        if (counted != null) {
            ofUsers.merge(counted, 1, Integer::sum);
        }
        addOfTenant(tenant);
    }

    private void addOfTenant(Tenant tenant) {
        if (isBounded(tenant)) {
            ofTenants.merge(tenant, 1, Integer::sum);
        }
        ofBroker.incrementAndGet();
    }

    /** One that was counted has ended. */
    void remove(Tenant tenant, @Nullable String user) {
        User counted = counted(tenant, user);
        if (counted != null) {
            ofUsers.computeIfPresent(counted, (key, sessions) -> sessions == 1 ? null : Integer.valueOf(sessions - 1));
        }
        if (isBounded(tenant)) {
            ofTenants.computeIfPresent(tenant, (key, sessions) -> sessions == 1 ? null : Integer.valueOf(sessions - 1));
        }
        ofBroker.decrementAndGet();
    }

    /** Null when there is no user, or users are not bounded. */
    private @Nullable User counted(Tenant tenant, @Nullable String user) {
        return user == null || maxSessionsPerUser == UNLIMITED ? null : new User(tenant, user);
    }

    private boolean isBounded(Tenant tenant) {
        return tenancy.quotaOf(tenant).maxSessions() != UNLIMITED;
    }

    /** Sessions of the broker. */
    int count() {
        return ofBroker.get();
    }

    /** Sessions of a tenant that is bounded. */
    int countOfTenant(Tenant tenant) {
        return ofTenants.getOrDefault(tenant, 0);
    }

    /** Sessions of a user, where these are bounded. */
    int countOfUser(Tenant tenant, String user) {
        return ofUsers.getOrDefault(new User(tenant, user), 0);
    }

    /** Users that are counted. */
    int users() {
        return ofUsers.size();
    }
}
