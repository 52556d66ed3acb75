package io.maxmq.examples;

import io.maxmq.auth.PasswordFile;
import io.maxmq.auth.PasswordHasher;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.DomainDatagramSocketAddress;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** The jar of the standalone broker, as a process. */
class StandaloneIT {
    private static final String JAR =
            Path.of("target", "maxmq-standalone.jar").toAbsolutePath().toString();
    private static final Pattern READY = Pattern.compile("MaxMQ ready: tcp 127\\.0\\.0\\.1:(\\d+) \\(broker .+");
    private static final int SERVER_SHUTTING_DOWN = 0x8B;
    private static final int BAD_USER_NAME_OR_PASSWORD = 0x86;
    private static final int EXIT_USAGE = 2;

    @ParameterizedTest
    @EnumSource(TestedJdk.class)
    void servesClientsWithoutWarningsAndDisconnectsThemOnSigterm(TestedJdk jdk) throws Exception {
        try (ChildProcess broker = start(jdk, "--port", "0", "--allow-anonymous", "--name", "edge-1")) {
            String ready = broker.nextLine();
            int port = port(ready);
            assertThat(ready).contains("(broker edge-1");
            assertThat(Clients.roundTripV3(port, "three")).isEqualTo("three");
            CompletableFuture<Integer> goodbye = new CompletableFuture<>();
            MqttClient client = Clients.connectV5(port, goodbye);
            assertThat(Clients.roundTripV5(client, "five")).isEqualTo("five");
            assertUsesEpollWhereItIs(broker);

            broker.assertEndsWithinTwoSecondsOfSigterm();

            assertThat(goodbye.get(10, TimeUnit.SECONDS)).isEqualTo(SERVER_SHUTTING_DOWN);
            assertThat(broker.stdout()).isEmpty();
            assertThat(broker.stderr()).isEmpty();
            client.close();
        }
    }

    @Test
    void listensWithTlsAndOnALocalSocket(@TempDir Path directory) throws Exception {
        SelfSigned server = SelfSigned.in(directory);
        Path local = directory.resolve("mqtt.sock");
        try (ChildProcess broker = start(
                TestedJdk.OF_THE_BUILD,
                "--port",
                "0",
                "--tls-port",
                "0",
                "--cert",
                server.certificate().toString(),
                "--key",
                server.key().toString(),
                "--unix-path",
                local.toString(),
                "--allow-anonymous")) {
            Matcher ready = Pattern.compile("MaxMQ ready: tcp 127\\.0\\.0\\.1:\\d+, unix "
                            + Pattern.quote(local.toString()) + ", tls 127\\.0\\.0\\.1:(\\d+) \\(broker .+")
                    .matcher(broker.nextLine());
            assertThat(ready.matches()).isTrue();
            int port = Integer.parseInt(ready.group(1));

            try (Socket socket =
                    server.trusting().getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port)) {
                socket.getOutputStream().write(connectAndSubscribe("secure"));
                assertThat(socket.getInputStream().readNBytes(4)).startsWith(0x20);
            }
            try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(local))) {
                channel.write(ByteBuffer.wrap(connectAndSubscribe("local")));
                ByteBuffer answer = ByteBuffer.allocate(1);
                channel.read(answer);
                assertThat(answer.get(0)).isEqualTo((byte) 0x20);
            }
            broker.assertEndsWithinTwoSecondsOfSigterm();
            assertThat(broker.stderr()).isEmpty();
            assertThat(local).doesNotExist();
        }
    }

    @Test
    void clientsThatDoNotReadDoNotDelayTheEnd() throws Exception {
        List<Socket> stalled = new ArrayList<>();
        try (ChildProcess broker = start(TestedJdk.OF_THE_BUILD, "--port", "0", "--allow-anonymous")) {
            int port = port(broker.nextLine());
            for (int i = 0; i < 4; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                socket.getOutputStream().write(connectAndSubscribe("stalled-" + i));
                assertThat(socket.getInputStream().readNBytes(4)).startsWith(0x20);
                stalled.add(socket);
            }
            flood(port);

            broker.assertEndsWithinTwoSecondsOfSigterm();
        } finally {
            for (Socket socket : stalled) {
                socket.close();
            }
        }
    }

    @Test
    void saysInOneLineThatThePortIsTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ChildProcess broker = start(
                        TestedJdk.OF_THE_BUILD,
                        "--host",
                        taken.getInetAddress().getHostAddress(),
                        "--port",
                        "" + taken.getLocalPort(),
                        "--allow-anonymous")) {
            assertThat(broker.exitCode()).isEqualTo(EXIT_USAGE);
            assertThat(broker.stdout()).isEmpty();
            assertThat(broker.stderr())
                    .singleElement()
                    .asString()
                    .startsWith("maxmq: cannot listen on")
                    .contains(":" + taken.getLocalPort())
                    .contains("in use");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--port 0 --allow-anonymous --frobnicate  | --frobnicate",
                "--port 0                                 | --allow-anonymous",
                "--port 0 --allow-anonymous --name a/b    | name",
                "--allow-anonymous --tls-port 0 --cert none --key none | file not found: none",
                "--port 0 --allow-anonymous --data-dir    | --data-dir needs a value",
                "--port 0 --allow-anonymous --durability os | --data-dir",
            })
    void saysInOneLineWhatIsWrongWithTheCommand(String arguments, String said) throws Exception {
        try (ChildProcess broker = start(TestedJdk.OF_THE_BUILD, arguments.split(" "))) {
            assertThat(broker.exitCode()).isEqualTo(EXIT_USAGE);
            assertThat(broker.stdout()).isEmpty();
            assertThat(broker.stderr())
                    .singleElement()
                    .asString()
                    .startsWith("maxmq: ")
                    .contains(said);
        }
    }

    @Test
    void letsInWhoIsInThePasswordFile(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("users");
        try (ChildProcess passwd = start(TestedJdk.OF_THE_BUILD, "passwd", file.toString(), "alice")) {
            passwd.write("wonderland\n");
            assertThat(passwd.exitCode()).isZero();
            assertThat(passwd.stdout()).containsExactly("password of alice is in " + file);
            assertThat(passwd.stderr()).isEmpty();
        }
        assertThat(Files.readString(file)).contains("alice:$pbkdf2-sha512$").doesNotContain("wonderland");
        try (ChildProcess broker = start(TestedJdk.OF_THE_BUILD, "--port", "0", "--password-file", file.toString())) {
            int port = port(broker.nextLine());

            assertThat(Clients.loginV5(port, "alice", "wonderland")).isZero();
            assertThat(Clients.loginV5(port, "alice", "wonder")).isEqualTo(BAD_USER_NAME_OR_PASSWORD);
            assertThat(Clients.loginV5(port, "bob", "wonderland")).isEqualTo(BAD_USER_NAME_OR_PASSWORD);
            assertThat(broker.stderr()).isEmpty();
        }
    }

    @Test
    void letsInUsersWithArgon2AndBcryptHashes(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(
                directory.resolve("users"),
                "alice:$argon2id$v=19$m=1024,t=2,p=1$/6m+lD38m+TFC8xmAg4ZBQ$xbA4A4EgXLbjaUPgmEUHUbLnWqnwym+tKkv9ZUxG2NI\n"
                        + "bob:$2b$04$Z/4xFtOoyMEp1aRIEPIlfOJTObjs5yXrwNqklVDKm8Zt9.raa9RUy\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        try (ChildProcess broker = start(TestedJdk.OF_THE_BUILD, "--port", "0", "--password-file", file.toString())) {
            int port = port(broker.nextLine());

            assertThat(Clients.loginV5(port, "alice", "wonderland")).isZero();
            assertThat(Clients.loginV5(port, "bob", "builder")).isZero();
            assertThat(Clients.loginV5(port, "alice", "builder")).isEqualTo(BAD_USER_NAME_OR_PASSWORD);
        }
    }

    @Test
    void saysInOneLineWhereThePasswordFileIsBroken(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("users"), "# users\nalice:wonderland\n");
        try (ChildProcess broker = start(TestedJdk.OF_THE_BUILD, "--port", "0", "--password-file", file.toString())) {
            assertThat(broker.exitCode()).isEqualTo(EXIT_USAGE);
            assertThat(broker.stdout()).isEmpty();
            assertThat(broker.stderr())
                    .containsExactly("maxmq: " + file + ":2: is no password hash: it does not begin with $");
        }
    }

    @Test
    void doesWhatTheConfigurationFileSays(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("broker.conf"), """
                name = edge-2, allow-anonymous = true
                listeners { here { port = 0 } }
                storage { type = rocksdb, directory = data }
                """);
        try (ChildProcess broker = start(TestedJdk.OF_THE_BUILD, "--config", file.toString())) {
            String ready = broker.nextLine();

            assertThat(ready).endsWith("(broker edge-2, configured by " + file + ")");
            assertThat(Clients.roundTripV3(port(ready), "three")).isEqualTo("three");
            assertThat(directory.resolve("data")).isDirectory();
            assertThat(broker.stderr()).isEmpty();
        }
    }

    @Test
    void printsTheRecordsOfALogSinkAndTheFailuresOfRules(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("broker.conf"), """
                allow-anonymous = true
                listeners { here { port = 0 } }
                rules {
                  sinks { log { type = log } }
                  rules {
                    all { sql = \"\"\"SELECT payload FROM "#"\"\"\", to = [log] }
                    broken { sql = \"\"\"SELECT payload.a FROM "#"\"\"\", to = [log] }
                  }
                }
                """);
        try (ChildProcess broker = start(TestedJdk.OF_THE_BUILD, "--config", file.toString())) {
            assertThat(Clients.roundTripV3(port(broker.nextLine()), "three")).isEqualTo("three");

            broker.awaitLog("rule all: {\"payload\":\"three\"}");
            broker.awaitLog("Rule broken failed on an event: decode_json");
            broker.assertEndsWithinTwoSecondsOfSigterm();
        }
    }

    @Test
    void saysInOneLineWhereTheConfigurationFileIsWrong(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(
                directory.resolve("broker.conf"), "allow-anonymous = true\nsessions { max-sesions = 5 }\n");
        try (ChildProcess broker = start(TestedJdk.OF_THE_BUILD, "--config", file.toString())) {
            assertThat(broker.exitCode()).isEqualTo(EXIT_USAGE);
            assertThat(broker.stdout()).isEmpty();
            assertThat(broker.stderr())
                    .containsExactly(
                            "maxmq: " + file + ":2: unknown key sessions.max-sesions, did you mean max-sessions?");
        }
    }

    @Test
    void saysInOneLineWhereTheAclFileIsBroken(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("rules"), "# rules\n\nallow all topic=a/#/b\n");
        try (ChildProcess broker =
                start(TestedJdk.OF_THE_BUILD, "--port", "0", "--allow-anonymous", "--acl-file", file.toString())) {
            assertThat(broker.exitCode()).isEqualTo(EXIT_USAGE);
            assertThat(broker.stdout()).isEmpty();
            assertThat(broker.stderr())
                    .containsExactly("maxmq: " + file + ":3: topic filter has '#' before its end: topic=a/#/b");
        }
    }

    @Test
    void logsTheStartAndRefusedClientsAtInfoAndNothingBelowTheLevel(@TempDir Path directory) throws Exception {
        Path users = directory.resolve("users");
        PasswordFile.setPassword(users, "alice", new byte[] {1}, PasswordHasher.pbkdf2(1000));
        try (ChildProcess broker = start(TestedJdk.OF_THE_BUILD, "--port", "0", "--password-file", users.toString())) {
            int port = port(broker.nextLine());
            broker.awaitLog("INFO io.maxmq.maxmq - MaxMQ 0.1");
            broker.awaitLog("listener tcp-0 (tcp) was bound to /127.0.0.1:" + port);
            broker.awaitLog("storage: in memory");
            broker.awaitLog("limits: memory ");

            assertThat(Clients.loginV5(port, "alice", "wonder")).isEqualTo(BAD_USER_NAME_OR_PASSWORD);

            broker.awaitLog("user=alice address=/127.0.0.1:");
            broker.awaitLog("was refused: BAD_USER_NAME_OR_PASSWORD");
        }
        try (ChildProcess broker =
                start(TestedJdk.OF_THE_BUILD, "--port", "0", "--allow-anonymous", "--log-level", "warn")) {
            port(broker.nextLine());
            broker.terminate();
            broker.exitCode();
            assertThat(broker.allStderr()).noneMatch(line -> line.contains(" INFO "));
        }
    }

    @Test
    void reloadsFilesAndReopensTheAccessLogAfterAHangUp(@TempDir Path directory) throws Exception {
        assumeHangUpIsNotIgnored();
        Path users = directory.resolve("users");
        PasswordFile.setPassword(users, "alice", utf8("one"), PasswordHasher.pbkdf2(1000));
        Path config = Files.writeString(directory.resolve("broker.conf"), """
                listeners { here { port = 0 } }
                authenticators = [{ type = password-file, file = users }]
                """);
        Path access = directory.resolve("access.log");
        Path rotated = directory.resolve("access.log.1");
        try (ChildProcess broker =
                start(TestedJdk.OF_THE_BUILD, "--config", config.toString(), "--access-log", access.toString())) {
            int port = port(broker.nextLine());
            assertThat(Clients.loginV5(port, "alice", "one")).isZero();
            awaitText(access, "disconnect client=");
            Files.move(access, rotated);
            Files.writeString(config, Files.readString(config) + "bans = [{ kind = user, value = mallory }]\n");

            broker.signal("HUP");

            broker.awaitLog("configuration file " + config + " was reloaded: 1 bans");
            broker.awaitLog("password file " + users + " was reloaded");
            assertThat(Clients.loginV5(port, "alice", "two")).isEqualTo(BAD_USER_NAME_OR_PASSWORD);
            awaitText(access, "refuse client=");
            assertThat(Files.readString(access)).contains("user=\"alice\"", "reason=BAD_USER_NAME_OR_PASSWORD");
            assertThat(Files.readString(rotated)).contains(" connect client=").doesNotContain(" refuse ");
            broker.assertEndsWithinTwoSecondsOfSigterm();
        }
    }

    private static void awaitText(Path file, String text) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!Files.exists(file) || !Files.readString(file).contains(text)) {
            assertThat(System.nanoTime()).as("%s in %s", text, file).isLessThan(deadline);
            Thread.sleep(10);
        }
    }

    /** A process started by {@code nohup} ignores SIGHUP, and so do its children; a JVM then installs no handler. */
    private static void assumeHangUpIsNotIgnored() throws Exception {
        Path status = Path.of("/proc/self/status");
        if (Files.exists(status)) {
            boolean ignored = Files.readAllLines(status).stream()
                    .filter(line -> line.startsWith("SigIgn:"))
                    .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 1) != 0);
            assumeTrue(!ignored, "skipped: SIGHUP is ignored, as under nohup");
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void notifiesTheServiceManager(@TempDir Path directory) throws Exception {
        assumeTrue(Epoll.isAvailable(), "skipped: no native library for datagrams of local sockets");
        assumeHangUpIsNotIgnored();
        Path socket = directory.resolve("notify");
        io.netty.channel.unix.Socket messages = io.netty.channel.unix.Socket.newSocketDomainDgram();
        try {
            messages.bind(new DomainSocketAddress(socket.toFile()));
            try (ChildProcess broker = ChildProcess.start(
                    Map.of("NOTIFY_SOCKET", socket.toString()),
                    TestedJdk.OF_THE_BUILD.java(),
                    "-jar",
                    JAR,
                    "--port",
                    "0",
                    "--allow-anonymous")) {
                port(broker.nextLine());
                assertThat(receive(messages)).startsWith("READY=1\nSTATUS=");
                broker.signal("HUP");
                assertThat(receive(messages)).startsWith("RELOADING=1\nMONOTONIC_USEC=");
                assertThat(receive(messages)).startsWith("READY=1\n");
                broker.terminate();
                assertThat(receive(messages)).isEqualTo("STOPPING=1");
                broker.exitCode();
            }
        } finally {
            messages.close();
        }
    }

    private static String receive(io.netty.channel.unix.Socket messages) throws Exception {
        ByteBuffer buffer = ByteBuffer.allocateDirect(4096);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        DomainDatagramSocketAddress from = null;
        while (from == null) {
            assertThat(System.nanoTime()).as("no message").isLessThan(deadline);
            Thread.sleep(10);
            from = messages.recvFromDomainSocket(buffer, 0, buffer.capacity());
        }
        byte[] bytes = new byte[from.receivedAmount()];
        buffer.get(0, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Test
    void refusesBannedClients() throws Exception {
        try (ChildProcess broker =
                start(TestedJdk.OF_THE_BUILD, "--port", "0", "--allow-anonymous", "--ban", "address=127.0.0.1")) {
            int port = port(broker.nextLine());
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                assertThat(socket.getInputStream().read()).isEqualTo(-1);
            }
        }
    }

    @Test
    void passwdListsUsers(@TempDir Path directory) throws Exception {
        Path users = directory.resolve("users");
        PasswordFile.setPassword(users, "bob", utf8("1"), PasswordHasher.pbkdf2(1000));
        PasswordFile.setPassword(users, "alice", utf8("1"), PasswordHasher.pbkdf2(1000));
        try (ChildProcess passwd = start(TestedJdk.OF_THE_BUILD, "passwd", users.toString())) {
            assertThat(passwd.exitCode()).isZero();
            assertThat(passwd.stdout()).containsExactly("alice", "bob");
        }
    }

    @Test
    void tellsItsVersion() throws Exception {
        try (ChildProcess broker = start(TestedJdk.OF_THE_BUILD, "--version")) {
            assertThat(broker.exitCode()).isZero();
            assertThat(broker.stdout()).singleElement().asString().startsWith("MaxMQ 0.1");
        }
    }

    @Test
    void helpGoesToStdout() throws Exception {
        try (ChildProcess broker = start(TestedJdk.OF_THE_BUILD, "--help")) {
            assertThat(broker.exitCode()).isZero();
            assertThat(broker.stdout()).first().asString().startsWith("Usage: ");
            assertThat(broker.stderr()).isEmpty();
        }
    }

    private static ChildProcess start(TestedJdk jdk, String... options) {
        List<String> arguments = new ArrayList<>(List.of("-jar", JAR));
        arguments.addAll(List.of(options));
        return ChildProcess.start(jdk, arguments.toArray(String[]::new));
    }

    private static int port(String ready) {
        Matcher matcher = READY.matcher(ready);
        assertThat(matcher.matches()).as(ready).isTrue();
        return Integer.parseInt(matcher.group(1));
    }

    /** The manifest allows the jar its native library, also on JDKs that would warn otherwise. */
    private static void assertUsesEpollWhereItIs(ChildProcess broker) throws Exception {
        Path maps = Path.of("/proc", "" + broker.pid(), "maps");
        if (Files.isReadable(maps) && System.getProperty("os.arch").equals("amd64")) {
            assertThat(Files.readString(maps)).contains("netty_transport_native_epoll");
        }
    }

    /** CONNECT of MQTT 3.1.1 with a clean session and SUBSCRIBE to {@code flood} at QoS 0. */
    private static byte[] connectAndSubscribe(String clientId) {
        byte[] id = clientId.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(14 + id.length + 12)
                .put(new byte[] {0x10, (byte) (12 + id.length), 0, 4, 'M', 'Q', 'T', 'T', 4, 0x02, 0, 60})
                .putShort((short) id.length)
                .put(id)
                .put(new byte[] {(byte) 0x82, 10, 0, 1, 0, 5, 'f', 'l', 'o', 'o', 'd', 0})
                .array();
    }

    /** More than the sockets of clients that do not read can hold. */
    private static void flood(int port) throws Exception {
        MqttClient publisher = Clients.connectV5(port, new CompletableFuture<>());
        byte[] payload = new byte[512 * 1024];
        for (int i = 0; i < 32; i++) {
            publisher.publish("flood", payload, 0, false);
        }
        publisher.publish("end", new byte[0], 1, false);
        publisher.disconnect();
        publisher.close();
    }
}
