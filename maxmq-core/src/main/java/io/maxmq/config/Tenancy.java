package io.maxmq.config;

import io.maxmq.spi.Stable;
import io.maxmq.spi.Tenant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Assignment of clients to {@link Tenant tenants}. Each tenant has its own client ids, subscriptions, retained
 * messages, {@code $SYS} and metrics, isolated from other tenants. Immutable.
 *
 * <p>Unless it is {@link #none()}, all listeners must have TLS, otherwise the broker does not start. A client without a
 * tenant is refused (v5 0x87, v3 5), and so is a client of a tenant beyond {@code maxTenants} (v5 0x97, v3 3). The
 * application's own clients belong to {@link Tenant#DEFAULT} unless they name another tenant. With
 * {@link Source#SERVER_NAME} connections inside the JVM belong to it too, as they have no server name. Only
 * {@link Tenant#DEFAULT} has the {@code $SYS} figures of the whole broker.
 *
 * @param source of a client's tenant
 * @param serverNamePattern with {@link Source#SERVER_NAME}: a host name in lower case in which <code>{tenant}</code>
 *     stands for one label, but not for {@code default}; empty when only {@code serverNames} count
 * @param serverNames with {@link Source#SERVER_NAME}: tenants by host name in lower case; they precede the pattern
 * @param maxTenants 1..1,000,000 tenants that have sessions, retained or delayed messages, or subscriptions and hooks
 *     of the program, at a time; clients of further tenants are refused; default 10,000
 * @param quota of each tenant; default {@link TenantQuota#UNLIMITED}
 * @param quotas of certain tenants, in place of {@code quota}
 * @since 0.1.0
 */
@Stable
public record Tenancy(
        Source source,
        String serverNamePattern,
        Map<String, Tenant> serverNames,
        int maxTenants,
        TenantQuota quota,
        Map<Tenant, TenantQuota> quotas) {
    private static final int DEFAULT_MAX_TENANTS = 10_000;
    private static final String PLACEHOLDER = "{tenant}";

    private static final Tenancy NONE =
            new Tenancy(Source.NONE, "", Map.of(), DEFAULT_MAX_TENANTS, TenantQuota.UNLIMITED, Map.of());

    /**
     * Source of a client's tenant.
     *
     * @since 0.1.0
     */
    @Stable
    public enum Source {
        /** No tenants: all clients belong to {@link Tenant#DEFAULT}, unless an authenticator assigns another tenant. */
        NONE,
        /**
         * The host name that the client requests in its TLS handshake (SNI). The client may request any name, so the
         * authenticator that allows the client must confirm the tenant ({@code Allowed.withTenant}), as password files
         * do by their column of tenants; an answer without a tenant is for {@link Tenant#DEFAULT}. Anonymous clients,
         * where they are allowed, may enter any tenant.
         */
        SERVER_NAME,
        /** The authenticator that allows a client; an answer without a tenant refuses the client. */
        AUTHENTICATOR
    }

    /** Checks every value. */
    public Tenancy {
        serverNames = lowerCase(serverNames);
        quotas = Map.copyOf(quotas);
        SettingChecks.range("maxTenants", maxTenants, 1, 1_000_000);
        boolean named = !serverNames.isEmpty() || !serverNamePattern.isEmpty();
        if (source == Source.SERVER_NAME && !named) {
            throw new IllegalArgumentException("tenants by server name need a pattern or names");
        }
        if (source != Source.SERVER_NAME && named) {
            throw new IllegalArgumentException("server names are for tenants by server name: source=" + source);
        }
        if (!serverNamePattern.isEmpty()) {
            int at = serverNamePattern.indexOf(PLACEHOLDER);
            if (at < 0
                    || serverNamePattern.indexOf(PLACEHOLDER, at + 1) >= 0
                    || !serverNamePattern.equals(serverNamePattern.toLowerCase(Locale.ROOT))) {
                throw new IllegalArgumentException("serverNamePattern must be a host name in lower case with one "
                        + PLACEHOLDER + ": serverNamePattern=" + serverNamePattern);
            }
        }
    }

    private static Map<String, Tenant> lowerCase(Map<String, Tenant> names) {
        Map<String, Tenant> lower = new HashMap<>();
        names.forEach((name, tenant) -> lower.put(name.toLowerCase(Locale.ROOT), tenant));
        if (lower.size() != names.size()) {
            throw new IllegalArgumentException(
                    "serverNames must differ by more than case: serverNames=" + names.keySet());
        }
        return Map.copyOf(lower);
    }

    /**
     * Returns the default: all clients belong to {@link Tenant#DEFAULT}, unless an authenticator assigns another
     * tenant.
     */
    public static Tenancy none() {
        return NONE;
    }

    /** Assigns tenants by the host name that clients request, as in <code>{tenant}.mqtt.example.com</code>. */
    public static Tenancy byServerName(String pattern) {
        return new Tenancy(Source.SERVER_NAME, pattern, Map.of(), DEFAULT_MAX_TENANTS, TenantQuota.UNLIMITED, Map.of());
    }

    /** Assigns tenants by the host names that clients request, each of one tenant. */
    public static Tenancy byServerNames(Map<String, Tenant> tenants) {
        return new Tenancy(Source.SERVER_NAME, "", tenants, DEFAULT_MAX_TENANTS, TenantQuota.UNLIMITED, Map.of());
    }

    /** Assigns tenants by the authenticator that allows a client. */
    public static Tenancy byAuthenticator() {
        return new Tenancy(Source.AUTHENTICATOR, "", Map.of(), DEFAULT_MAX_TENANTS, TenantQuota.UNLIMITED, Map.of());
    }

    /** Returns a copy with another maximum number of tenants. */
    public Tenancy withMaxTenants(int tenants) {
        return new Tenancy(source, serverNamePattern, serverNames, tenants, quota, quotas);
    }

    /** Returns a copy with another quota for tenants without a quota of their own. */
    public Tenancy withQuota(TenantQuota ofEach) {
        return new Tenancy(source, serverNamePattern, serverNames, maxTenants, ofEach, quotas);
    }

    /** Returns a copy with a quota for one tenant. */
    public Tenancy withQuota(Tenant tenant, TenantQuota ofIt) {
        Map<Tenant, TenantQuota> more = new HashMap<>(quotas);
        more.put(tenant, ofIt);
        return new Tenancy(source, serverNamePattern, serverNames, maxTenants, quota, more);
    }

    /** Returns whether any tenant has a quota of bytes in the store. */
    public boolean boundsStoredBytes() {
        return quota.maxStoredBytes() != Long.MAX_VALUE
                || quotas.values().stream().anyMatch(each -> each.maxStoredBytes() != Long.MAX_VALUE);
    }

    /**
     * Checks that a listener may be open.
     *
     * @throws IllegalArgumentException when tenants are on and the listener has no TLS; names the listener
     */
    public void check(Listener listener) {
        if (isOn() && !listener.isSecure()) {
            throw new IllegalArgumentException("with tenants all listeners must have TLS: listener=" + listener.name());
        }
    }

    /** Returns whether tenants are on. */
    public boolean isOn() {
        return source != Source.NONE;
    }

    /** Returns the quota of a tenant. */
    public TenantQuota quotaOf(Tenant tenant) {
        return quotas.getOrDefault(tenant, quota);
    }

    /** Returns the tenant of a host name; empty when the name belongs to no tenant or yields an invalid tenant name. */
    public Optional<Tenant> ofServerName(String serverName) {
        String name = serverName.toLowerCase(Locale.ROOT);
        Tenant named = serverNames.get(name);
        if (named != null) {
            return Optional.of(named);
        }
        int at = serverNamePattern.indexOf(PLACEHOLDER);
        int length = name.length() - (serverNamePattern.length() - PLACEHOLDER.length());
        if (at < 0
                || length <= 0
                || !name.startsWith(serverNamePattern.substring(0, at))
                || !name.endsWith(serverNamePattern.substring(at + PLACEHOLDER.length()))) {
            return Optional.empty();
        }
        String label = name.substring(at, at + length);
        boolean isTenant = label.indexOf('.') < 0 && Tenant.isName(label) && !label.equals(Tenant.DEFAULT.name());
        return isTenant ? Optional.of(new Tenant(label)) : Optional.empty();
    }
}
