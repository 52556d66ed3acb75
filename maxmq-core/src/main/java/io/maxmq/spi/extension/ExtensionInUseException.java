package io.maxmq.spi.extension;

import io.maxmq.spi.Stable;

/**
 * An extension was started for a broker, and serves another one. It goes on doing so: the broker that gets this from
 * {@link Extension#start} does not stop it.
 *
 * @since 0.1.0
 */
@Stable
public final class ExtensionInUseException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    /** @param message what there can be only one broker of */
    public ExtensionInUseException(String message) {
        super(message);
    }
}
