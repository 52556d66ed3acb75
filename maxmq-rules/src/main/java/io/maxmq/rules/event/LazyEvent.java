package io.maxmq.rules.event;

import io.maxmq.spi.Tenant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An event that makes the fields that somebody asks for, each once: most rules ask for few of them. */
abstract class LazyEvent extends Event {
    private final Map<String, @Nullable Object> made = new LinkedHashMap<>();

    LazyEvent(Tenant tenant, String clientId) {
        super(tenant, clientId);
    }

    @Override
    public final @Nullable Object field(String name) {
        Object present = made.get(name);
        if (present == null && !made.containsKey(name)) {
            present = make(name);
            made.put(name, present);
        }
        return present;
    }

    /** The field of this name; null when it has none. */
    abstract @Nullable Object make(String name);
}
