package io.maxmq.spi.extension;

import io.maxmq.spi.Stable;

/**
 * An extension was started for a broker while it serves another one. It keeps serving that one: the broker that gets
 * this exception from {@link Extension#start} does not stop it.
 *
 * @since 0.1.0
 */
@Stable
public final class ExtensionInUseException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    /** @param message the error */
    public ExtensionInUseException(String message) {
        super(message);
    }
}
