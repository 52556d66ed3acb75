package io.maxmq.rules.event;

import io.maxmq.rules.value.Text;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Tenant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What has become of a message: it was sent, acknowledged or dropped. Makes the fields that somebody asks for. */
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
     * What is known when it happens.
     *
     * @param id tells the event from all others
     * @param hops how many rules have made messages of one another before it
     * @param client who the event is about, while connected
     * @param sender null when it is the client, or is not remembered
     * @param reason empty for what is not dropped
     * @param topic empty when it is not known
     * @param qos that it is delivered with; -1 for the message's own
     * @param message null when it is not known any more
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
