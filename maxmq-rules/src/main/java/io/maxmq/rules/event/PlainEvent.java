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
    private final int hops;

    /**
     * An event.
     *
     * @param id tells it from all others
     * @param hops how many rules have made messages of one another before it
     * @param fields in the order in which {@code *} gives them; not changed any more
     */
    public PlainEvent(
            EventKind kind,
            Tenant tenant,
            String clientId,
            long atEpochMillis,
            String id,
            int hops,
            Map<String, @Nullable Object> fields) {
        super(tenant, clientId);
        this.kind = kind;
        this.atEpochMillis = atEpochMillis;
        this.fields = fields;
        this.id = id;
        this.hops = hops;
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
    public int hops() {
        return hops;
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
