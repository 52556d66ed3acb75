package io.maxmq.api;

import io.maxmq.MaxMQ;
import io.maxmq.MaxMQBuilder;
import io.maxmq.config.Listener;
import io.maxmq.junit.ClientOptions;
import io.maxmq.junit.TestClient;
import io.maxmq.junit.TestClients;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A broker with an API server, both on free ports of loopback. */
public final class ApiBroker implements AutoCloseable {
    private final HttpClient http = HttpClient.newHttpClient();
    private final ApiServer api;
    private final MaxMQ broker;
    private final TestClients clients;
    private @Nullable String key;

    private ApiBroker(ApiServer api, MaxMQ broker) {
        this.api = api;
        this.broker = broker;
        this.clients = TestClients.of(broker);
    }

    public static ApiBroker start() {
        return start(builder -> builder);
    }

    public static ApiBroker start(UnaryOperator<ApiServerBuilder> settings) {
        return start(settings, builder -> builder);
    }

    public static ApiBroker start(UnaryOperator<ApiServerBuilder> settings, UnaryOperator<MaxMQBuilder> broker) {
        ApiServer api = settings.apply(ApiServer.builder().http(0)).build();
        return new ApiBroker(
                api,
                broker.apply(MaxMQ.builder()
                                .configure(config -> config.allowAnonymous(true).loops(2))
                                .listener(Listener.tcp("127.0.0.1", 0))
                                .extension(api))
                        .start());
    }

    public MaxMQ broker() {
        return broker;
    }

    public ApiServer api() {
        return api;
    }

    public TestClient connect(String clientId) {
        return clients.connect(clientId);
    }

    public TestClient connect(ClientOptions options) {
        return clients.connect(options);
    }

    public int port() {
        return api.boundAddress().orElseThrow().getPort();
    }

    public URI uri(String target) {
        return URI.create("http://127.0.0.1:" + port() + target);
    }

    /** Sends a key with each request from now on. */
    public ApiBroker withKey(String newKey) {
        key = newKey;
        return this;
    }

    /** A request with this key instead. */
    public HttpRequest.Builder requestWithKey(String target, @Nullable String otherKey) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(target)).timeout(Duration.ofSeconds(10));
        return otherKey == null ? request : request.header("Authorization", "Bearer " + otherKey);
    }

    /** A request without an answer within 10 s fails the test. */
    public HttpRequest.Builder request(String target) {
        return requestWithKey(target, key);
    }

    public HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns the status, and closes the answer unread. */
    public int status(HttpRequest.Builder request) {
        try {
            HttpResponse<InputStream> response = http.send(request.build(), BodyHandlers.ofInputStream());
            response.body().close();
            return response.statusCode();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    public HttpResponse<String> get(String target) {
        return send(request(target));
    }

    public HttpResponse<String> call(String method, String target) {
        return send(request(target).method(method, BodyPublishers.noBody()));
    }

    public HttpResponse<String> call(String method, String target, JsonObject body) {
        return send(request(target)
                .method(method, BodyPublishers.ofString(body.encode()))
                .header("Content-Type", "application/json"));
    }

    public JsonObject json(String target) {
        HttpResponse<String> response = get(target);
        if (response.statusCode() != 200) {
            throw new AssertionError(target + ": " + response.statusCode() + " " + response.body());
        }
        return new JsonObject(response.body());
    }

    @Override
    public void close() {
        clients.close();
        broker.close();
    }
}
