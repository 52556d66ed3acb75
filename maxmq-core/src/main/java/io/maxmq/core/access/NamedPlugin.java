package io.maxmq.core.access;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A plug-in with its properties, read once when the broker is built. A question therefore runs no other code of the
 * plug-in than the one guarded and timed method. Immutable.
 *
 * @param deadline of this plug-in; null for the common deadline
 */
public record NamedPlugin<P>(
        P plugin, String name, boolean mayBlock, @Nullable Duration deadline) {

    /** Creates a plug-in with the common deadline. */
    public NamedPlugin(P plugin, String name, boolean mayBlock) {
        this(plugin, name, mayBlock, null);
    }
}
