package io.maxmq.auth;

import io.maxmq.spi.Tenant;

/** A user of one tenant; users of the same name in other tenants are others. Immutable. */
record TenantUser(Tenant tenant, String name) {
    /** A user without a tenant, as all are while no tenants are configured. */
    static TenantUser of(String name) {
        return new TenantUser(Tenant.DEFAULT, name);
    }

    /** As in a password file and in messages: {@code tenant:user}, or {@code user} of the default tenant. */
    @Override
    public String toString() {
        return tenant.equals(Tenant.DEFAULT) ? name : tenant.name() + ':' + name;
    }
}
