package io.maxmq.core.configfile;

import io.maxmq.auth.Acl;
import io.maxmq.auth.AclRule;
import io.maxmq.spi.auth.Authorizer;
import io.maxmq.spi.config.ConfigSection;
import java.util.ArrayList;
import java.util.List;

/** The list {@code authorizers}, in the order in which they are asked. Stateless. */
final class AuthorizerSettings {
    private enum Type {
        ACL_FILE,
        ACL
    }

    private AuthorizerSettings() {}

    static List<Authorizer> read(ConfigSection root) {
        List<Authorizer> authorizers = new ArrayList<>();
        for (ConfigSection section : root.sections("authorizers")) {
            section.text("type");
            authorizers.add(
                    switch (section.choice("type", Type.class, Type.ACL_FILE)) {
                        case ACL_FILE -> Acl.at(section.file("file"));
                        case ACL -> Acl.of(rules(section));
                    });
        }
        return authorizers;
    }

    /** A list without a rule would decide nothing, which nobody can have meant. */
    private static List<AclRule> rules(ConfigSection section) {
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
        return rules;
    }
}
