package io.maxmq.spi.config;

import io.maxmq.spi.Stable;
import io.maxmq.spi.auth.Authorizer;

/**
 * Creates the authorizers of one type from a configuration file: the entries of the list {@code authorizers} with this {@code
 * type}. Found by {@link java.util.ServiceLoader}.
 *
 * @since 0.1.0
 */
@Stable
public interface AuthorizerProvider {

    /** The value of the key {@code type}, for example {@code acl-file}. */
    String type();

    /**
     * Creates the authorizer of one entry of the list.
     *
     * @param section the entry; the provider asks for every key that it knows
     * @throws IllegalArgumentException if a value is wrong; {@link ConfigSection#wrong} names the line
     */
    Authorizer create(ConfigSection section);
}
