package io.maxmq.rules.event;

import io.maxmq.rules.value.Text;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Message;
import io.maxmq.spi.Tenant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A message that was published. Keeps a copy of its payload, and creates its fields on demand. */
public final class MessageEvent extends LazyEvent {
    /** A message object, this one, and their strings. */
    private static final int OVERHEAD_BYTES = 400;

    private static final List<String> NAMES = List.of(
            "event",
            "id",
            "clientid",
            "username",
            "payload",
            "peerhost",
            "peername",
            "topic",
            "qos",
            "flags",
            "pub_props",
            "publish_received_at",
            "timestamp",
            "node",
            "client_attrs");

    private final MessageParts parts;
    private final @Nullable ClientInfo publisher;
    private final String node;
    private final long atEpochMillis;

    /**
     * Copies what of a view would end.
     *
     * @param publisher null when the embedder or an extension has published it
     * @param node the broker's name
     */
    public MessageEvent(
            Tenant tenant, Message message, @Nullable ClientInfo publisher, String node, long atEpochMillis) {
        super(tenant, publisher == null ? "" : publisher.clientId());
        this.parts = new MessageParts(message);
        this.publisher = publisher;
        this.node = node;
        this.atEpochMillis = atEpochMillis;
    }

    @Override
    public EventKind kind() {
        return EventKind.PUBLISH;
    }

    @Override
    public String topic() {
        return parts.message().topic();
    }

    @Override
    public MessageParts message() {
        return parts;
    }

    @Override
    public long atEpochMillis() {
        return atEpochMillis;
    }

    @Override
    public String id() {
        return parts.id();
    }

    @Override
    public int hops() {
        return parts.hops();
    }

    @Override
    public int bytes() {
        return OVERHEAD_BYTES + parts.bytes();
    }

    @Override
    public List<String> names() {
        return NAMES;
    }

    @Override
    @Nullable
    Object make(String name) {
        Message message = parts.message();
        return switch (name) {
            case "event" -> Text.of(EventKind.PUBLISH.event());
            case "id" -> Text.of(id());
            case "payload" -> parts.payload();
            case "topic" -> Text.of(message.topic());
            case "qos" -> (long) message.qos().code();
            case "flags" -> parts.flags();
            case "pub_props" -> parts.properties();
            case "publish_received_at" -> parts.receivedAt(atEpochMillis);
            case "timestamp" -> atEpochMillis;
            case "node" -> Text.of(node);
            case "client_attrs" -> publisher == null ? Map.of() : ClientFields.one(publisher, name);
            default -> ClientFields.one(publisher, name);
        };
    }
}
