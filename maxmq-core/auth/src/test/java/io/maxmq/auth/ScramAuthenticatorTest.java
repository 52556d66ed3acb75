package io.maxmq.auth;

import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Auth;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Packet;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.config.Listener;
import io.maxmq.spi.event.BrokerEvent.ClientConnected;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ScramAuthenticatorTest {
    private static final String METHOD = "SCRAM-SHA-256";
    private static final PasswordHasher SCRAM = PasswordHasher.scramSha256(4096);

    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void twoUsersAndOneWithoutKeys() {
        file = directory.resolve("passwd");
        PasswordFile.setPassword(file, "alice", utf8("wonderland"), SCRAM);
        PasswordFile.setPassword(file, "a=b,c", utf8("pencil"), SCRAM);
        PasswordFile.setPassword(file, "bob", utf8("builder"), PasswordHasher.pbkdf2(1000));
    }

    private TestBroker broker(UnaryOperator<ScramAuthenticator> settings) {
        return TestBroker.closed(builder ->
                builder.listener(Listener.tcp(0)).enhancedAuthenticator(settings.apply(ScramAuthenticator.at(file))));
    }

    private TestBroker broker() {
        return broker(ScramAuthenticator::withoutFailureDelay);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Properties with(@Nullable String data) {
        Properties.Builder properties = Properties.builder().set(PropertyId.AUTHENTICATION_METHOD, METHOD);
        if (data != null) {
            properties.set(PropertyId.AUTHENTICATION_DATA, ByteBuffer.wrap(utf8(data)));
        }
        return properties.build();
    }

    private static Connect connect(@Nullable String data) {
        return new Connect(ProtocolVersion.MQTT_5, false, true, 0, with(data), "client", null, "somebody", null);
    }

    private static Auth proceed(@Nullable String data) {
        return new Auth(ReasonCode.CONTINUE_AUTHENTICATION, with(data));
    }

    private static String dataOf(Properties properties) {
        ByteBuffer data = properties.binary(PropertyId.AUTHENTICATION_DATA);
        return data == null ? "" : StandardCharsets.UTF_8.decode(data).toString();
    }

    /** The client's first message and the broker's. */
    private static String begin(TestClient connection, Packet first) {
        Auth challenge = connection.send(first).expect(Auth.class);
        assertThat(challenge.reason()).isEqualTo(ReasonCode.CONTINUE_AUTHENTICATION);
        return dataOf(challenge.properties());
    }

    private static ConnAck login(TestClient connection, ScramClient scram) {
        String challenge = begin(connection, connect(scram.first()));
        return connection.send(proceed(scram.last(challenge))).expect(ConnAck.class);
    }

    private static ReasonCode login(TestBroker broker, String user, String password) {
        try (TestClient connection = broker.tcpClient(ProtocolVersion.MQTT_5)) {
            return login(connection, new ScramClient(user, password)).reason();
        }
    }

    @Test
    void theClientOfTheseTestsIsThatOfTheRfc() {
        // RFC 7677 §3
        ScramClient client = new ScramClient("n,,", "user", "pencil", "rOprNGfwEbeRWgbNEkqO");

        String last =
                client.last("r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");

        assertThat(last).endsWith(",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
        assertThat(client.expected()).isEqualTo("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
    }

    @ParameterizedTest
    @ValueSource(strings = {"n,,", "y,,", "n,a=alice,"})
    void bothSidesProveThemselves(String header) {
        try (TestBroker broker = broker();
                TestClient connection = broker.tcpClient(ProtocolVersion.MQTT_5)) {
            ScramClient scram = new ScramClient(header, "alice", "wonderland", "abc");

            ConnAck answer = login(connection, scram);

            assertThat(answer.reason()).isEqualTo(ReasonCode.SUCCESS);
            assertThat(dataOf(answer.properties())).isEqualTo(scram.expected());
            assertThat(broker.events().await(ClientConnected.class).client().username())
                    .contains("alice");
        }
    }

    @Test
    void namesAreEscapedAndPrepared() {
        try (TestBroker broker = broker()) {
            assertThat(login(broker, "a=b,c", "pencil")).isEqualTo(ReasonCode.SUCCESS);
            assertThat(login(broker, "al\u00ADice", "wonderland")).isEqualTo(ReasonCode.SUCCESS);
        }
    }

    @Test
    void nothingButTheRightProofLetsIn() {
        try (TestBroker broker = broker()) {
            assertThat(login(broker, "alice", "wonderlan")).isEqualTo(ReasonCode.NOT_AUTHORIZED);
            assertThat(login(broker, "alice", "pencil")).isEqualTo(ReasonCode.NOT_AUTHORIZED);
            assertThat(login(broker, "carol", "wonderland")).isEqualTo(ReasonCode.NOT_AUTHORIZED);
            assertThat(login(broker, "bob", "builder")).as("no keys").isEqualTo(ReasonCode.NOT_AUTHORIZED);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "p=tls-unique,,n=alice,r=abc",
                "n,,n=,r=abc",
                "n,,n=alice",
                "n,,n=alice,r=",
                "n,,n=alice,r=a\u00E4",
                "n,,n=al=ice,r=abc",
                "n,,n=al\u0000ice,r=abc",
                "n,,m=x,n=alice,r=abc",
                "n,a=bob,n=alice,r=abc",
                "n,n=alice,r=abc",
                "n=alice,r=abc",
                "x,,n=alice,r=abc",
                "nn,,n=alice,r=abc",
                "",
                "n",
                ",",
                "n,,",
                "n,,r=abc,n=alice"
            })
    void aFirstMessageThatIsNoneIsRefused(String first) {
        try (TestBroker broker = broker();
                TestClient connection = broker.tcpClient(ProtocolVersion.MQTT_5)) {
            ConnAck refusal = connection.send(connect(first)).expect(ConnAck.class);

            assertThat(refusal.reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
            assertThat(refusal.properties().string(PropertyId.REASON_STRING)).contains("SCRAM");
            connection.expectEnd();
        }
    }

    @Test
    void aFirstMessageMustBeThere() {
        try (TestBroker broker = broker();
                TestClient connection = broker.tcpClient(ProtocolVersion.MQTT_5)) {
            assertThat(connection.send(connect(null)).expect(ConnAck.class).reason())
                    .isEqualTo(ReasonCode.NOT_AUTHORIZED);
        }
    }

    @Test
    void aFinalMessageThatDoesNotFitIsRefused() {
        UnaryOperator<String>[] wrongs = wrongs();
        try (TestBroker broker = broker()) {
            for (UnaryOperator<String> wrong : wrongs) {
                try (TestClient connection = broker.tcpClient(ProtocolVersion.MQTT_5)) {
                    ScramClient scram = new ScramClient("alice", "wonderland");
                    String last = wrong.apply(scram.last(begin(connection, connect(scram.first()))));

                    assertThat(connection
                                    .send(proceed(last))
                                    .expect(ConnAck.class)
                                    .reason())
                            .as(last)
                            .isEqualTo(ReasonCode.NOT_AUTHORIZED);
                }
            }
        }
    }

    @SuppressWarnings("unchecked")
    private static UnaryOperator<String>[] wrongs() {
        return new UnaryOperator[] {
            (UnaryOperator<String>) last -> "",
            (UnaryOperator<String>) last -> last.substring(0, last.indexOf(",p=")),
            (UnaryOperator<String>) last -> last.substring(0, last.indexOf(",p=")) + ",p=AAAA",
            (UnaryOperator<String>) last -> last.substring(0, last.indexOf(",p=")) + ",p=*",
            (UnaryOperator<String>) last -> last + ",x=y",
            (UnaryOperator<String>) last -> last.replace(",r=", ",r=x"),
            (UnaryOperator<String>) last -> last.substring(last.indexOf(",r=") + 1),
            (UnaryOperator<String>) last -> last.replace("c=biws", "c=eSws")
        };
    }

    @Test
    void theHeaderThatIsSignedMustBeThatOfTheFirstMessage() {
        try (TestBroker broker = broker();
                TestClient connection = broker.tcpClient(ProtocolVersion.MQTT_5)) {
            ScramClient scram = new ScramClient("y,,", "alice", "wonderland", "abc");
            String last = scram.last(begin(connection, connect(scram.first())), "biws");

            assertThat(connection.send(proceed(last)).expect(ConnAck.class).reason())
                    .isEqualTo(ReasonCode.NOT_AUTHORIZED);
        }
    }

    @Test
    void aProofServesOnce() {
        try (TestBroker broker = broker();
                TestClient connection = broker.tcpClient(ProtocolVersion.MQTT_5);
                TestClient thief = broker.tcpClient(ProtocolVersion.MQTT_5)) {
            ScramClient scram = new ScramClient("alice", "wonderland");
            String last = scram.last(begin(connection, connect(scram.first())));
            connection.send(proceed(last)).expect(ConnAck.class);

            begin(thief, connect(scram.first()));

            assertThat(thief.send(proceed(last)).expect(ConnAck.class).reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        }
    }

    private static Map<String, String> challenge(TestBroker broker, String user) {
        try (TestClient connection = broker.tcpClient(ProtocolVersion.MQTT_5)) {
            return ScramClient.attributes(begin(connection, connect(new ScramClient(user, "x").first())));
        }
    }

    @Test
    void whoIsNotThereIsShownASaltLikeOthersAlwaysTheSame() {
        String carols;
        String bobs;
        try (TestBroker broker = broker()) {
            carols = challenge(broker, "carol").get("s");
            bobs = challenge(broker, "bob").get("s");
            assertThat(challenge(broker, "carol")).containsEntry("s", carols).containsEntry("i", "4096");
            assertThat(carols)
                    .hasSameSizeAs(challenge(broker, "alice").get("s"))
                    .isNotEqualTo(bobs);
        }
        PasswordFile.setPassword(file, "bob", utf8("other"), PasswordHasher.pbkdf2(1000));
        try (TestBroker broker = broker()) {
            assertThat(challenge(broker, "carol")).containsEntry("s", carols);
            assertThat(challenge(broker, "bob")).containsEntry("s", bobs);
        }
    }

    @Test
    void aClientAuthenticatesItselfAgain() {
        try (TestBroker broker = broker();
                TestClient connection = broker.tcpClient(ProtocolVersion.MQTT_5)) {
            login(connection, new ScramClient("alice", "wonderland"));
            ScramClient scram = new ScramClient("alice", "wonderland");
            String challenge = begin(connection, new Auth(ReasonCode.RE_AUTHENTICATE, with(scram.first())));
            connection.ping();

            Auth answer = connection.send(proceed(scram.last(challenge))).expect(Auth.class);

            assertThat(answer.reason()).isEqualTo(ReasonCode.SUCCESS);
            assertThat(dataOf(answer.properties())).isEqualTo(scram.expected());
            connection.ping();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"alice:wrong", "a=b,c:pencil"})
    void aClientThatIsNotItselfAnyMoreGoes(String other) {
        try (TestBroker broker = broker();
                TestClient connection = broker.tcpClient(ProtocolVersion.MQTT_5)) {
            login(connection, new ScramClient("alice", "wonderland"));
            String[] parts = other.split(":");
            ScramClient scram = new ScramClient(parts[0], parts[1]);
            String challenge = begin(connection, new Auth(ReasonCode.RE_AUTHENTICATE, with(scram.first())));

            connection.send(proceed(scram.last(challenge)));

            connection.expectDisconnect(ReasonCode.NOT_AUTHORIZED);
        }
    }

    @Test
    void aGuessingAddressIsSlowedDownAndThenRefused() {
        ScramAuthenticator authenticator = ScramAuthenticator.at(file);
        try (TestBroker broker = broker(unused -> authenticator);
                TestClient sixth = broker.tcpClient(ProtocolVersion.MQTT_5);
                TestClient seventh = broker.tcpClient(ProtocolVersion.MQTT_5)) {
            for (int i = 0; i < 5; i++) {
                assertThat(login(broker, "alice", "guess" + i)).isEqualTo(ReasonCode.NOT_AUTHORIZED);
            }
            ScramClient wrong = new ScramClient("alice", "guess");
            ScramClient right = new ScramClient("alice", "wonderland");
            sixth.send(proceedAfter(begin(sixth, connect(wrong.first())), wrong));
            awaitTrue(() -> authenticator.delayedProofs() == 1);
            seventh.send(proceedAfter(begin(seventh, connect(right.first())), right));
            awaitTrue(() -> authenticator.delayedProofs() == 2);

            assertThat(login(broker, "alice", "wonderland")).isEqualTo(ReasonCode.SERVER_BUSY);
            broker.clock().advance(Duration.ofSeconds(2));
            assertThat(sixth.expect(ConnAck.class).reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
            assertThat(seventh.expect(ConnAck.class).reason()).isEqualTo(ReasonCode.SUCCESS);
        }
    }

    private static Auth proceedAfter(String challenge, ScramClient scram) {
        return proceed(scram.last(challenge));
    }

    @Test
    void aChangedPasswordEndsConnectionsAndExchanges() {
        ScramAuthenticator authenticator = ScramAuthenticator.at(file).withoutFailureDelay();
        try (TestBroker broker = broker(unused -> authenticator);
                TestClient connected = broker.tcpClient(ProtocolVersion.MQTT_5);
                TestClient begun = broker.tcpClient(ProtocolVersion.MQTT_5)) {
            login(connected, new ScramClient("alice", "wonderland"));
            ScramClient scram = new ScramClient("alice", "wonderland");
            String last = scram.last(begin(begun, connect(scram.first())));

            PasswordFile.setPassword(file, "alice", utf8("looking glass"), SCRAM);
            authenticator.reload();

            connected.expectDisconnect(ReasonCode.NOT_AUTHORIZED);
            assertThat(begun.send(proceed(last)).expect(ConnAck.class).reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
            assertThat(login(broker, "alice", "looking glass")).isEqualTo(ReasonCode.SUCCESS);
        }
    }

    @Test
    void doesNotStartWithoutAUserThatCouldLogIn() {
        Path other = directory.resolve("other");
        PasswordFile.setPassword(other, "bob", utf8("builder"), PasswordHasher.pbkdf2(1000));
        assertThatExceptionOfType(AccessFileException.class)
                .isThrownBy(() -> broker(unused -> ScramAuthenticator.at(other)))
                .withMessage(other + ": password file has no user with keys for SCRAM ($scram-sha-256$)");
        assertThatExceptionOfType(AccessFileException.class)
                .isThrownBy(() -> broker(unused -> ScramAuthenticator.at(directory.resolve("none"))));
    }

    @Test
    void oneObjectServesOneBroker() {
        ScramAuthenticator authenticator = ScramAuthenticator.at(file);
        try (TestBroker broker = broker(unused -> authenticator)) {
            assertThat(login(broker, "alice", "wonderland")).isEqualTo(ReasonCode.SUCCESS);
            assertThatThrownBy(() -> broker(unused -> authenticator)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(authenticator::withoutFailureDelay).isInstanceOf(IllegalStateException.class);
        }
    }

    /** Without moving time. */
    private static void awaitTrue(BooleanSupplier so) {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!so.getAsBoolean()) {
            assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }
}
