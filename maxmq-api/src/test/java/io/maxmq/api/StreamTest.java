package io.maxmq.api;

import io.maxmq.codec.QoS;
import io.maxmq.junit.TestClient;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class StreamTest {

    /** A reader of server-sent events. */
    private record Events(BufferedReader lines) implements AutoCloseable {

        static Events open(ApiBroker broker, String target) {
            try {
                HttpResponse<InputStream> response =
                        HttpClient.newHttpClient().send(broker.request(target).build(), BodyHandlers.ofInputStream());
                assertThat(response.statusCode()).isEqualTo(200);
                Events events =
                        new Events(new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8)));
                events.lines.readLine(); // the greeting: the source is open
                return events;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        /** Reads until an event of this name, and returns its data. */
        JsonObject next(String name) {
            try {
                String line = lines.readLine();
                while (line != null) {
                    if (line.equals("event: " + name)) {
                        return new JsonObject(lines.readLine().substring("data: ".length()));
                    }
                    line = lines.readLine();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            throw new AssertionError("the stream ended without an event " + name);
        }

        @Override
        public void close() {
            try {
                lines.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Test
    void streamsTheEventsOfAClient() {
        try (ApiBroker broker = ApiBroker.start();
                Events events =
                        Events.open(broker, "/api/v1/events?kinds=ClientConnected,ClientDisconnected&clientId=b")) {
            broker.connect("a");
            TestClient client = broker.connect("b");
            JsonObject connected = events.next("ClientConnected");
            client.disconnect();
            JsonObject disconnected = events.next("ClientDisconnected");

            assertThat(connected.getJsonObject("client").getString("clientId")).isEqualTo("b");
            assertThat(connected.getString("at")).endsWith("Z");
            assertThat(disconnected.getString("by")).isEqualTo("CLIENT");
            assertThat(disconnected.getJsonObject("reasonCode").getInteger("code"))
                    .isZero();
        }
    }

    @Test
    void refusesAnUnknownKindOfEvent() {
        try (ApiBroker broker = ApiBroker.start()) {
            HttpResponse<String> response = broker.get("/api/v1/events?kinds=Nothing");

            assertThat(response.statusCode()).isEqualTo(400);
            assertThat(response.body()).contains("ClientConnected");
        }
    }

    @Test
    void streamsMessagesWithoutCountingAsARecipient() {
        try (ApiBroker broker = ApiBroker.start();
                Events messages = Events.open(broker, "/api/v1/tail?filter=a/%23&maxPayload=3")) {
            TestClient client = broker.connect("publisher");
            client.publish("b", "other", QoS.AT_LEAST_ONCE);
            client.publish("a/b", "hello", QoS.AT_LEAST_ONCE);
            JsonObject message = messages.next("message");

            assertThat(message.getString("topic")).isEqualTo("a/b");
            assertThat(message.getString("publisher")).isEqualTo("publisher");
            assertThat(message.getString("payload")).isEqualTo("hel");
            assertThat(message.getBoolean("truncated")).isTrue();
            assertThat(message.getInteger("payloadBytes")).isEqualTo(5);
            JsonObject published = new JsonObject(broker.call(
                            "POST",
                            "/api/v1/publish",
                            new JsonObject().put("topic", "a/c").put("payload", ""))
                    .body());
            assertThat(published.getInteger("matched")).isZero();
        }
    }

    @Test
    void endsTheSourceWhenTheReaderLeaves() {
        try (ApiBroker broker = ApiBroker.start(settings -> settings.maxStreams(1))) {
            Events.open(broker, "/api/v1/tail").close();

            awaitStream(broker);
        }
    }

    /** Opens a stream as soon as the only one has ended. */
    private static void awaitStream(ApiBroker broker) {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (broker.status(broker.request("/api/v1/tail?filter=none")) != 200) {
            assertThat(System.nanoTime()).isLessThan(deadline);
        }
    }

    @Test
    void refusesStreamsBeyondTheLimit() {
        try (ApiBroker broker = ApiBroker.start(settings -> settings.maxStreams(1));
                Events first = Events.open(broker, "/api/v1/events")) {
            assertThat(broker.get("/api/v1/events").statusCode()).isEqualTo(503);
            assertThat(first.lines()).isNotNull();
        }
    }

    @Test
    void disconnectsAReaderThatNeverReads() throws IOException {
        try (ApiBroker broker =
                        ApiBroker.start(settings -> settings.maxStreams(1).idleTimeout(Duration.ofMillis(500)));
                RawHttp reader = new RawHttp(broker.port())) {
            reader.send("GET /api/v1/tail?sample=0&maxPayload=65536 HTTP/1.1\r\nHost: localhost\r\n\r\n");
            reader.readUntil(": MaxMQ");
            TestClient client = broker.connect("publisher");
            TestClient subscriber = broker.connect("subscriber");
            subscriber.subscribe("t", QoS.AT_MOST_ONCE);
            String payload = "x".repeat(60_000);
            for (int i = 0; i < 400; i++) { // more than the buffers of both ends of a connection
                client.publish("t", payload, QoS.AT_MOST_ONCE);
                assertThat(subscriber.receive().topic()).isEqualTo("t");
            }

            awaitStream(broker);
        }
    }

    @Test
    void streamsTheSameFramesByWebSocket() throws Exception {
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        try (ApiBroker broker = ApiBroker.start()) {
            WebSocket socket = HttpClient.newHttpClient()
                    .newWebSocketBuilder()
                    .buildAsync(
                            URI.create("ws://127.0.0.1:" + broker.port() + "/api/v1/tail"), new WebSocket.Listener() {
                                @Override
                                public @Nullable CompletionStage<?> onText(
                                        WebSocket from, CharSequence data, boolean last) {
                                    received.add(data.toString());
                                    from.request(1);
                                    return null;
                                }
                            })
                    .get(10, TimeUnit.SECONDS);
            broker.connect("publisher").publish("a", "hello", QoS.AT_LEAST_ONCE);
            JsonObject frame = new JsonObject(received.poll(10, TimeUnit.SECONDS));

            assertThat(frame.getString("event")).isEqualTo("message");
            assertThat(frame.getJsonObject("data").getString("payload")).isEqualTo("hello");
            socket.abort();
        }
    }

    @Test
    void pagesBecomeLinesOnRequest() {
        try (ApiBroker broker = ApiBroker.start()) {
            for (int i = 0; i < 25; i++) {
                broker.connect("client" + i);
            }
            HttpResponse<String> lines = broker.send(broker.request("/api/v1/clients?limit=10&fields=clientId")
                    .header("Accept", "application/x-ndjson"));

            assertThat(lines.headers().firstValue("Content-Type")).contains("application/x-ndjson");
            assertThat(lines.body().lines().map(line -> new JsonObject(line).getString("clientId")))
                    .hasSize(25)
                    .doesNotHaveDuplicates();
        }
    }
}
