package io.maxmq.spi.config;

import io.maxmq.spi.Stable;
import io.maxmq.spi.extension.Extension;

/**
 * Makes an extension as a section of a configuration file describes it. Found by {@link java.util.ServiceLoader}.
 *
 * @since 0.1.0
 */
@Stable
public interface ExtensionProvider {

    /** The name of the section, at the top of the file, like {@code rules}. */
    String section();

    /**
     * Makes the extension, and does not start it. Called when the file has the section.
     *
     * @param section asked for every key that it may have
     * @throws IllegalArgumentException when a setting is wrong; {@link ConfigSection#wrong} says where it is
     */
    Extension create(ConfigSection section);
}
