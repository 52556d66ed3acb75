package io.maxmq.api;

import io.maxmq.junit.TestClient;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ApiServerTest {

    @Test
    void showsTheHealthAndTheConnectedClients() {
        try (ApiBroker broker = ApiBroker.start();
                TestClient client = broker.connect("a/b")) {
            JsonObject health = broker.json("/health");
            JsonArray clients = broker.json("/api/v1/clients").getJsonArray("items");

            assertThat(health.getString("status")).isEqualTo("UP");
            assertThat(health.getBoolean("ready")).isTrue();
            assertThat(clients.size()).isEqualTo(1);
            assertThat(clients.getJsonObject(0).getString("clientId")).isEqualTo(client.clientId());
        }
    }

    @Test
    void answersUnknownPathsAndParametersWithProblems() {
        try (ApiBroker broker = ApiBroker.start()) {
            HttpResponse<String> noRoute = broker.get("/api/v1/nothing");
            HttpResponse<String> noParameter = broker.get("/api/v1/clients?colour=red");
            HttpResponse<String> outOfRange = broker.get("/api/v1/clients?limit=1001");
            HttpResponse<String> noMethod = broker.call("DELETE", "/api/v1/clients");

            assertThat(noRoute.statusCode()).isEqualTo(404);
            assertThat(noRoute.headers().firstValue("Content-Type")).contains("application/problem+json");
            assertThat(noParameter.statusCode()).isEqualTo(400);
            assertThat(new JsonObject(noParameter.body()).getString("field")).isEqualTo("colour");
            assertThat(outOfRange.statusCode()).isEqualTo(400);
            assertThat(noMethod.statusCode()).isEqualTo(405);
            assertThat(noMethod.headers().firstValue("Allow")).contains("GET");
        }
    }
}
