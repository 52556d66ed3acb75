package io.maxmq.configfile;

import io.maxmq.config.SettingKeys;
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
        int maxTenants = KeyedSettings.read(section, SettingKeys.TENANCY).maxTenants();
        TenantQuota quota = KeyedSettings.read(section.section("quota"), SettingKeys.QUOTA);
        Map<Tenant, TenantQuota> quotas = new HashMap<>();
        section.named("quotas")
                .forEach((name, each) -> quotas.put(tenant(each, name), KeyedSettings.read(each, SettingKeys.QUOTA)));
        return BrokerSettings.checked(section, () -> new Tenancy(source, pattern, names, maxTenants, quota, quotas));
    }

    private static Tenant tenant(ConfigSection section, String name) {
        return BrokerSettings.checked(section, () -> new Tenant(name));
    }
}
