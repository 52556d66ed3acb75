package io.maxmq.core.access;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A plug-in with what is asked of it once, when the broker is built, so that a question runs none of its code but the
 * one method that is caught and timed. Immutable.
 *
 * @param deadline of its own; null for that of all
 */
public record NamedPlugin<P>(
        P plugin, String name, boolean mayBlock, @Nullable Duration deadline) {

    /** A plug-in that has the deadline of all. */
    public NamedPlugin(P plugin, String name, boolean mayBlock) {
        this(plugin, name, mayBlock, null);
    }
}
