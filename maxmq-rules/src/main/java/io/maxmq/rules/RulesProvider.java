package io.maxmq.rules;

import io.maxmq.spi.Internal;
import io.maxmq.spi.config.ConfigSection;
import io.maxmq.spi.config.ExtensionProvider;
import io.maxmq.spi.extension.Extension;

/**
 * {@link RuleEngine} in a configuration file: the section {@code rules}. Found by {@link java.util.ServiceLoader};
 * programs use {@link RuleEngine}.
 *
 *
 * @since 0.1.0
 */
@Internal
public final class RulesProvider implements ExtensionProvider {

    /** For the service loader. */
    public RulesProvider() {}

    @Override
    public String section() {
        return "rules";
    }

    @Override
    public Extension create(ConfigSection section) {
        return RulesSection.read(section);
    }
}
