package io.maxmq.auth;

import io.maxmq.spi.Internal;
import io.maxmq.spi.auth.Authorizer;
import io.maxmq.spi.config.AuthorizerProvider;
import io.maxmq.spi.config.ConfigSection;

/**
 * The authorizer {@code acl-file} of a configuration file: an {@link Acl} in a file of its own.
 *
 * @since 0.1.0
 */
@Internal
public final class AclFileProvider implements AuthorizerProvider {
    @Override
    public String type() {
        return "acl-file";
    }

    @Override
    public Authorizer create(ConfigSection section) {
        return Acl.at(section.file("file"));
    }
}
