package io.maxmq.auth;

import io.maxmq.spi.Internal;
import io.maxmq.spi.auth.Authorizer;
import io.maxmq.spi.config.AuthorizerProvider;
import io.maxmq.spi.config.ConfigSection;
import java.util.ArrayList;
import java.util.List;

/**
 * The authorizer {@code acl} of a configuration file: an {@link Acl} whose rules are in that file.
 *
 * @since 0.1.0
 */
@Internal
public final class AclProvider implements AuthorizerProvider {
    @Override
    public String type() {
        return "acl";
    }

    @Override
    public Authorizer create(ConfigSection section) {
        List<AclRule> rules = new ArrayList<>();
        for (String line : section.texts("rules", List.of())) {
            try {
                rules.add(AclRule.parse(line));
            } catch (IllegalArgumentException e) {
                throw section.wrong("rules", e.getMessage() + ", in: " + line);
            }
        }
        if (rules.isEmpty()) {
            throw section.wrong("rules", "must have a rule");
        }
        return Acl.of(rules);
    }
}
