package io.maxmq.configfile;

import io.maxmq.spi.config.ConfigSection;
import io.maxmq.spi.config.ExtensionProvider;
import io.maxmq.spi.extension.Extension;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

/** The sections of extensions, each read by the provider of its name. Stateless. */
final class ExtensionSettings {
    private static final Map<String, String> ARTIFACTS =
            Map.of("rules", "io.maxmq:maxmq-rules, as a module io.maxmq.rules");

    private ExtensionSettings() {}

    static List<Extension> read(ConfigSection root) {
        Providers<ExtensionProvider> providers = new Providers<>(
                ServiceLoader.load(ExtensionProvider.class, ExtensionSettings.class.getClassLoader()),
                ExtensionProvider::section,
                ARTIFACTS);
        ARTIFACTS.forEach((name, artifact) -> {
            if (!providers.byName().containsKey(name) && root.has(name)) {
                throw root.wrong(name, "needs a module that is missing: add " + artifact);
            }
        });
        List<Extension> extensions = new ArrayList<>();
        providers.byName().forEach((name, provider) -> {
            if (root.has(name)) {
                ConfigSection section = root.section(name);
                extensions.add(BrokerSettings.checked(section, () -> provider.create(section)));
            }
        });
        return extensions;
    }
}
