package io.maxmq.spi.config;

import io.maxmq.spi.Stable;
import io.maxmq.spi.extension.Extension;

/**
 * Creates an extension from a section of a configuration file. Found by {@link java.util.ServiceLoader}.
 *
 * @since 0.1.0
 */
@Stable
public interface ExtensionProvider {

    /** Returns the name of the top-level section, such as {@code rules}. */
    String section();

    /**
     * Creates the extension without starting it. Called when the file has the section.
     *
     * @param section the section; the provider requests every key that it may have
     * @throws IllegalArgumentException when a setting is wrong; {@link ConfigSection#wrong} names the line
     */
    Extension create(ConfigSection section);
}
