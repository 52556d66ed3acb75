package io.maxmq.api.resource;

import io.maxmq.api.call.ApiAnswer;
import io.maxmq.api.call.ApiCall;
import io.maxmq.api.call.Operations;
import io.maxmq.api.call.Problem;
import io.maxmq.api.call.Reasons;
import io.maxmq.api.call.Slice;
import io.maxmq.codec.QoS;
import io.maxmq.spi.Message;
import io.maxmq.spi.PayloadFormat;
import io.maxmq.spi.PublishOptions;
import io.maxmq.spi.PublishRefusedException;
import io.maxmq.spi.PublishResult;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.admin.PublishQuestion;
import io.maxmq.spi.admin.RetainedQuery;
import io.maxmq.spi.extension.BrokerContext;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** Publishing, retained messages and explanations. Thread-safe. */
final class MessagesResource {
    private final BrokerContext broker;

    MessagesResource(BrokerContext broker) {
        this.broker = broker;
    }

    void addTo(Operations operations) {
        operations
                .add("listRetained", this::listRetained)
                .add("getRetained", call -> getRetained(call, call.path("topic")))
                .add("findRetained", call -> getRetained(call, call.required("topic")))
                .add(
                        "findRetainedByBody",
                        call -> getRetained(call, call.object().getString("topic")))
                .add("putRetained", this::putRetained)
                .add("deleteRetained", this::deleteRetained)
                .add("publish", this::publish)
                .add("explain", this::explain);
    }

    private CompletionStage<ApiAnswer> listRetained(ApiCall call) {
        String filter = call.query("filter").orElse("#");
        return CompletableFuture.completedFuture(new ApiAnswer.Pages((limit, cursor) -> broker.retained()
                .query(new RetainedQuery(call.tenant(), filter, limit, cursor))
                .thenApply(page -> Slice.of(page, ViewJson::retained))));
    }

    private CompletionStage<ApiAnswer> getRetained(ApiCall call, String topic) {
        PayloadForm form = PayloadForm.of(call, PayloadForm.Kind.TEXT);
        return broker.retained()
                .get(call.tenant(), topic)
                .thenApply(found ->
                        ApiAnswer.of(ViewJson.message(ViewJson.found(found, "retained message", topic), form)));
    }

    private CompletionStage<ApiAnswer> putRetained(ApiCall call) {
        Message message =
                message(call.path("topic"), call.object()).retain(true).build();
        if (message.payloadLength() == 0) {
            throw Problem.badRequest("invalid-value", "an empty payload removes a retained message: use DELETE")
                    .field("payload");
        }
        return publish(call.tenant(), message).thenApply(result -> ApiAnswer.of(ViewJson.published(result)));
    }

    private CompletionStage<ApiAnswer> deleteRetained(ApiCall call) {
        String topic = call.path("topic");
        return broker.retained()
                .remove(call.tenant(), topic)
                .thenApply(wasThere -> Answers.doneIf(wasThere, "retained message", topic));
    }

    private CompletionStage<PublishResult> publish(Tenant tenant, Message message) {
        return broker.publish(tenant, message, PublishOptions.defaults().detailed());
    }

    private CompletionStage<ApiAnswer> publish(ApiCall call) {
        if (call.body() instanceof JsonArray several) {
            return publishAll(call.tenant(), several);
        }
        return publish(call.tenant(), message(call.object()))
                .thenApply(result -> ApiAnswer.of(ViewJson.published(result)));
    }

    /** Checks all messages before the first one is published. */
    private CompletionStage<ApiAnswer> publishAll(Tenant tenant, JsonArray several) {
        List<Message> messages = new ArrayList<>();
        several.forEach(each -> messages.add(message((JsonObject) each)));
        List<CompletableFuture<JsonObject>> results = new ArrayList<>();
        for (Message each : messages) {
            results.add(result(tenant, each).toCompletableFuture());
        }
        return CompletableFuture.allOf(results.toArray(CompletableFuture[]::new))
                .thenApply(all -> {
                    JsonArray items = new JsonArray();
                    results.forEach(each -> items.add(each.join()));
                    return ApiAnswer.of(new JsonObject().put("items", items));
                });
    }

    private CompletionStage<JsonObject> result(Tenant tenant, Message message) {
        CompletionStage<PublishResult> published;
        try {
            published = publish(tenant, message);
        } catch (IllegalArgumentException e) {
            published = CompletableFuture.failedFuture(e);
        }
        return published
                .thenApply(ViewJson::published)
                .exceptionally(failure -> failed(failure).json());
    }

    private static Problem failed(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof PublishRefusedException refused) {
            return Problem.of(422, "refused", String.valueOf(refused.getMessage()))
                    .with(Map.of("reasonCode", Reasons.json(refused.reasonCode())));
        }
        if (cause instanceof IllegalArgumentException) {
            return Problem.badRequest("invalid-value", String.valueOf(cause.getMessage()));
        }
        return Problem.of(503, "not-published", "the broker could not publish the message");
    }

    private static Message message(JsonObject json) {
        return message(json.getString("topic"), json)
                .retain(json.getBoolean("retain", false))
                .build();
    }

    private static Message.Builder message(String topic, JsonObject json) {
        Message.Builder message = Message.builder(topic)
                .wrapPayload(payload(json))
                .qos(QoS.of(json.getInteger("qos", 0)))
                .contentType(json.getString("contentType"))
                .responseTopic(json.getString("responseTopic"));
        String format = json.getString("payloadFormatIndicator");
        if (format != null) {
            message.payloadFormatIndicator(PayloadFormat.valueOf(format));
        }
        String correlation = json.getString("correlationData");
        if (correlation != null) {
            message.correlationData(base64(correlation, "correlationData"));
        }
        Number expiry = json.getNumber("messageExpirySeconds");
        if (expiry != null) {
            message.messageExpiry(Duration.ofMillis(Math.round(expiry.doubleValue() * 1000)));
        }
        for (Object each : json.getJsonArray("userProperties", new JsonArray())) {
            JsonObject property = (JsonObject) each;
            message.userProperty(property.getString("name"), property.getString("value"));
        }
        return message;
    }

    private static byte[] payload(JsonObject json) {
        Object payload = json.getValue("payload");
        String encoding = json.getString("encoding", "text");
        if (encoding.equals("json")) {
            return Json.encodeToBuffer(payload).getBytes();
        }
        if (!(payload instanceof String text)) {
            throw Problem.badRequest("invalid-value", "the payload must be a string, or have the encoding json")
                    .field("payload");
        }
        return encoding.equals("base64") ? base64(text, "payload") : text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] base64(String text, String field) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw Problem.badRequest("invalid-value", "expected base64").field(field);
        }
    }

    private CompletionStage<ApiAnswer> explain(ApiCall call) {
        JsonObject body = call.object();
        PublishQuestion question = new PublishQuestion(
                call.tenant(),
                body.getString("topic"),
                Optional.ofNullable(body.getString("clientId")),
                QoS.of(body.getInteger("qos", 0)),
                body.getBoolean("retain", false),
                body.getInteger("limit", 100));
        return broker.explain(question).thenApply(explanation -> ApiAnswer.of(ViewJson.explanation(explanation)));
    }
}
