package io.maxmq.rules.action;

import io.maxmq.MaxMQ;
import io.maxmq.codec.QoS;
import io.maxmq.junit.MaxMQExtension;
import io.maxmq.junit.TestClient;
import io.maxmq.junit.TestClients;
import io.maxmq.rules.RuleEngine;
import io.maxmq.rules.Until;
import io.maxmq.rules.sink.Buffering;
import io.maxmq.rules.sink.SinkState;
import io.maxmq.rules.sink.SinkStatus;
import io.maxmq.spi.Message;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Records sent over HTTP, to a service that takes them, refuses, stalls, breaks off and recovers. */
class WebhookSinkTest {
    private static final Buffering QUICK = Buffering.DEFAULTS
            .attempts(50, Duration.ofMillis(5), Duration.ofMillis(20))
            .opensAfter(3);

    private final RuleEngine rules = RuleEngine.create();
    private HookServer server;

    @RegisterExtension
    final MaxMQExtension maxmq = MaxMQExtension.builder()
            .customize(broker -> broker.extension(rules))
            .build();

    @BeforeEach
    void open() throws Exception {
        server = new HookServer();
    }

    @AfterEach
    void close() throws Exception {
        server.close();
    }

    private void rule(WebhookSink sink) {
        rules.sink("hook", sink);
        rules.rule("r")
                .from("n")
                .map(m -> Map.of("n", m.payloadText()))
                .to("hook")
                .start();
    }

    private WebhookSink sink() {
        return WebhookSink.at(server.url()).allow("127.0.0.1").buffering(QUICK);
    }

    private static void publish(MaxMQ broker, String... payloads) {
        for (String each : payloads) {
            broker.publish(Message.of("n", each)).toCompletableFuture().join();
        }
    }

    private SinkStatus status() {
        return rules.sinks().get("hook");
    }

    @Test
    void postsEachRecordAsAnObject(MaxMQ broker) throws Exception {
        rule(sink().header("Authorization", "Bearer x"));

        publish(broker, "a", "b");

        HookServer.Request request = server.next();
        assertThat(request.method()).isEqualTo("POST");
        assertThat(request.path()).isEqualTo("/hook?x=1");
        assertThat(request.body()).isEqualTo("{\"n\":\"a\"}");
        assertThat(request.headers())
                .containsEntry("authorization", "Bearer x")
                .containsEntry("content-type", "application/json")
                .containsKey("idempotency-key");
        HookServer.Request second = server.next();
        assertThat(second.body()).isEqualTo("{\"n\":\"b\"}");
        assertThat(second.headers().get("idempotency-key"))
                .isNotEqualTo(request.headers().get("idempotency-key"));
        Until.isTrue(() -> status().written() == 2);
    }

    @Test
    void postsBatchesAsAnArray(MaxMQ broker) throws Exception {
        rule(sink().batches(WebhookSink.Format.ARRAY, 3, Duration.ofMinutes(5)));

        publish(broker, "1", "2", "3");

        assertThat(server.next().body()).isEqualTo("[{\"n\":\"1\"},{\"n\":\"2\"},{\"n\":\"3\"}]");
    }

    @Test
    void postsBatchesAsLinesNoLongerThanAllowed(MaxMQ broker) throws Exception {
        rule(sink().batches(WebhookSink.Format.LINES, 4, Duration.ofMinutes(5)).maxBodyBytes(24));

        publish(broker, "1", "2", "a record that is too long", "3");

        HookServer.Request request = server.next();
        assertThat(request.body()).isEqualTo("{\"n\":\"1\"}\n{\"n\":\"2\"}\n");
        assertThat(request.headers()).containsEntry("content-type", "application/x-ndjson");
        assertThat(server.next().body()).isEqualTo("{\"n\":\"3\"}\n");
        Until.isTrue(() -> status().written() == 3);
        assertThat(status().deadLetters())
                .singleElement()
                .satisfies(letter -> assertThat(letter.why()).contains("24 bytes"));
    }

    @Test
    void triesAgainUntilTheServiceRecovers(MaxMQ broker) throws Exception {
        rule(sink());
        server.answers(request -> "503 Busy");
        publish(broker, "1", "2");
        Until.isTrue(() -> status().state() == SinkState.DOWN);
        server.answers(request -> "close");
        server.rest();
        server.next();

        server.answers(request -> "204 No Content");

        Until.isTrue(() -> status().written() == 2);
        assertThat(status().state()).isEqualTo(SinkState.UP);
        assertThat(status().rejected()).isZero();
        List<HookServer.Request> posts = server.rest().stream()
                .filter(each -> each.method().equals("POST"))
                .toList();
        assertThat(posts.get(posts.size() - 1).body()).isEqualTo("{\"n\":\"2\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"501 Not Implemented", "405 Method Not Allowed", "404 Not Found", "401 Unauthorized", "500 Oops"
            })
    void comesUpAgainWhateverTheServiceAnswersToTheProbe(String toHead, MaxMQ broker) throws Exception {
        rule(sink());
        server.answers(request -> "503 Busy");
        publish(broker, "1");
        Until.isTrue(() -> status().state() == SinkState.DOWN);

        server.answers(request -> request.method().equals("HEAD") ? toHead : "200 OK");

        Until.isTrue(() -> status().written() == 1);
        assertThat(status().state()).isEqualTo(SinkState.UP);
    }

    @ParameterizedTest
    @ValueSource(strings = {"502 Bad Gateway", "503 Busy", "504 Gateway Timeout"})
    void sendsNoRecordWhileTheProbeFindsNoService(String toHead, MaxMQ broker) throws Exception {
        rule(sink());
        server.answers(request -> request.method().equals("HEAD") ? toHead : "503 Busy");
        publish(broker, "1");
        Until.isTrue(() -> status().state() == SinkState.DOWN);
        server.rest();

        for (int i = 0; i < 5; i++) {
            assertThat(server.next().method()).isEqualTo("HEAD");
        }
        assertThat(status().state()).isEqualTo(SinkState.DOWN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"401 Unauthorized", "403 Forbidden", "404 Not Found", "407 Proxy Authentication Required"})
    void keepsItsRecordsWhileTheServiceRefusesTheSender(String answer, MaxMQ broker) throws Exception {
        rule(sink().buffering(QUICK.attempts(1, Duration.ofMillis(5), Duration.ofMillis(20))));
        server.answers(request -> answer);
        publish(broker, "1", "2", "3");
        Until.isTrue(() -> status().state() == SinkState.DOWN);
        for (int posts = 0; posts < 5; posts += server.next().method().equals("POST") ? 1 : 0) {}
        assertThat(status().rejected()).isZero();
        assertThat(status().waiting()).isEqualTo(3);

        server.answers(request -> "200 OK");

        Until.isTrue(() -> status().written() == 3);
        assertThat(status().state()).isEqualTo(SinkState.UP);
        assertThat(status().rejected()).isZero();
    }

    @Test
    void sendsSeveralRequestsAtATimeAndThoseOfOneClientInOrder(TestClients clients) throws Exception {
        CountDownLatch all = new CountDownLatch(3);
        Map<String, Integer> tries = new ConcurrentHashMap<>();
        List<String> taken = new CopyOnWriteArrayList<>();
        rule(sink().inFlight(3));
        server.answers(request -> {
            all.countDown();
            await(all);
            if (tries.merge(request.body(), 1, Integer::sum) <= request.body().hashCode() % 2) {
                return "500 Oops";
            }
            taken.add(request.body());
            return "200 OK";
        });

        List<String> sent = new ArrayList<>();
        Map<String, TestClient> byId =
                Map.of("a", clients.connect("a"), "b", clients.connect("b"), "c", clients.connect("c"));
        for (int i = 0; i < 5; i++) {
            for (String id : byId.keySet()) {
                String text = id + sent.size();
                sent.add("{\"n\":\"" + text + "\"}");
                byId.get(id).publish("n", text, QoS.AT_LEAST_ONCE);
            }
        }

        Until.isTrue(() -> status().written() == 15);
        assertThat(all.getCount()).isZero();
        for (String id : byId.keySet()) {
            assertThat(taken.stream().filter(each -> each.matches(".*\"" + id + "\\d+\".*")))
                    .isEqualTo(sent.stream()
                            .filter(each -> each.contains('"' + id))
                            .toList());
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(30, TimeUnit.SECONDS)) {
                throw new AssertionError("three requests were not under way at a time within 30 s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void refusesANumberOfRequestsOutOfItsRange() {
        assertThatThrownBy(() -> sink().inFlight(0)).hasMessageContaining("inFlight=0");
        assertThatThrownBy(() -> sink().inFlight(257)).hasMessageContaining("inFlight=257");
    }

    @Test
    void sendsTheSameKeyWhenItTriesAgain(MaxMQ broker) throws Exception {
        rule(sink());
        Set<String> keys = new HashSet<>();
        server.answers(
                request -> keys.size() == 1 && keys.contains(request.headers().get("idempotency-key"))
                        ? "200 OK"
                        : refuse(keys, request));

        publish(broker, "1");

        Until.isTrue(() -> status().written() == 1);
        assertThat(keys).hasSize(1);
        assertThat(status().retried()).isEqualTo(1);
    }

    private static String refuse(Set<String> keys, HookServer.Request request) {
        keys.add(request.headers().get("idempotency-key"));
        return "500 Oops";
    }

    @Test
    void givesUpOnAServiceThatStallsAndTriesAgain(MaxMQ broker) throws Exception {
        rule(sink().deadline(Duration.ofMillis(200)));
        server.answers(request -> "");
        publish(broker, "1");
        server.next();
        Until.isTrue(() -> status().retried() >= 1);

        server.answers(request -> "200 OK");

        Until.isTrue(() -> status().written() == 1);
    }

    @Test
    void keepsWhatTheServiceRefusesAsDeadLetters(MaxMQ broker) throws Exception {
        rule(sink());
        server.answers(request -> request.body().contains("moved")
                ? "302 Found\r\nLocation: http://127.0.0.1/other"
                : request.body().contains("bad") ? "400 Bad" : "200 OK");

        publish(broker, "moved", "bad", "good");

        Until.isTrue(() -> status().written() == 1);
        assertThat(status().deadLetters()).hasSize(2);
        assertThat(status().deadLetters().get(0).why()).contains("302", "redirects");
        assertThat(status().deadLetters().get(1).why()).contains("400");
        assertThat(server.rest()).hasSize(3);
    }

    @Test
    void goesNowhereNearTheBrokerUnlessAllowed(MaxMQ broker) throws Exception {
        rule(WebhookSink.at(URI.create("http://localhost:" + server.url().getPort() + "/")));

        publish(broker, "1");

        Until.isTrue(() -> status().rejected() == 1);
        assertThat(status().deadLetters().get(0).why()).contains("localhost", "not allowed");
        assertThat(server.rest()).isEmpty();
    }

    @Test
    void refusesAnAddressNearTheBrokerWhenItIsAdded() {
        WebhookSink metadata = WebhookSink.at(URI.create("http://169.254.169.254/latest/meta-data/"));

        assertThatThrownBy(() -> rules.sink("metadata", metadata))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("169.254.169.254")
                .hasMessageContaining("allow");
        assertThatThrownBy(() -> rules.rule("r").from("n").to(metadata).start())
                .hasMessageContaining("169.254.169.254");
        assertThat(rules.find("r")).isEmpty();
        assertThat(rules.sinks()).isEmpty();

        rules.sink("metadata", metadata.allow("169.254.169.254"));
        assertThat(rules.sinks()).containsKey("metadata");
    }

    @Test
    void refusesWhatIsNoUrlOfHttp() {
        assertThatThrownBy(() -> WebhookSink.at(URI.create("file:///etc/passwd")))
                .hasMessageContaining("file:");
        assertThatThrownBy(() -> WebhookSink.at(server.url()).header("Host", "x"))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
