package io.maxmq.rules.value;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The fields of an event by name, created on demand. Used by one thread at a time. */
public interface Fields {

    /** All names that this kind of event has, in the order in which {@code *} gives them. */
    List<String> names();

    /** A field's value; null, which is undefined, without one. The same object each time. */
    @Nullable
    Object field(String name);
}
