package io.maxmq.rules.event;

import io.maxmq.rules.value.Text;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Tenant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The outcome of a message: it was sent, acknowledged or dropped. Creates its fields on demand. */
final class OutcomeEvent extends LazyEvent {
    private static final int OVERHEAD_BYTES = 800;

    private static final List<String> NAMES = List.of(
            "event",
            "reason",
            "id",
            "from_clientid",
            "from_username",
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
            "bytes",
            "count",
            "timestamp",
            "node",
            "client_attrs");

    /**
     * The values that are known at the event.
     * @param id identifies the event
     * @param hops the number of rules in the chain of messages before it
     *
     * @param client the client of the event, while connected
     *
     * @param sender null when it is the client, or is not remembered
     *
     * @param reason empty for a message that was not dropped
     * @param topic empty when unknown
     *
     * @param qos of the delivery; -1 for the message's own
     * @param message null when it is no longer known
     *
     * @param count messages that the event stands for; 0 for one that is not dropped
     */
    record Known(
            String id,
            int hops,
            @Nullable ClientInfo client,
            Senders.@Nullable Sender sender,
            String reason,
            String topic,
            int qos,
            @Nullable MessageParts message,
            long bytes,
            long count) {}

    private final EventKind kind;
    private final String node;
    private final long atEpochMillis;
    private final Known known;

    OutcomeEvent(EventKind kind, Tenant tenant, String clientId, String node, long atEpochMillis, Known known) {
        super(tenant, clientId);
        this.kind = kind;
        this.node = node;
        this.atEpochMillis = atEpochMillis;
        this.known = known;
    }

    @Override
    public EventKind kind() {
        return kind;
    }

    @Override
    public @Nullable MessageParts message() {
        return known.message();
    }

    @Override
    public long atEpochMillis() {
        return atEpochMillis;
    }

    @Override
    public String id() {
        return known.id();
    }

    @Override
    public int hops() {
        MessageParts message = known.message();
        return message == null ? known.hops() : Math.max(known.hops(), message.hops());
    }

    @Override
    public int bytes() {
        MessageParts message = known.message();
        return OVERHEAD_BYTES + (message == null ? 0 : message.bytes());
    }

    @Override
    public List<String> names() {
        return NAMES.stream().filter(each -> field(each) != null).toList();
    }

    @Override
    @Nullable
    Object make(String name) {
        return switch (name) {
            case "event" -> Text.of(kind.event());
            case "reason" -> text(known.reason());
            case "topic" -> text(known.topic());
            case "bytes" -> known.bytes();
            case "count" -> known.count() == 0 ? null : known.count();
            case "timestamp" -> atEpochMillis;
            case "node" -> Text.of(node);
            case "clientid" -> text(clientId());
            case "username", "peerhost", "peername", "client_attrs" -> ClientFields.one(known.client(), name);
            case "from_clientid", "from_username" -> ofSender(name);
            default -> ofMessage(name);
        };
    }

    private static @Nullable Text text(String text) {
        return text.isEmpty() ? null : Text.of(text);
    }

    private @Nullable Object ofSender(String name) {
        Senders.Sender sender = known.sender();
        if (sender == null) {
            return null;
        }
        String username = sender.username();
        return name.equals("from_clientid") ? Text.of(sender.clientId()) : username == null ? null : Text.of(username);
    }

    private @Nullable Object ofMessage(String name) {
        MessageParts message = known.message();
        if (name.equals("qos") && known.qos() >= 0) {
            return (long) known.qos();
        }
        if (message == null) {
            return null;
        }
        return switch (name) {
            case "id" -> text(message.id());
            case "payload" -> message.payload();
            case "qos" -> (long) message.message().qos().code();
            case "flags" -> message.flags();
            case "pub_props" -> message.properties();
            case "publish_received_at" -> message.receivedAt(atEpochMillis);
            default -> null;
        };
    }
}
