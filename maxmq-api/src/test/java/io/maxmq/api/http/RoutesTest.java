package io.maxmq.api.http;

import io.maxmq.api.ApiBroker;
import io.maxmq.api.Keys;
import io.maxmq.codec.QoS;
import io.maxmq.junit.ClientOptions;
import io.maxmq.junit.TestClient;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Every operation with real clients; every answer is validated by the contract. */
class RoutesTest {
    @TempDir
    Path directory;

    @Test
    void everyOperationAnswersAsTheContractDescribes() {
        Path keys = Keys.write(directory.resolve("keys"), "root:admin");
        try (ApiBroker broker = ApiBroker.start(settings -> settings.keys(keys)).withKey("root.secret");
                ContractCalls calls = new ContractCalls(broker)) {
            calls.expect(200, "GET", "/health", null);
            calls.expect(200, "GET", "/health/live", null);
            calls.expect(200, "GET", "/health/ready", null);
            calls.expect(200, "GET", "/api/v1/openapi.yaml", null);
            calls.expect(200, "GET", "/api/v1/top/sessions?limit=5", null);
            for (String base : List.of("/api/v1/", "/api/v1/tenants/default/")) {
                clients(broker, calls, base);
                sessions(broker, calls, base);
                messages(broker, calls, base);
                bans(broker, calls, base);
            }
            assertThat(calls.uncalled())
                    .containsExactlyInAnyOrder(
                            "streamEvents", "streamEventsOfTenant", "streamMessages", "streamMessagesOfTenant");
        }
    }

    private static void clients(ApiBroker broker, ContractCalls calls, String base) {
        TestClient one = broker.connect("dev/1");
        TestClient two = broker.connect("dev/2");
        JsonObject page = new JsonObject(calls.expect(200, "GET", base + "clients?prefix=dev&limit=1", null));
        assertThat(page.getJsonArray("items")).hasSize(1);
        JsonObject rest = new JsonObject(
                calls.expect(200, "GET", base + "clients?prefix=dev&limit=1&cursor=" + page.getString("next"), null));
        assertThat(rest.getJsonArray("items")).hasSize(1);
        JsonObject selected =
                new JsonObject(calls.expect(200, "GET", base + "clients/dev%2F1?fields=clientId,listener", null));
        assertThat(selected.fieldNames()).containsExactlyInAnyOrder("clientId", "listener");
        calls.expect(404, "GET", base + "clients/nobody", null);
        calls.expect(200, "GET", base + "client?clientId=dev/1", null);
        calls.expect(200, "POST", base + "actions/find-client", "{\"clientId\":\"dev/1\"}");
        JsonObject dry = new JsonObject(
                calls.expect(200, "POST", base + "actions/disconnect?dryRun=true", "{\"prefix\":\"dev\"}"));
        assertThat(dry.getInteger("matched")).isEqualTo(2);
        assertThat(dry.getInteger("disconnected")).isZero();
        calls.expect(204, "DELETE", base + "clients/dev%2F1?reason=152&detail=test", null);
        one.awaitEnd(Duration.ofSeconds(10));
        calls.expect(200, "POST", base + "actions/disconnect", "{\"clientIds\":[\"dev/2\",\"nobody\"],\"reason\":152}");
        two.awaitEnd(Duration.ofSeconds(10));
        TestClient three = broker.connect("dev/3");
        calls.expect(204, "POST", base + "clients/dev%2F3/redirect", "{\"serverReference\":\"other:1883\"}");
        three.awaitEnd(Duration.ofSeconds(10));
        calls.expect(400, "POST", base + "actions/disconnect", "{}");
        calls.expect(200, "GET", base + "disconnections?clientId=dev/3&limit=1", null);
    }

    private static void sessions(ApiBroker broker, ContractCalls calls, String base) {
        ClientOptions durable = ClientOptions.of("durable").cleanStart(true).sessionExpiry(Duration.ofHours(1));
        TestClient client = broker.connect(durable);
        client.subscribe("in/#", QoS.AT_LEAST_ONCE);
        client.disconnect();
        calls.expect(200, "POST", base + "publish", "{\"topic\":\"in/x\",\"payload\":\"hello\",\"qos\":1}");
        JsonObject queued = new JsonObject(
                calls.expect(200, "GET", base + "sessions/durable/queued?payload=text&maxBytes=2", null));
        JsonObject message = queued.getJsonArray("items").getJsonObject(0).getJsonObject("message");
        assertThat(message.getString("payload")).isEqualTo("he");
        assertThat(message.getBoolean("truncated")).isTrue();
        calls.expect(200, "GET", base + "sessions/durable/inflight", null);
        calls.expect(200, "GET", base + "sessions?prefix=dur", null);
        calls.expect(200, "GET", base + "sessions/durable", null);
        calls.expect(200, "PUT", base + "sessions/durable/subscriptions/out%2F%23", "{\"qos\":1}");
        JsonArray found = new JsonObject(calls.expect(200, "GET", base + "subscriptions?matching=out/y", null))
                .getJsonArray("items");
        assertThat(found.getJsonObject(0).getString("topicFilter")).isEqualTo("out/#");
        calls.expect(204, "DELETE", base + "sessions/durable/subscriptions/out%2F%23", null);
        calls.expect(404, "DELETE", base + "sessions/durable/subscriptions/out%2F%23", null);
        calls.expect(200, "POST", base + "actions/purge?dryRun=true", "{\"clientIds\":[\"durable\"]}");
        calls.expect(204, "DELETE", base + "sessions/durable", null);
        assertThat(new JsonObject(calls.expect(200, "POST", base + "actions/purge", "{\"clientIds\":[\"durable\"]}"))
                        .getInteger("purged"))
                .isZero();
    }

    private static void messages(ApiBroker broker, ContractCalls calls, String base) {
        calls.expect(
                200,
                "PUT",
                base + "retained/a%2F%2Fb",
                "{\"payload\":{\"t\":21},\"encoding\":\"json\",\"qos\":1,\"contentType\":\"application/json\","
                        + "\"userProperties\":[{\"name\":\"n\",\"value\":\"v\"}],\"messageExpirySeconds\":60}");
        JsonObject retained = new JsonObject(calls.expect(200, "GET", base + "retained/a%2F%2Fb", null));
        assertThat(retained.getString("topic")).isEqualTo("a//b");
        assertThat(retained.getString("payload")).isEqualTo("{\"t\":21}");
        assertThat(new JsonObject(calls.expect(200, "GET", base + "retained?filter=a/%23", null)).getJsonArray("items"))
                .hasSize(1);
        calls.expect(200, "GET", base + "retained-message?topic=a//b&payload=base64", null);
        calls.expect(200, "POST", base + "actions/find-retained", "{\"topic\":\"a//b\"}");
        calls.expect(204, "DELETE", base + "retained/a%2F%2Fb", null);
        calls.expect(404, "GET", base + "retained/a%2F%2Fb", null);
        calls.expect(400, "PUT", base + "retained/a", "{\"payload\":\"\"}");
        JsonArray several = new JsonObject(calls.expect(
                        200,
                        "POST",
                        base + "publish",
                        "[{\"topic\":\"x\",\"payload\":\"1\"},{\"topic\":\"x/#\",\"payload\":\"2\"}]"))
                .getJsonArray("items");
        assertThat(several.getJsonObject(0).getInteger("matched")).isZero();
        assertThat(several.getJsonObject(1).getInteger("status")).isEqualTo(400);
        calls.expect(400, "POST", base + "publish", "{\"topic\":\"x\",\"payload\":\"1\",\"colour\":1}");
        calls.expect(400, "POST", base + "publish", "{\"topic\":\"x\",\"payload\":\"_\",\"encoding\":\"base64\"}");
        calls.expect(200, "POST", base + "explain", "{\"topic\":\"x\",\"qos\":1}");
        TestClient subscriber = broker.connect("subscriber");
        subscriber.subscribe("x", QoS.AT_LEAST_ONCE);
        JsonObject explanation = new JsonObject(calls.expect(200, "POST", base + "explain", "{\"topic\":\"x\"}"));
        assertThat(explanation.getJsonArray("recipients").getJsonObject(0).getString("verdict"))
                .isEqualTo("WOULD_RECEIVE");
        subscriber.close();
    }

    private static void bans(ApiBroker broker, ContractCalls calls, String base) {
        TestClient client = broker.connect("pest");
        calls.expect(
                201,
                "POST",
                base + "bans",
                "{\"kind\":\"CLIENT\",\"value\":\"pest\",\"reason\":\"noise\",\"seconds\":60,\"disconnect\":true}");
        client.awaitEnd(Duration.ofSeconds(10));
        JsonArray bans = new JsonObject(calls.expect(200, "GET", base + "bans", null)).getJsonArray("items");
        assertThat(bans.getJsonObject(0).getString("value")).isEqualTo("pest");
        calls.expect(204, "DELETE", base + "bans?kind=CLIENT&value=pest", null);
        calls.expect(404, "DELETE", base + "bans?kind=CLIENT&value=pest", null);
    }
}
