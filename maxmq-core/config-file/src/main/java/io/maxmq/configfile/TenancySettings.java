package io.maxmq.configfile;

import io.maxmq.config.Tenancy;
import io.maxmq.config.TenantQuota;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.config.ConfigSection;
import java.util.HashMap;
import java.util.Map;

/** The section {@code tenancy}. Stateless. */
final class TenancySettings {
    private TenancySettings() {}

    static Tenancy read(ConfigSection section) {
        Tenancy defaults = Tenancy.none();
        Tenancy.Source source = section.choice("source", Tenancy.Source.class, defaults.source());
        String pattern = section.text("server-name-pattern", defaults.serverNamePattern());
        Map<String, Tenant> names = new HashMap<>();
        for (ConfigSection each : section.sections("server-names")) {
            String name = each.text("name");
            Tenant tenant = tenant(each, each.text("tenant"));
            if (names.put(name, tenant) != null) {
                throw each.wrong("name", "is there twice: " + name);
            }
        }
        int maxTenants = section.number("max-tenants", defaults.maxTenants());
        TenantQuota quota = quota(section.section("quota"));
        Map<Tenant, TenantQuota> quotas = new HashMap<>();
        section.named("quotas").forEach((name, each) -> quotas.put(tenant(each, name), quota(each)));
        return BrokerSettings.checked(section, () -> new Tenancy(source, pattern, names, maxTenants, quota, quotas));
    }

    private static Tenant tenant(ConfigSection section, String name) {
        return BrokerSettings.checked(section, () -> new Tenant(name));
    }

    private static TenantQuota quota(ConfigSection section) {
        TenantQuota none = TenantQuota.UNLIMITED;
        int sessions = section.number("max-sessions", none.maxSessions());
        int subscriptions = section.number("max-subscriptions", none.maxSubscriptions());
        int messages = section.number("max-retained-messages", none.maxRetainedMessages());
        long bytes = section.bytes("max-retained-bytes", none.maxRetainedBytes());
        long stored = section.bytes("max-stored-bytes", none.maxStoredBytes());
        return BrokerSettings.checked(section, () -> new TenantQuota(sessions, subscriptions, messages, bytes, stored));
    }
}
