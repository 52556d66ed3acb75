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
 * Counts the sessions of the broker, of each tenant and of each user, online or offline, and enforces their limits. A
 * session counts for the user (tenant and user name) that created it; a session without a user name counts for no user.
 * Sessions recovered from a previous run count too, even beyond the limits.
 *
 * <p>{@link #tryAdd} never exceeds a limit, even when called from several loops. Tenants and users are counted only if
 * they have a limit, and only while they have sessions. Thread-safe.
 */
public final class SessionQuotas {
    private static final int UNLIMITED = Integer.MAX_VALUE;

    /** Result of a request for one more session. */
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

        /** Returns the counter of this refusal; null if accepted. */
        @Nullable
        Counter counter() {
            return counter;
        }

        /** Returns the human-readable reason of the refusal. */
        String detail() {
            return detail;
        }
    }

    private record User(Tenant tenant, String name) {}

    private final int maxSessions;
    private final int maxSessionsPerUser;
    private final Tenancy tenancy;
    private final AtomicInteger ofBroker = new AtomicInteger();
    /** Tenants without sessions are absent. */
    private final Map<Tenant, Integer> ofTenants = new ConcurrentHashMap<>();

    /** Users without sessions are absent. */
    private final Map<User, Integer> ofUsers = new ConcurrentHashMap<>();

    /** Creates the quotas without any session. */
    public SessionQuotas(SessionLimits limits, Tenancy tenancy) {
        this.maxSessions = limits.maxSessions();
        this.maxSessionsPerUser = limits.maxSessionsPerUser();
        this.tenancy = tenancy;
    }

    /** Adds one session if the limits allow it. */
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
     * Adds one session that replaces an existing one, which the caller must remove next. Both count meanwhile, so that
     * no other session takes the room. Only the limit of a new owner is checked.
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

    /** Adds one existing session, regardless of the limits. */
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

    /** Removes one session that has ended. */
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

    /** Returns the user to count; null without a user name, or if users have no limit. */
    private @Nullable User counted(Tenant tenant, @Nullable String user) {
        return user == null || maxSessionsPerUser == UNLIMITED ? null : new User(tenant, user);
    }

    private boolean isBounded(Tenant tenant) {
        return tenancy.quotaOf(tenant).maxSessions() != UNLIMITED;
    }

    /** Returns the number of sessions of the broker. */
    int count() {
        return ofBroker.get();
    }

    /** Returns the number of sessions of a tenant that has a limit. */
    int countOfTenant(Tenant tenant) {
        return ofTenants.getOrDefault(tenant, 0);
    }

    /** Returns the number of sessions of a user, if users have a limit. */
    int countOfUser(Tenant tenant, String user) {
        return ofUsers.getOrDefault(new User(tenant, user), 0);
    }

    /** Returns the number of counted users. */
    int users() {
        return ofUsers.size();
    }
}
