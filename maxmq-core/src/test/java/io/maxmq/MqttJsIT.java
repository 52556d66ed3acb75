package io.maxmq;

import io.maxmq.TestAuthority.Issued;
import io.maxmq.config.Listener;
import io.maxmq.config.Tls;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * MQTT.js over WebSocket, with TLS and without, and over TLS on the same port. Skipped where there is no node, and where npm finds no MQTT.js among what it has
 * fetched before ({@code npm install mqtt@5.14.1} puts it there).
 */
class MqttJsIT {
    private static final String PACKAGE = "mqtt@5.14.1";
    private static final int DEADLINE_SECONDS = 60;

    private static final String PROGRAM = """
        const mqtt = require('mqtt');
        const fs = require('fs');
        async function roundTrip(url, version) {
          const client = await mqtt.connectAsync(url, {
            protocolVersion: version, ca: fs.readFileSync('authority.crt'), clientId: 'js-' + version });
          const received = new Promise(done => client.on('message', (topic, payload) => done(payload.length)));
          await client.subscribeAsync('js/#', { qos: 1 });
          await client.publishAsync('js/a', Buffer.alloc(200000, 'x'), { qos: 2 });
          console.log(version + ' ' + await received);
          await client.endAsync();
        }
        (async () => {
          for (const url of process.argv.slice(2)) {
            for (const version of [4, 5]) await roundTrip(url, version);
          }
        })().catch(failure => { console.log(failure); process.exit(1); });
        """;

    @TempDir
    private Path directory;

    private List<String> run(String... command) throws IOException, InterruptedException {
        Path output = directory.resolve("output");
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
        } catch (IOException e) {
            return List.of("not there: " + command[0]);
        }
        if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
            return List.of("not done in time: " + command[0]);
        }
        return Files.readAllLines(output, StandardCharsets.UTF_8);
    }

    @Test
    void carriesMqttOverWebSocketsWithTlsAndWithoutAndBesideThemOnOnePort() throws Exception {
        run("npm", "install", "--offline", "--no-audit", "--no-fund", "--silent", PACKAGE);
        assumeTrue(Files.exists(directory.resolve("node_modules/mqtt")), "MQTT.js is not at hand");
        TestAuthority authority = new TestAuthority(directory, "authority");
        Issued server = authority.issue("broker");
        Files.writeString(directory.resolve("round-trip.js"), PROGRAM);
        try (MaxMQ broker = MaxMQ.builder()
                .name("mqtt-js")
                .allowAnonymous()
                .listener(Listener.webSocket(0).withName("ws"))
                .listener(Listener.tlsAndWebSocket(0, Tls.pem(server.certificateFile(), server.keyFile()))
                        .withName("secure"))
                .start()) {
            String plain = "ws://127.0.0.1:" + broker.listeners().named("ws").port() + "/mqtt";
            String at = "localhost:" + broker.listeners().named("secure").port();

            List<String> output = run("node", "round-trip.js", plain, "wss://" + at + "/mqtt", "mqtts://" + at);

            assertThat(output).containsExactly("4 200000", "5 200000", "4 200000", "5 200000", "4 200000", "5 200000");
        }
    }
}
