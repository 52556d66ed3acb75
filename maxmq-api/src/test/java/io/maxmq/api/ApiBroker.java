package io.maxmq.api;

import io.maxmq.MaxMQ;
import io.maxmq.MaxMQBuilder;
import io.maxmq.config.Listener;
import io.maxmq.junit.ClientOptions;
import io.maxmq.junit.TestClient;
import io.maxmq.junit.TestClients;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.function.UnaryOperator;

/** A broker with an API server, both on free ports of loopback. */
final class ApiBroker implements AutoCloseable {
    private final HttpClient http = HttpClient.newHttpClient();
    private final ApiServer api;
    private final MaxMQ broker;
    private final TestClients clients;

    private ApiBroker(ApiServer api, MaxMQ broker) {
        this.api = api;
        this.broker = broker;
        this.clients = TestClients.of(broker);
    }

    static ApiBroker start() {
        return start(builder -> builder);
    }

    static ApiBroker start(UnaryOperator<ApiServerBuilder> settings) {
        return start(settings, builder -> builder);
    }

    static ApiBroker start(UnaryOperator<ApiServerBuilder> settings, UnaryOperator<MaxMQBuilder> broker) {
        ApiServer api = settings.apply(ApiServer.builder().http(0)).build();
        return new ApiBroker(
                api,
                broker.apply(MaxMQ.builder()
                                .configure(config -> config.allowAnonymous(true).loops(2))
                                .listener(Listener.tcp("127.0.0.1", 0))
                                .extension(api))
                        .start());
    }

    MaxMQ broker() {
        return broker;
    }

    ApiServer api() {
        return api;
    }

    TestClient connect(String clientId) {
        return clients.connect(clientId);
    }

    TestClient connect(ClientOptions options) {
        return clients.connect(options);
    }

    int port() {
        return api.boundAddress().orElseThrow().getPort();
    }

    URI uri(String target) {
        return URI.create("http://127.0.0.1:" + port() + target);
    }

    /** A request without an answer within 10 s fails the test. */
    HttpRequest.Builder request(String target) {
        return HttpRequest.newBuilder(uri(target)).timeout(Duration.ofSeconds(10));
    }

    HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    HttpResponse<String> get(String target) {
        return send(request(target));
    }

    HttpResponse<String> call(String method, String target) {
        return send(request(target).method(method, BodyPublishers.noBody()));
    }

    HttpResponse<String> call(String method, String target, JsonObject body) {
        return send(request(target)
                .method(method, BodyPublishers.ofString(body.encode()))
                .header("Content-Type", "application/json"));
    }

    JsonObject json(String target) {
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
