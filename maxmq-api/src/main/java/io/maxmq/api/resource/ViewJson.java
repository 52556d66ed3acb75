package io.maxmq.api.resource;

import io.maxmq.api.call.Problem;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Message;
import io.maxmq.spi.MessageId;
import io.maxmq.spi.PublishResult;
import io.maxmq.spi.admin.Ban;
import io.maxmq.spi.admin.ClientView;
import io.maxmq.spi.admin.Explanation;
import io.maxmq.spi.admin.MessageView;
import io.maxmq.spi.admin.RetainedView;
import io.maxmq.spi.admin.SessionView;
import io.maxmq.spi.admin.SubscriptionView;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The records of the SPI in JSON. Stateless. */
final class ViewJson {
    private ViewJson() {}

    static String instant(long epochMillis) {
        return Instant.ofEpochMilli(epochMillis).toString();
    }

    private static @Nullable String instant(OptionalLong epochMillis) {
        return epochMillis.isPresent() ? instant(epochMillis.getAsLong()) : null;
    }

    static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }

    static String address(SocketAddress address) {
        if (address instanceof InetSocketAddress inet && inet.getAddress() != null) {
            String host = inet.getAddress().getHostAddress();
            return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + inet.getPort();
        }
        return address.toString();
    }

    static JsonObject client(ClientView view) {
        return client(view.client())
                .put("subscriptions", view.subscriptions())
                .put("queuedMessages", view.queuedMessages())
                .put("inFlightMessages", view.inFlightMessages());
    }

    static JsonObject client(ClientInfo client) {
        JsonObject attributes = new JsonObject();
        client.attributes().forEach(attributes::put);
        return new JsonObject()
                .put("clientId", client.clientId())
                .put("tenant", client.tenant().name())
                .put("username", client.username().orElse(null))
                .put("claimedUsername", client.claimedUsername().orElse(null))
                .put("remoteAddress", address(client.remoteAddress()))
                .put("listener", client.listener())
                .put("protocolVersion", client.protocolVersion().name())
                .put("cleanStart", client.cleanStart())
                .put("keepAliveSeconds", client.keepAliveSeconds())
                .put("sessionExpirySeconds", client.sessionExpirySeconds())
                .put("connectedAt", instant(client.connectedAtEpochMillis()))
                .put("attributes", attributes)
                .put("tls", client.tls().isPresent());
    }

    static JsonObject session(SessionView view) {
        return new JsonObject()
                .put("clientId", view.clientId())
                .put("tenant", view.tenant().name())
                .put("username", view.username().orElse(null))
                .put("connected", view.isConnected())
                .put("client", view.client().map(ViewJson::client).orElse(null))
                .put("expirySeconds", view.expirySeconds())
                .put("subscriptions", view.subscriptions())
                .put("queuedMessages", view.queuedMessages())
                .put("queuedBytes", view.queuedBytes())
                .put(
                        "oldestQueuedSeconds",
                        view.oldestQueuedAge().map(ViewJson::seconds).orElse(null))
                .put("inFlightMessages", view.inFlightMessages())
                .put("inFlightBytes", view.inFlightBytes())
                .put("hasWill", view.hasWill())
                .put("memoryBytes", view.memoryBytes());
    }

    static JsonObject message(MessageView view, PayloadForm form) {
        JsonObject json = new JsonObject()
                .put("id", view.id().toString())
                .put("acceptedAt", instant(view.id().epochMillis()))
                .put("topic", view.topic())
                .put("payloadBytes", view.payloadBytes())
                .put("qos", view.qos().code())
                .put("retain", view.retain())
                .put("expiresAt", instant(view.expiresAtEpochMillis()))
                .put("topicFilter", view.topicFilter())
                .put("packetId", view.packetId());
        view.message().ifPresent(message -> json.put("message", message(message, form)));
        return json;
    }

    static JsonObject message(Message message, PayloadForm form) {
        JsonArray properties = new JsonArray();
        message.userProperties()
                .forEach(each ->
                        properties.add(new JsonObject().put("name", each.name()).put("value", each.value())));
        JsonObject json = new JsonObject()
                .put("id", message.id().map(MessageId::toString).orElse(null))
                .put("topic", message.topic())
                .put("payloadBytes", message.payloadLength())
                .put("qos", message.qos().code())
                .put("retain", message.retain())
                .put(
                        "payloadFormatIndicator",
                        message.payloadFormatIndicator().map(Enum::name).orElse(null))
                .put("contentType", message.contentType().orElse(null))
                .put("responseTopic", message.responseTopic().orElse(null))
                .put(
                        "correlationData",
                        message.correlationData().map(ViewJson::base64).orElse(null))
                .put(
                        "messageExpirySeconds",
                        message.messageExpiry().map(ViewJson::seconds).orElse(null))
                .put("userProperties", properties);
        form.add(json, message.payload());
        return json;
    }

    static String base64(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(bytes.position(), copy);
        return Base64.getEncoder().encodeToString(copy);
    }

    static JsonObject retained(RetainedView view) {
        return new JsonObject()
                .put("topic", view.topic())
                .put("payloadBytes", view.payloadBytes())
                .put("qos", view.qos().code())
                .put("expiresAt", instant(view.expiresAtEpochMillis()))
                .put("id", view.id().toString())
                .put("acceptedAt", instant(view.id().epochMillis()));
    }

    static JsonObject subscription(SubscriptionView view) {
        return new JsonObject()
                .put("tenant", view.tenant().name())
                .put("clientId", view.clientId())
                .put("topicFilter", view.topicFilter())
                .put("shareName", view.shareName().orElse(null))
                .put("qos", view.qos().code())
                .put("noLocal", view.noLocal())
                .put("retainAsPublished", view.retainAsPublished())
                .put("subscriptionId", view.subscriptionId());
    }

    static JsonObject ban(Ban ban) {
        return new JsonObject()
                .put("kind", ban.kind().name())
                .put("tenant", ban.tenant().name())
                .put("value", ban.value())
                .put("user", ban.user().orElse(null))
                .put("reason", ban.reason())
                .put("since", instant(ban.sinceEpochMillis()))
                .put("until", ban.untilEpochMillis() == Ban.FOREVER ? null : instant(ban.untilEpochMillis()));
    }

    static JsonObject published(PublishResult result) {
        JsonObject dropped = new JsonObject();
        result.dropped().forEach((reason, count) -> dropped.put(reason.name(), count));
        return new JsonObject()
                .put("matched", result.matched())
                .put("queued", result.queued())
                .put("dropped", dropped);
    }

    static JsonObject explanation(Explanation explanation) {
        JsonArray recipients = new JsonArray();
        explanation
                .recipients()
                .forEach(each -> recipients.add(new JsonObject()
                        .put("clientId", each.clientId())
                        .put("topicFilter", each.topicFilter())
                        .put("shareName", each.shareName().orElse(null))
                        .put("qos", each.qos().code())
                        .put("subscriptionIds", new JsonArray(each.subscriptionIds()))
                        .put("isNext", each.isNext())
                        .put("verdict", each.verdict().name())
                        .put("detail", each.detail())));
        return new JsonObject()
                .put("topic", explanation.question().topic())
                .put("publishing", explanation.publishing().name())
                .put("detail", explanation.detail())
                .put("truncated", explanation.truncated())
                .put("retainedEffect", explanation.retainedEffect())
                .put("retained", explanation.retained().map(ViewJson::retained).orElse(null))
                .put("recipients", recipients);
    }

    /** Returns the found object, or fails. */
    static <T> T found(Optional<T> object, String what, String name) {
        return object.orElseThrow(() -> Problem.notFound("there is no " + what + " of this name: " + shortened(name)));
    }

    private static String shortened(String name) {
        return name.length() > 256 ? name.substring(0, 256) + "..." : name;
    }
}
