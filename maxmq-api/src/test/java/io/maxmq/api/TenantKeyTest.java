package io.maxmq.api;

import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class TenantKeyTest {
    @TempDir
    Path directory;

    @Test
    void aKeyOfOneTenantSeesItsOwnMessagesOnly() {
        Path keys = Keys.write(directory.resolve("keys"), "root:admin", "blue:messages:blue", "red:messages:red");
        try (ApiBroker broker = ApiBroker.start(settings -> settings.keys(keys))) {
            HttpResponse<String> put =
                    broker.send(broker.requestWithKey("/api/v1/tenants/red/retained/secret", "root.secret")
                            .header("Content-Type", "application/json")
                            .PUT(BodyPublishers.ofString("{\"payload\":\"of red\"}")));
            assertThat(put.statusCode()).as(put.body()).isEqualTo(200);

            assertThat(get(broker, "/api/v1/retained/secret", "red").body()).contains("of red");
            assertThat(get(broker, "/api/v1/retained/secret", "blue").statusCode())
                    .isEqualTo(404);
            assertThat(get(broker, "/api/v1/tenants/red/retained/secret", "blue")
                            .statusCode())
                    .isEqualTo(403);
            assertThat(get(broker, "/api/v1/retained/secret", "root").statusCode())
                    .isEqualTo(404);
            assertThat(new JsonObject(get(broker, "/api/v1/retained", "blue").body()).getJsonArray("items"))
                    .isEmpty();
        }
    }

    private static HttpResponse<String> get(ApiBroker broker, String target, String id) {
        return broker.send(broker.requestWithKey(target, id + ".secret"));
    }
}
