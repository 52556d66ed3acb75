package io.maxmq.rules.event;

import io.maxmq.spi.Tenant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An event that creates its fields on demand, each once: most rules read few of them. */
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

    /** Creates the field of this name; null without one. */
    abstract @Nullable Object make(String name);
}
