package io.maxmq.api.access;

import io.maxmq.spi.Stable;
import io.maxmq.spi.Tenant;
import java.util.Objects;
import java.util.Optional;

/**
 * An authenticated caller of the API. Immutable.
 *
 * @param name in audit records and for the rate limit; 1..{@value #MAX_NAME_LENGTH} characters without control characters
 * @param role the permissions
 * @param tenant the only tenant that the caller reads and changes; empty for all tenants and for the broker as a whole
 * @since 0.1.0
 */
@Stable
public record ApiPrincipal(String name, ApiRole role, Optional<Tenant> tenant) {
    /** The maximum length of a name. */
    public static final int MAX_NAME_LENGTH = 128;

    /** Checks the name. */
    public ApiPrincipal {
        Objects.requireNonNull(role, "role");
        Objects.requireNonNull(tenant, "tenant");
        if (name.isEmpty() || name.length() > MAX_NAME_LENGTH || name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("name must have 1.." + MAX_NAME_LENGTH
                    + " characters without control characters: length=" + name.length());
        }
    }

    /** Returns a caller for all tenants. */
    public static ApiPrincipal of(String name, ApiRole role) {
        return new ApiPrincipal(name, role, Optional.empty());
    }

    /** Returns a caller for one tenant. */
    public static ApiPrincipal of(String name, ApiRole role, Tenant tenant) {
        return new ApiPrincipal(name, role, Optional.of(tenant));
    }
}
