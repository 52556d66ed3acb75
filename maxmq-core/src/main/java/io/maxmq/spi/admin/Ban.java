package io.maxmq.spi.admin;

import io.maxmq.spi.Cidr;
import io.maxmq.spi.Stable;
import io.maxmq.spi.Tenant;
import java.util.Optional;

/**
 * A client id, a user, a client id of one user, or a range of addresses that may not connect. Immutable; each method
 * returns a changed copy.
 *
 * @param kind the kind of value
 * @param tenant of the client id or user name; {@link Tenant#DEFAULT} for addresses, which have no tenant
 * @param value the client id, the user name, or a range of addresses as {@link Cidr} writes it; not empty
 * @param user the user of {@link Kind#CLIENT_OF_USER}, empty there for clients without a user name; empty for the other
 *     kinds
 * @param reason for people; may be empty. The broker does not send it to clients
 * @param sinceEpochMillis when it was added; set by the broker
 * @param untilEpochMillis when it ends, or {@link #FOREVER}
 * @since 0.1.0
 */
@Stable
public record Ban(
        Kind kind,
        Tenant tenant,
        String value,
        Optional<String> user,
        String reason,
        long sinceEpochMillis,
        long untilEpochMillis) {

    /** The end of a ban without an end. */
    public static final long FOREVER = Long.MAX_VALUE;

    private static final int MAX_VALUE_LENGTH = 65_535;
    private static final int MAX_REASON_LENGTH = 1024;

    /**
     * The kind of value that is banned.
     *
     * @since 0.1.0
     */
    @Stable
    public enum Kind {
        /** A client id, for all users. */
        CLIENT,
        /** A user name. */
        USER,
        /** An address, or a range of them. */
        ADDRESS,
        /** A client id, for one user or for the clients without a user name. */
        CLIENT_OF_USER
    }

    /** Checks every value, and writes ranges of addresses in one way. */
    public Ban {
        if (value.isEmpty() || value.length() > MAX_VALUE_LENGTH) {
            throw new IllegalArgumentException("value must be 1.." + MAX_VALUE_LENGTH + " long: " + value.length());
        }
        if (kind == Kind.CLIENT_OF_USER) {
            requireName("value", value);
            user.ifPresent(name -> requireName("user", name));
        } else if (user.isPresent()) {
            throw new IllegalArgumentException("user must be empty for " + kind + ": user=" + user.get());
        }
        if (reason.length() > MAX_REASON_LENGTH) {
            throw new IllegalArgumentException(
                    "reason must be at most " + MAX_REASON_LENGTH + " long: " + reason.length());
        }
        if (kind == Kind.ADDRESS) {
            value = Cidr.parse(value).toString();
            tenant = Tenant.DEFAULT;
        }
    }

    /** As MQTT allows it in a CONNECT; storage relies on it. */
    private static void requireName(String field, String name) {
        if (name.length() > MAX_VALUE_LENGTH || name.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(field + " must be at most " + MAX_VALUE_LENGTH
                    + " long and have no U+0000: length=" + name.length());
        }
    }

    /** Of a client id of the default tenant, for all users, for ever. */
    public static Ban client(String clientId) {
        return new Ban(Kind.CLIENT, Tenant.DEFAULT, clientId, Optional.empty(), "", 0, FOREVER);
    }

    /**
     * Of a client id of the default tenant for one user, for ever. Other users may connect with it.
     *
     * @param user empty for the clients that have no user name
     */
    public static Ban clientOfUser(String clientId, Optional<String> user) {
        return new Ban(Kind.CLIENT_OF_USER, Tenant.DEFAULT, clientId, user, "", 0, FOREVER);
    }

    /** Of a user name of the default tenant, for ever. */
    public static Ban user(String name) {
        return new Ban(Kind.USER, Tenant.DEFAULT, name, Optional.empty(), "", 0, FOREVER);
    }

    /**
     * Of an address or a range ({@code 10.0.0.0/8}), for ever.
     *
     * @throws IllegalArgumentException when it is neither
     */
    public static Ban address(String range) {
        return new Ban(Kind.ADDRESS, Tenant.DEFAULT, range, Optional.empty(), "", 0, FOREVER);
    }

    /** Sets the tenant; without effect on addresses. */
    public Ban tenant(Tenant of) {
        return new Ban(kind, of, value, user, reason, sinceEpochMillis, untilEpochMillis);
    }

    /** Sets the reason. */
    public Ban reason(String why) {
        return new Ban(kind, tenant, value, user, why, sinceEpochMillis, untilEpochMillis);
    }

    /** Sets the time when it was added. */
    public Ban since(long epochMillis) {
        return new Ban(kind, tenant, value, user, reason, epochMillis, untilEpochMillis);
    }

    /** Sets the end. */
    public Ban until(long epochMillis) {
        return new Ban(kind, tenant, value, user, reason, sinceEpochMillis, epochMillis);
    }

    /** Returns whether the ban has ended. */
    public boolean isOver(long nowEpochMillis) {
        return untilEpochMillis != FOREVER && untilEpochMillis <= nowEpochMillis;
    }
}
