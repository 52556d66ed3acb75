package io.maxmq.auth;

import io.maxmq.RecordedLogs;
import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Properties;
import io.maxmq.config.Listener;
import io.maxmq.spi.FileWatch;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.event.BrokerEvent.ConnectRefused;
import io.maxmq.spi.event.BrokerEvent.PluginFailed;
import io.maxmq.spi.extension.BrokerContext;
import io.maxmq.spi.extension.Extension;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PasswordFileTest {
    private static final PasswordHasher CHEAP = PasswordHasher.pbkdf2(1000);

    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void twoUsers() {
        file = directory.resolve("passwd");
        PasswordFile.setPassword(file, "alice", utf8("wonderland"), CHEAP);
        PasswordFile.setPassword(file, "bob", utf8("builder"), CHEAP);
    }

    private TestBroker broker(UnaryOperator<PasswordFile> settings) {
        return TestBroker.closed(
                builder -> builder.listener(Listener.tcp(0)).authenticator(settings.apply(PasswordFile.at(file))));
    }

    private TestBroker broker() {
        return broker(passwords -> passwords.remember(Duration.ZERO).withoutFailureDelay());
    }

    private static Connect connect(ProtocolVersion version, @Nullable String user, @Nullable String password) {
        return new Connect(
                version,
                false,
                true,
                0,
                Properties.NONE,
                "client",
                null,
                user,
                password == null ? null : ByteBuffer.wrap(utf8(password)));
    }

    private static ReasonCode login(
            TestBroker broker, ProtocolVersion version, @Nullable String user, @Nullable String password) {
        try (TestClient client = broker.tcpClient(version)) {
            return client.send(connect(version, user, password))
                    .expect(ConnAck.class)
                    .reason();
        }
    }

    private static ReasonCode login(TestBroker broker, @Nullable String user, @Nullable String password) {
        return login(broker, ProtocolVersion.MQTT_5, user, password);
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void letsInWhoKnowsTheirPassword(ProtocolVersion version) {
        try (TestBroker broker = broker()) {
            assertThat(login(broker, version, "alice", "wonderland")).isEqualTo(ReasonCode.SUCCESS);
            assertThat(login(broker, version, "bob", "builder")).isEqualTo(ReasonCode.SUCCESS);
            assertThat(login(broker, version, "alice", "builder")).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
        }
    }

    @Test
    void nothingButTheWholePasswordLetsIn() {
        try (TestBroker broker = broker()) {
            for (String wrong : new String[] {null, "", "wonderlan", "wonderland ", "wonderland\0", "WONDERLAND"}) {
                assertThat(login(broker, "alice", wrong)).as(wrong).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
            }
            for (String nobody : new String[] {"", "carol", "Alice", "alice ", "#", "alice:x"}) {
                assertThat(login(broker, nobody, "wonderland"))
                        .as(nobody)
                        .isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
            }
        }
    }

    @Test
    void whoNamesNoUserIsLeftToTheNext() {
        try (TestBroker broker = broker()) {
            assertThat(login(broker, null, null)).isEqualTo(ReasonCode.NOT_AUTHORIZED);
            assertThat(login(broker, null, "wonderland")).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        }
        try (TestBroker broker =
                TestBroker.start(builder -> builder.listener(Listener.tcp(0)).authenticator(PasswordFile.at(file)))) {
            assertThat(login(broker, null, null)).isEqualTo(ReasonCode.SUCCESS);
            assertThat(login(broker, "carol", null)).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
        }
    }

    @Test
    void anUnknownUserIsTheSameWorkAsAKnownOne() {
        PasswordFile passwords = PasswordFile.at(file).remember(Duration.ZERO).withoutFailureDelay();
        try (TestBroker broker = broker(unused -> passwords)) {
            login(broker, "alice", "wrong");
            long known = passwords.roundsDone();
            login(broker, "carol", "wrong");

            assertThat(known).isEqualTo(1000);
            assertThat(passwords.roundsDone()).isEqualTo(2 * known);
        }
    }

    /** As on a machine under load just after the start: no worker comes to the hash for longer than the plug-in deadline. */
    @Test
    void aRightPasswordIsNotRefusedWhileTheJvmIsCold() throws InterruptedException {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch busy = new CountDownLatch(1);
        Extension occupant = new Extension() {
            @Override
            public CompletionStage<Void> start(BrokerContext context) {
                context.workers().execute(() -> {
                    started.countDown();
                    try {
                        busy.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
                return CompletableFuture.completedFuture(null);
            }

            @Override
            public CompletionStage<Void> stop() {
                busy.countDown();
                return CompletableFuture.completedFuture(null);
            }
        };
        PasswordFile passwords = PasswordFile.at(file).unknownUsersToNext();
        List<String> asked = new CopyOnWriteArrayList<>();
        try (TestBroker broker = TestBroker.closed(builder -> builder.configure(config -> config.workers(1))
                        .listener(Listener.tcp(0))
                        .extension(occupant)
                        .authenticator(passwords)
                        .authenticator(request -> {
                            asked.add(request.client().username().orElseThrow());
                            return CompletableFuture.completedFuture(AuthenticationResult.allowed());
                        }));
                TestClient alice = broker.tcpClient(ProtocolVersion.MQTT_5);
                TestClient carol = broker.tcpClient(ProtocolVersion.MQTT_5)) {
            started.await();
            alice.send(connect(ProtocolVersion.MQTT_5, "alice", "wonderland"));
            carol.send(connect(ProtocolVersion.MQTT_5, "carol", "x"));
            awaitTrue(() -> passwords.waitingAttempts() == 2);

            broker.clock().advance(Duration.ofSeconds(30));
            busy.countDown();

            assertThat(alice.expect(ConnAck.class).reason()).isEqualTo(ReasonCode.SUCCESS);
            assertThat(carol.expect(ConnAck.class).reason())
                    .as("of the session of alice, by the next authenticator")
                    .isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
            assertThat(asked).containsExactly("carol");
        }
    }

    @Test
    void unknownUsersMayBeLeftToTheNext() {
        Path second = directory.resolve("second");
        PasswordFile.setPassword(second, "carol", utf8("c"), CHEAP);
        try (TestBroker broker = TestBroker.closed(builder -> builder.listener(Listener.tcp(0))
                .authenticator(PasswordFile.at(file).unknownUsersToNext())
                .authenticator(PasswordFile.at(second)))) {
            assertThat(login(broker, "carol", "c")).isEqualTo(ReasonCode.SUCCESS);
            assertThat(login(broker, "alice", "wonderland")).isEqualTo(ReasonCode.SUCCESS);
            assertThat(login(broker, "alice", "c")).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
            assertThat(login(broker, "dave", "d")).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
        }
    }

    @Test
    void aPasswordThatWasRightIsHashedOnce() {
        PasswordFile passwords = PasswordFile.at(file).withoutFailureDelay();
        try (TestBroker broker = broker(unused -> passwords)) {
            for (int i = 0; i < 3; i++) {
                assertThat(login(broker, "alice", "wonderland")).isEqualTo(ReasonCode.SUCCESS);
            }
            assertThat(passwords.roundsDone()).isEqualTo(1000);

            assertThat(login(broker, "alice", "wrong")).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
            assertThat(passwords.roundsDone()).isEqualTo(2000);

            broker.clock().advance(Duration.ofHours(1));
            assertThat(login(broker, "alice", "wonderland")).isEqualTo(ReasonCode.SUCCESS);
            assertThat(passwords.roundsDone()).isEqualTo(3000);
        }
    }

    @Test
    void aGuessingAddressIsSlowedDownAndThenRefused() {
        PasswordFile passwords = PasswordFile.at(file);
        try (TestBroker broker = broker(unused -> passwords);
                TestClient sixth = broker.tcpClient(ProtocolVersion.MQTT_5);
                TestClient seventh = broker.tcpClient(ProtocolVersion.MQTT_5)) {
            assertThat(login(broker, "bob", "builder")).isEqualTo(ReasonCode.SUCCESS);
            for (int i = 0; i < 5; i++) {
                assertThat(login(broker, "alice", "guess" + i)).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
            }
            long work = passwords.roundsDone();

            sixth.send(connect(ProtocolVersion.MQTT_5, "alice", "guess"));
            awaitTrue(() -> passwords.delayedAttempts() == 1);
            seventh.send(connect(ProtocolVersion.MQTT_5, "alice", "wonderland"));
            awaitTrue(() -> passwords.delayedAttempts() == 2);

            assertThat(login(broker, "alice", "wonderland")).isEqualTo(ReasonCode.SERVER_BUSY);
            assertThat(login(broker, "bob", "builder")).as("remembered").isEqualTo(ReasonCode.SUCCESS);
            assertThat(passwords.roundsDone()).isEqualTo(work);
            broker.clock().advance(Duration.ofSeconds(2));
            assertThat(sixth.expect(ConnAck.class).reason()).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
            assertThat(seventh.expect(ConnAck.class).reason()).isEqualTo(ReasonCode.SUCCESS);
        }
    }

    @Test
    void manyGuessesAtOnceAreNoBetterThanOneAfterTheOther() {
        int rounds = 5000;
        PasswordFile.setPassword(file, "slow", utf8("to look at"), PasswordHasher.pbkdf2(rounds));
        PasswordFile passwords = PasswordFile.at(file);
        int guesses = 30;
        try (TestBroker broker = broker(unused -> passwords)) {
            for (int i = 0; i < guesses; i++) {
                broker.tcpClient(ProtocolVersion.MQTT_5).send(connect(ProtocolVersion.MQTT_5, "slow", "guess" + i));
            }
            awaitTrue(() -> broker.events().of(ConnectRefused.class).size() + passwords.delayedAttempts() == guesses);

            int atOnce = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
            assertThat(passwords.roundsDone() / rounds).isBetween(5L, 4L + atOnce);
        }
    }

    @Test
    void aChangedFileIsSeenAndItsFormerUsersGo() {
        try (TestBroker broker = broker();
                TestClient alice = broker.tcpClient(ProtocolVersion.MQTT_5)) {
            alice.send(connect(ProtocolVersion.MQTT_5, "alice", "wonderland")).expect(ConnAck.class);
            PasswordFile.setPassword(file, "alice", utf8("looking glass"), CHEAP);
            PasswordFile.setPassword(file, "carol", utf8("c"), CHEAP);

            eventually(broker, () -> login(broker, "carol", "c") == ReasonCode.SUCCESS);

            assertThat(login(broker, "alice", "wonderland")).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
            assertThat(login(broker, "bob", "builder")).isEqualTo(ReasonCode.SUCCESS);
            alice.expectDisconnect(ReasonCode.NOT_AUTHORIZED);
        }
    }

    @Test
    void listsTheUsersInAlphabeticalOrder() {
        Path listed = file.resolveSibling("listed");
        for (String user : List.of("carol", "alice", "bob")) {
            PasswordFile.setPassword(listed, user, new byte[] {1}, PasswordHasher.pbkdf2(1000));
        }

        assertThat(PasswordFile.users(listed)).containsExactly("alice", "bob", "carol");
    }

    @Test
    void aBrokenChangeIsReportedAndTheFormerFileStays() throws IOException {
        PasswordFile passwords = PasswordFile.at(file).withoutFailureDelay();
        try (TestBroker broker = broker(unused -> passwords)) {
            Files.writeString(file, "alice:wonderland\n");

            assertThatExceptionOfType(AccessFileException.class)
                    .isThrownBy(passwords::reload)
                    .withMessage(file + ":1: is no password hash: it does not begin with $");
            eventually(broker, () -> !broker.events().of(PluginFailed.class).isEmpty());

            PluginFailed failed = broker.events().await(PluginFailed.class);
            assertThat(failed.cause()).get().asString().contains(file + ":1: ");
            assertThat(login(broker, "alice", "wonderland")).isEqualTo(ReasonCode.SUCCESS);
        }
    }

    @Test
    void warnsWhenAChangeLeavesOnlyBlankLines() throws IOException {
        PasswordFile passwords = PasswordFile.at(file).withoutFailureDelay();
        try (RecordedLogs.Watch log = RecordedLogs.watch("only-blank-lines");
                TestBroker broker = TestBroker.closed(builder -> builder.name("only-blank-lines")
                        .listener(Listener.tcp(0))
                        .authenticator(passwords))) {
            assertThat(log.warnings()).isEmpty();
            Files.writeString(file, "\n  \n\r\n# nobody\n");
            passwords.reload();

            assertThat(log.warnings()).containsExactly(file + " has no user any more: no client can connect by it");
            assertThat(login(broker, "alice", "wonderland")).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
        }
    }

    @Test
    void warnsOfAFileThatEveryUserOfTheMachineCanRead() throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        try (RecordedLogs.Watch log = RecordedLogs.watch("readable-passwords");
                TestBroker broker = TestBroker.closed(
                        builder -> builder.name("readable-passwords").authenticator(PasswordFile.at(file)))) {
            assertThat(broker.broker().isReady()).isTrue();
            assertThat(log.warnings())
                    .containsExactly(file + " holds secrets and every user of this machine can read it (rw-r--r--):"
                            + " chmod 600 it");
        }
    }

    @Test
    void reloadsWhenTold() {
        PasswordFile passwords = PasswordFile.at(file);
        try (TestBroker broker = broker(unused -> passwords)) {
            PasswordFile.removeUser(file, "bob");
            passwords.reload();

            assertThat(login(broker, "bob", "builder")).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
            assertThat(login(broker, "alice", "wonderland")).isEqualTo(ReasonCode.SUCCESS);
        }
    }

    @Test
    void aRememberedPasswordIsForgottenWithItsUser() {
        PasswordFile passwords = PasswordFile.at(file).withoutFailureDelay();
        try (TestBroker broker = broker(unused -> passwords)) {
            assertThat(login(broker, "bob", "builder")).isEqualTo(ReasonCode.SUCCESS);
            PasswordFile.removeUser(file, "bob");
            passwords.reload();

            assertThat(login(broker, "bob", "builder")).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
        }
    }

    @Test
    void doesNotStartWithAFileThatItCannotUse() throws IOException {
        assertThatExceptionOfType(AccessFileException.class)
                .isThrownBy(() -> broker(unused -> PasswordFile.at(directory.resolve("none"))))
                .withMessage(directory.resolve("none") + ": password file is not there");

        Files.writeString(file, "# nobody\n\n");
        assertThatExceptionOfType(AccessFileException.class)
                .isThrownBy(this::broker)
                .withMessage(file + ": password file has no user, so nobody could connect");

        Files.writeString(file, "# somebody\n:$6$AAAA$" + "A".repeat(86) + "\n");
        assertThatExceptionOfType(AccessFileException.class)
                .isThrownBy(this::broker)
                .withMessage(file + ":2: the user name is empty");
    }

    @Test
    void oneFileServesOneBroker() {
        PasswordFile passwords = PasswordFile.at(file);
        try (TestBroker broker = broker(unused -> passwords)) {
            assertThat(login(broker, "alice", "wonderland")).isEqualTo(ReasonCode.SUCCESS);
            assertThatThrownBy(() -> broker(unused -> passwords))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("one password file serves one broker");
            assertThat(login(broker, "alice", "wonderland")).isEqualTo(ReasonCode.SUCCESS);
            assertThatThrownBy(passwords::unknownUsersToNext).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void writesItForItsOwnerAloneAndKeepsComments() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");

        Files.writeString(file, Files.readString(file) + "# the last line");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        PasswordFile.setPassword(file, "alice", utf8("x"), CHEAP);

        assertThat(Files.readAllLines(file)).hasSize(4).last().isEqualTo("# the last line");
        assertThat(Files.readAllLines(file).get(1)).startsWith("alice:$pbkdf2-sha512$i=1000$");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-r-----");
        assertThat(Files.list(directory)).containsExactly(file);
        assertThat(PasswordFile.removeUser(file, "nobody")).isFalse();
        assertThat(PasswordFile.removeUser(file, "alice")).isTrue();
        assertThat(Files.readString(file)).doesNotContain("alice").contains("bob");
    }

    @Test
    void doesNotWriteWhatItCouldNotRead() throws IOException {
        assertThatThrownBy(() -> PasswordFile.setPassword(file, "a:b", utf8("x"), CHEAP))
                .isInstanceOf(IllegalArgumentException.class);
        Files.writeString(file, "broken\n");

        assertThatThrownBy(() -> PasswordFile.setPassword(file, "a", utf8("x"), CHEAP))
                .isInstanceOf(AccessFileException.class)
                .hasMessageStartingWith(file + ":1: ");
        assertThat(Files.readString(file)).isEqualTo("broken\n");
    }

    /** Without moving time. */
    private static void awaitTrue(BooleanSupplier so) {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!so.getAsBoolean()) {
            assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    /** Moves time on until it is so. */
    private static void eventually(TestBroker broker, BooleanSupplier so) {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!so.getAsBoolean()) {
            assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
            broker.clock().advance(FileWatch.PERIOD);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
