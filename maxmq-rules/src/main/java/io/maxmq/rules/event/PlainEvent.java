package io.maxmq.rules.event;

import io.maxmq.spi.Tenant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An event whose fields are all there: other than messages, these are few. */
public final class PlainEvent extends Event {
    private static final int OVERHEAD_BYTES = 1_000;

    private final EventKind kind;
    private final long atEpochMillis;
    private final Map<String, @Nullable Object> fields;
    private final String id;

    /**
     * An event.
     *
     * @param id tells it from all others
     * @param fields in the order in which {@code *} gives them; not changed any more
     */
    public PlainEvent(
            EventKind kind,
            Tenant tenant,
            String clientId,
            long atEpochMillis,
            String id,
            Map<String, @Nullable Object> fields) {
        super(tenant, clientId);
        this.kind = kind;
        this.atEpochMillis = atEpochMillis;
        this.fields = fields;
        this.id = id;
    }

    @Override
    public EventKind kind() {
        return kind;
    }

    @Override
    public long atEpochMillis() {
        return atEpochMillis;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public int bytes() {
        return OVERHEAD_BYTES;
    }

    @Override
    public List<String> names() {
        return List.copyOf(fields.keySet());
    }

    @Override
    public @Nullable Object field(String name) {
        return fields.get(name);
    }
}
