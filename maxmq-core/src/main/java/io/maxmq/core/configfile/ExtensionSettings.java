package io.maxmq.core.configfile;

import io.maxmq.spi.Extension;
import io.maxmq.spi.config.ConfigSection;
import io.maxmq.spi.config.ExtensionProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** The sections that add-ons read: each is an extension, when the file has it. Stateless. */
final class ExtensionSettings {
    /** Sections of MaxMQ's own add-ons, and what to add for them. */
    private static final Map<String, String> ADD_ONS =
            Map.of("rules", "io.maxmq:maxmq-rules, as a module io.maxmq.rules");

    private ExtensionSettings() {}

    static List<Extension> read(ConfigSection root) {
        Map<String, ExtensionProvider> providers = new TreeMap<>();
        for (ExtensionProvider each :
                ServiceLoader.load(ExtensionProvider.class, ExtensionSettings.class.getClassLoader())) {
            providers.put(each.section(), each);
        }
        ADD_ONS.forEach((name, artifact) -> {
            if (!providers.containsKey(name) && root.has(name)) {
                throw root.wrong(name, "needs what is not there: add " + artifact);
            }
        });
        List<Extension> extensions = new ArrayList<>();
        providers.forEach((name, provider) -> {
            if (root.has(name)) {
                ConfigSection section = root.section(name);
                extensions.add(BrokerSettings.checked(section, () -> provider.create(section)));
            }
        });
        return extensions;
    }
}
