package io.maxmq.rules.value;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** An event as a statement sees it: fields by name, made when somebody asks. Used by one thread at a time. */
public interface Fields {

    /** All names that this kind of event has, in the order in which {@code *} gives them. */
    List<String> names();

    /** A field's value; null, which is undefined, when the event has none of this name. The same each time. */
    @Nullable
    Object field(String name);
}
