package io.maxmq.spi.admin;

import io.maxmq.spi.Cidr;
import io.maxmq.spi.Stable;
import io.maxmq.spi.Tenant;

/**
 * Somebody who may not connect. Immutable; each method answers a changed copy.
 *
 * @param kind what is banned
 * @param tenant of the client id or user name; {@link Tenant#DEFAULT} for addresses, which belong to none
 * @param value the client id, the user name, or a range of addresses as {@link Cidr} writes it; not empty
 * @param reason for people; may be empty. Clients are not told
 * @param sinceEpochMillis when it was added; set by the broker
 * @param untilEpochMillis from when on it is over, {@link #FOREVER} for never
 * @since 0.1.0
 */
@Stable
public record Ban(Kind kind, Tenant tenant, String value, String reason, long sinceEpochMillis, long untilEpochMillis) {

    /** As the end of a ban that has none. */
    public static final long FOREVER = Long.MAX_VALUE;

    private static final int MAX_VALUE_LENGTH = 65_535;
    private static final int MAX_REASON_LENGTH = 1024;

    /**
     * What is banned.
     *
     * @since 0.1.0
     */
    @Stable
    public enum Kind {
        /** A client id. */
        CLIENT,
        /** A user name. */
        USER,
        /** An address, or a range of them. */
        ADDRESS
    }

    /** Checks every value, and writes ranges of addresses in one way. */
    public Ban {
        if (value.isEmpty() || value.length() > MAX_VALUE_LENGTH) {
            throw new IllegalArgumentException("value must be 1.." + MAX_VALUE_LENGTH + " long: " + value.length());
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

    /** Of a client id of the default tenant, for ever. */
    public static Ban client(String clientId) {
        return new Ban(Kind.CLIENT, Tenant.DEFAULT, clientId, "", 0, FOREVER);
    }

    /** Of a user name of the default tenant, for ever. */
    public static Ban user(String name) {
        return new Ban(Kind.USER, Tenant.DEFAULT, name, "", 0, FOREVER);
    }

    /**
     * Of an address or a range ({@code 10.0.0.0/8}), for ever.
     *
     * @throws IllegalArgumentException when it is neither
     */
    public static Ban address(String range) {
        return new Ban(Kind.ADDRESS, Tenant.DEFAULT, range, "", 0, FOREVER);
    }

    /** The same in another tenant; without effect on addresses. */
    public Ban tenant(Tenant of) {
        return new Ban(kind, of, value, reason, sinceEpochMillis, untilEpochMillis);
    }

    /** The same for another reason. */
    public Ban reason(String why) {
        return new Ban(kind, tenant, value, why, sinceEpochMillis, untilEpochMillis);
    }

    /** The same since another time. */
    public Ban since(long epochMillis) {
        return new Ban(kind, tenant, value, reason, epochMillis, untilEpochMillis);
    }

    /** The same until another time. */
    public Ban until(long epochMillis) {
        return new Ban(kind, tenant, value, reason, sinceEpochMillis, epochMillis);
    }

    /** Whether it is over. */
    public boolean isOver(long nowEpochMillis) {
        return untilEpochMillis != FOREVER && untilEpochMillis <= nowEpochMillis;
    }
}
