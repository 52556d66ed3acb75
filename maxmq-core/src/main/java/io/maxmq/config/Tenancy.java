package io.maxmq.config;

import io.maxmq.spi.Stable;
import io.maxmq.spi.Tenant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * How clients are told apart by {@link Tenant}. Client ids, subscriptions, retained messages, {@code $SYS} and metrics are each
 * tenant's own, and nothing crosses from one to another. Immutable.
 *
 * <p>Unless it is {@link #none()}, all listeners must have TLS, else the broker does not start; a client of which no tenant is
 * known is refused (v5 0x87, v3 5); and so is one of a tenant too many (v5 0x97, v3 3). The application itself belongs to {@link
 * Tenant#DEFAULT} unless it says otherwise, and so do connections inside the JVM when the tenant is said by the server name, which
 * they have not. {@link Tenant#DEFAULT} alone has the {@code $SYS} figures of the whole broker.
 *
 * @param source what says the tenant
 * @param serverNamePattern with {@link Source#SERVER_NAME}: a host name in lower case in which <code>{tenant}</code> stands for one
 *     label, but not for {@code default}; empty when only {@code serverNames} count
 * @param serverNames with {@link Source#SERVER_NAME}: tenants by host name in lower case; they are looked at first
 * @param maxTenants 1..1,000,000 that hold something at a time: sessions, retained or delayed messages, or subscriptions and hooks of the
 *     program; clients of further ones are refused; default 10,000
 * @param quota of each tenant; default {@link TenantQuota#UNLIMITED}
 * @param quotas in its place, of certain tenants
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
     * What says to which tenant a client belongs.
     *
     * @since 0.1.0
     */
    @Stable
    public enum Source {
        /** Nothing but an authenticator that does: all others are {@link Tenant#DEFAULT}. */
        NONE,
        /**
         * The host name that the client has asked for in its TLS handshake (SNI). That is the client's word: the authenticator that
         * lets it in must vouch for the same tenant ({@code Allowed.withTenant}), as password files do by their column of tenants;
         * an answer without a tenant is for {@link Tenant#DEFAULT}. Anonymous clients, where they are allowed, may enter any tenant.
         */
        SERVER_NAME,
        /** The authenticator that lets a client in; who lets in without a tenant does not. */
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

    /** All clients are {@link Tenant#DEFAULT}, unless an authenticator says otherwise. The default. */
    public static Tenancy none() {
        return NONE;
    }

    /** By the host name that clients ask for, as in <code>{tenant}.mqtt.example.com</code>. */
    public static Tenancy byServerName(String pattern) {
        return new Tenancy(Source.SERVER_NAME, pattern, Map.of(), DEFAULT_MAX_TENANTS, TenantQuota.UNLIMITED, Map.of());
    }

    /** By the host names that clients ask for, each of one tenant. */
    public static Tenancy byServerNames(Map<String, Tenant> tenants) {
        return new Tenancy(Source.SERVER_NAME, "", tenants, DEFAULT_MAX_TENANTS, TenantQuota.UNLIMITED, Map.of());
    }

    /** By the authenticator that lets a client in. */
    public static Tenancy byAuthenticator() {
        return new Tenancy(Source.AUTHENTICATOR, "", Map.of(), DEFAULT_MAX_TENANTS, TenantQuota.UNLIMITED, Map.of());
    }

    /** The same with another bound of tenants. */
    public Tenancy withMaxTenants(int tenants) {
        return new Tenancy(source, serverNamePattern, serverNames, tenants, quota, quotas);
    }

    /** The same with a quota of every tenant that has none of its own. */
    public Tenancy withQuota(TenantQuota ofEach) {
        return new Tenancy(source, serverNamePattern, serverNames, maxTenants, ofEach, quotas);
    }

    /** The same with a quota of one tenant. */
    public Tenancy withQuota(Tenant tenant, TenantQuota ofIt) {
        Map<Tenant, TenantQuota> more = new HashMap<>(quotas);
        more.put(tenant, ofIt);
        return new Tenancy(source, serverNamePattern, serverNames, maxTenants, quota, more);
    }

    /** Whether what some tenant's messages take in the storage is bounded. */
    public boolean boundsStoredBytes() {
        return quota.maxStoredBytes() != Long.MAX_VALUE
                || quotas.values().stream().anyMatch(each -> each.maxStoredBytes() != Long.MAX_VALUE);
    }

    /**
     * Checks that a listener may be open.
     *
     * @throws IllegalArgumentException naming it, when clients are told apart and it has no TLS
     */
    public void check(Listener listener) {
        if (isOn() && !listener.isSecure()) {
            throw new IllegalArgumentException("with tenants all listeners must have TLS: listener=" + listener.name());
        }
    }

    /** Whether clients are told apart at all. */
    public boolean isOn() {
        return source != Source.NONE;
    }

    /** The quota of a tenant. */
    public TenantQuota quotaOf(Tenant tenant) {
        return quotas.getOrDefault(tenant, quota);
    }

    /** Whose host this is; empty when it is nobody's, or no tenant can have that name. */
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
