package io.maxmq.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.maxmq.RecordedLogs;
import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.RequestedSubscription;
import io.maxmq.codec.packet.SubAck;
import io.maxmq.codec.packet.Subscribe;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.FileWatch;
import io.maxmq.spi.event.BrokerEvent.ClientConnected;
import io.maxmq.spi.event.BrokerEvent.PluginFailed;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class JwtAuthenticatorTest {
    private static final byte[] SECRET =
            "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    /** Of a fetch, for a machine that is busy. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    // making keys takes long
    private static RSAKey rsa;
    private static RSAKey otherRsa;
    private static ECKey ec;

    @TempDir
    Path directory;

    private Path file;

    @BeforeAll
    static void makeKeys() throws JOSEException {
        rsa = new RSAKeyGenerator(2048).keyID("rsa").generate();
        otherRsa = new RSAKeyGenerator(2048).keyID("other").generate();
        ec = new ECKeyGenerator(Curve.P_256).keyID("ec").generate();
    }

    @BeforeEach
    void publicKeysInAFile() throws IOException {
        file = directory.resolve("keys.json");
        Files.writeString(file, keySet(rsa, ec));
    }

    private static String keySet(JWK... keys) {
        return new JWKSet(List.of(keys)).toString();
    }

    private static String pem(String kind, Key key) {
        return "-----BEGIN " + kind + "-----\n"
                + Base64.getMimeEncoder().encodeToString(key.getEncoded())
                + "\n-----END " + kind + "-----\n";
    }

    // ---- tokens

    private static JWTClaimsSet.Builder claims(TestBroker broker) {
        return new JWTClaimsSet.Builder()
                .subject("alice")
                .expirationTime(new Date(broker.clock().epochMillis() + 60_000));
    }

    private static String signed(JWSAlgorithm algorithm, @Nullable String kid, JWSSigner signer, JWTClaimsSet claims) {
        try {
            SignedJWT token =
                    new SignedJWT(new JWSHeader.Builder(algorithm).keyID(kid).build(), claims);
            token.sign(signer);
            return token.serialize();
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
    }

    private static String byRsa(JWTClaimsSet claims) {
        return byRsa(rsa, claims);
    }

    private static String byRsa(RSAKey key, JWTClaimsSet claims) {
        try {
            return signed(JWSAlgorithm.RS256, key.getKeyID(), new RSASSASigner(key), claims);
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
    }

    // ---- brokers and clients

    private static TestBroker broker(JwtAuthenticator jwt) {
        return TestBroker.closed(builder -> builder.authenticator(jwt).authorizer(jwt.authorizer()));
    }

    private TestBroker broker(UnaryOperator<JwtAuthenticator> settings) {
        return broker(settings.apply(JwtAuthenticator.keys(file)));
    }

    private TestBroker broker() {
        return broker(UnaryOperator.identity());
    }

    private static Connect connect(ProtocolVersion version, String clientId, @Nullable String password) {
        return new Connect(
                version,
                false,
                true,
                0,
                Properties.NONE,
                clientId,
                null,
                "ignored",
                password == null ? null : ByteBuffer.wrap(password.getBytes(StandardCharsets.UTF_8)));
    }

    private static ConnAck login(TestBroker broker, String token) {
        try (TestClient client = broker.client(ProtocolVersion.MQTT_5)) {
            return client.send(connect(ProtocolVersion.MQTT_5, "client", token)).expect(ConnAck.class);
        }
    }

    private static void assertIn(TestBroker broker, String token) {
        assertThat(login(broker, token).reason()).isEqualTo(ReasonCode.SUCCESS);
    }

    private static void assertOut(TestBroker broker, String token, String why) {
        ConnAck refusal = login(broker, token);
        assertThat(refusal.reason()).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
        assertThat(refusal.properties().string(PropertyId.REASON_STRING)).isEqualTo("the token " + why);
    }

    private static TestClient connected(TestBroker broker, String token) {
        TestClient client = broker.client(ProtocolVersion.MQTT_5);
        client.connect(connect(ProtocolVersion.MQTT_5, "client", token));
        return client;
    }

    // ---- signatures

    @Test
    void hidesUserInfoOfTheUrlInErrors() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JwtAuthenticator.keys(URI.create("ftp://user:secret@host/jwks.json")))
                .withMessageContaining("ftp://host/jwks.json")
                .withMessageNotContaining("secret");
    }

    @Test
    void aTokenThatIsSignedByAKnownKeyLetsItsOwnerIn() throws JOSEException {
        try (TestBroker broker = broker()) {
            JWTClaimsSet claims = claims(broker).build();
            for (JWSAlgorithm each : new JWSAlgorithm[] {
                JWSAlgorithm.RS256,
                JWSAlgorithm.RS384,
                JWSAlgorithm.RS512,
                JWSAlgorithm.PS256,
                JWSAlgorithm.PS384,
                JWSAlgorithm.PS512
            }) {
                assertIn(broker, signed(each, "rsa", new RSASSASigner(rsa), claims));
            }
            assertIn(broker, signed(JWSAlgorithm.ES256, "ec", new ECDSASigner(ec), claims));
            assertIn(broker, signed(JWSAlgorithm.ES256, null, new ECDSASigner(ec), claims));
            assertThat(broker.events().await(ClientConnected.class).client().username())
                    .contains("alice");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void keysMayBePem(boolean certificate) throws Exception {
        Files.writeString(
                file,
                "for tokens\n" + pem("PUBLIC KEY", rsa.toRSAPublicKey()) + pem("PUBLIC KEY", ec.toECPublicKey())
                        + (certificate
                                ? "-----BEGIN CERTIFICATE-----\n"
                                        + Base64.getMimeEncoder()
                                                .encodeToString(TestCertificates.of(TestCertificates.commonNames())
                                                        .getEncoded())
                                        + "\n-----END CERTIFICATE-----\n"
                                : ""));
        try (TestBroker broker = broker()) {
            JWTClaimsSet claims = claims(broker).build();
            assertIn(broker, byRsa(claims));
            assertIn(broker, signed(JWSAlgorithm.ES256, "any", new ECDSASigner(ec), claims));
            assertOut(broker, byRsa(otherRsa, claims), "is signed by nobody that is known");
        }
    }

    @Test
    void aSecretMayBeShared() throws JOSEException {
        try (TestBroker broker = broker(JwtAuthenticator.secret(SECRET))) {
            JWTClaimsSet claims = claims(broker).build();
            for (JWSAlgorithm each : new JWSAlgorithm[] {JWSAlgorithm.HS256, JWSAlgorithm.HS384, JWSAlgorithm.HS512}) {
                assertIn(broker, signed(each, null, new MACSigner(SECRET), claims));
            }
            byte[] other = SECRET.clone();
            other[63]++;
            assertOut(
                    broker,
                    signed(JWSAlgorithm.HS256, null, new MACSigner(other), claims),
                    "is signed by nobody that is known");
            assertThat(login(broker, byRsa(claims)).reason()).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
        }
    }

    @Test
    void aPublicKeyIsNoSecret() throws Exception {
        Files.writeString(file, pem("PUBLIC KEY", rsa.toRSAPublicKey()));
        try (TestBroker broker = broker()) {
            JWTClaimsSet claims = claims(broker).build();
            for (byte[] known :
                    List.of(Files.readAllBytes(file), rsa.toRSAPublicKey().getEncoded())) {
                ConnAck refusal = login(broker, signed(JWSAlgorithm.HS256, null, new MACSigner(known), claims));
                assertThat(refusal.reason()).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
            }
        }
    }

    @Test
    void aTokenThatIsNotSignedIsNone() {
        try (TestBroker broker = broker()) {
            String payload = byRsa(claims(broker).build()).split("\\.")[1];
            String none = Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString("{\"alg\":\"none\"}".getBytes(StandardCharsets.UTF_8));

            assertOut(broker, none + "." + payload + ".", "is no signed token");
            assertOut(broker, none + "." + payload + ".AAAA", "is no signed token");
        }
    }

    @Test
    void aTokenThatWasChangedIsNone() {
        try (TestBroker broker = broker()) {
            String[] parts = byRsa(claims(broker).build()).split("\\.");
            String root =
                    byRsa(otherRsa, claims(broker).subject("root").build()).split("\\.")[1];

            assertOut(broker, parts[0] + "." + root + "." + parts[2], "is signed by nobody that is known");
            assertOut(broker, parts[0] + "." + parts[1] + ".", "is no signed token");
            assertOut(broker, "e." + parts[1] + "." + parts[2], "is no signed token");
            assertOut(broker, parts[0] + "." + "A".repeat(20_000) + "." + parts[2], "is longer than 16384 bytes");
        }
    }

    @Test
    void algorithmsAreThoseThatAreAllowed() throws JOSEException {
        try (TestBroker broker = broker(jwt -> jwt.algorithms("RS256"))) {
            JWTClaimsSet claims = claims(broker).build();
            assertIn(broker, byRsa(claims));
            ConnAck refusal = login(broker, signed(JWSAlgorithm.ES256, "ec", new ECDSASigner(ec), claims));
            assertThat(refusal.reason()).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JwtAuthenticator.keys(file).algorithms("HS256"))
                .withMessageContaining("algorithm=HS256");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JwtAuthenticator.keys(file).algorithms("none"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JwtAuthenticator.keys(file).algorithms());
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> JwtAuthenticator.secret(Arrays.copyOf(SECRET, 47)).algorithms("HS384"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JwtAuthenticator.secret(Arrays.copyOf(SECRET, 31)))
                .withMessageContaining("length=31");
    }

    // ---- claims

    @Test
    void aTokenHasItsTime() {
        try (TestBroker broker = broker()) {
            long now = broker.clock().epochMillis();
            assertIn(
                    broker,
                    byRsa(claims(broker).expirationTime(new Date(now - 29_000)).build()));
            assertOut(
                    broker,
                    byRsa(claims(broker).expirationTime(new Date(now - 30_000)).build()),
                    "has expired");
            assertIn(
                    broker,
                    byRsa(claims(broker).notBeforeTime(new Date(now + 30_000)).build()));
            assertOut(
                    broker,
                    byRsa(claims(broker).notBeforeTime(new Date(now + 31_000)).build()),
                    "is not valid yet");
            String outOfRange = "has a time out of range, which is the years 1970 to 9999: ";
            assertOut(
                    broker, byRsa(claims(broker).claim("nbf", 300_000_000_000L).build()), outOfRange + "nbf");
            assertOut(broker, byRsa(claims(broker).claim("exp", 1e300).build()), outOfRange + "exp");
            assertOut(broker, byRsa(claims(broker).claim("iat", -1).build()), outOfRange + "iat");
            assertOut(broker, byRsa(claims(broker).expirationTime(null).build()), "has no exp");
            assertOut(
                    broker,
                    byRsa(claims(broker).claim("exp", "tomorrow").build()),
                    "has a time that is no number: exp");
        }
        try (TestBroker broker = broker(JwtAuthenticator::withoutExpiry)) {
            assertIn(broker, byRsa(claims(broker).expirationTime(null).build()));
        }
    }

    @Test
    void theConnectionEndsWithTheToken() {
        try (TestBroker broker = broker(jwt -> jwt.clockSkew(Duration.ZERO))) {
            TestClient client = connected(broker, byRsa(claims(broker).build()));
            broker.clock().advance(Duration.ofSeconds(59));
            client.ping();

            broker.clock().advance(Duration.ofSeconds(1));

            client.expectDisconnect(ReasonCode.MAXIMUM_CONNECT_TIME);
        }
    }

    @Test
    void aTokenMustBeMeantForThisBroker() {
        try (TestBroker broker = broker(jwt -> jwt.issuer("https://id.example")
                .audience("mqtt")
                .audience("iot")
                .requireClaim("scope", "connect")
                .requireClaim("level", "7"))) {
            JWTClaimsSet right = claims(broker)
                    .issuer("https://id.example")
                    .audience(List.of("web", "iot"))
                    .claim("scope", List.of("read", "connect"))
                    .claim("level", 7)
                    .build();

            assertIn(broker, byRsa(right));
            assertOut(
                    broker,
                    byRsa(new JWTClaimsSet.Builder(right)
                            .issuer("https://id.example/")
                            .build()),
                    "is of another issuer");
            assertOut(
                    broker,
                    byRsa(new JWTClaimsSet.Builder(right).audience("web").build()),
                    "is for another audience");
            assertOut(
                    broker,
                    byRsa(new JWTClaimsSet.Builder(right)
                            .audience((String) null)
                            .build()),
                    "is for another audience");
            assertOut(
                    broker,
                    byRsa(new JWTClaimsSet.Builder(right)
                            .claim("scope", "connected")
                            .build()),
                    "has not the scope that it must have");
            assertOut(
                    broker,
                    byRsa(new JWTClaimsSet.Builder(right).claim("level", null).build()),
                    "has not the level that it must have");
        }
    }

    @Test
    void claimsSayWhoTheClientIs() {
        try (TestBroker broker = broker(jwt -> jwt.usernameFrom("email")
                .clientIdFrom("device")
                .tenantFrom("org")
                .attributeFrom("role")
                .attributeFrom("wild"))) {
            JWTClaimsSet right = claims(broker)
                    .claim("email", "alice@example")
                    .claim("device", "sensor-7")
                    .claim("org", "acme")
                    .claim("role", "reader")
                    .claim("wild", "#")
                    .build();

            ConnAck answer = login(broker, byRsa(right));

            assertThat(answer.properties().string(PropertyId.ASSIGNED_CLIENT_IDENTIFIER))
                    .isEqualTo("sensor-7");
            ClientInfo client = broker.events().await(ClientConnected.class).client();
            assertThat(client.username()).contains("alice@example");
            assertThat(client.tenant().name()).isEqualTo("acme");
            assertThat(client.attributes()).isEqualTo(Map.of("jwt.role", "reader"));
            assertOut(
                    broker,
                    byRsa(new JWTClaimsSet.Builder(right).claim("email", null).build()),
                    "has no email that could be a name");
            assertOut(
                    broker,
                    byRsa(new JWTClaimsSet.Builder(right).claim("device", 7).build()),
                    "has no device that could be a name");
            assertOut(
                    broker,
                    byRsa(new JWTClaimsSet.Builder(right).claim("email", "a\0").build()),
                    "has no email that could be a name");
            assertThat(login(
                                    broker,
                                    byRsa(new JWTClaimsSet.Builder(right)
                                            .claim("org", "a/b")
                                            .build()))
                            .reason())
                    .isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
        }
    }

    @Test
    void theClientIdMayHaveToBeAClaim() {
        try (TestBroker broker = broker(jwt -> jwt.requireClientId("device"))) {
            assertIn(broker, byRsa(claims(broker).claim("device", "client").build()));
            assertThat(login(
                                    broker,
                                    byRsa(claims(broker)
                                            .claim("device", "other")
                                            .build()))
                            .reason())
                    .isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
        }
    }

    @Test
    void aTokenMaySayWhatItsOwnerMayDo() {
        try (TestBroker broker = broker(jwt -> jwt.aclFrom("acl"))) {
            TestClient client = connected(
                    broker,
                    byRsa(claims(broker)
                            .claim("acl", Map.of("pub", List.of("a/+"), "sub", List.of("a/#"), "all", List.of("b")))
                            .build()));

            assertThat(client.publish("a/x", "1", QoS.AT_LEAST_ONCE).isError()).isFalse();
            assertThat(client.publish("b", "1", QoS.AT_LEAST_ONCE).isError()).isFalse();
            assertThat(client.publish("a/x/y", "1", QoS.AT_LEAST_ONCE)).isEqualTo(ReasonCode.NOT_AUTHORIZED);
            assertThat(client.subscribe("a/+/c", QoS.AT_LEAST_ONCE).reasons())
                    .containsExactly(ReasonCode.GRANTED_QOS_1);
            assertThat(client.subscribe("$share/g/b", QoS.AT_LEAST_ONCE).reasons())
                    .containsExactly(ReasonCode.GRANTED_QOS_1);
            for (String filter : new String[] {"#", "+/x", "c", "$share/g/#"}) {
                Subscribe subscribe = new Subscribe(
                        100, Properties.NONE, List.of(RequestedSubscription.of(filter, QoS.AT_LEAST_ONCE)));
                assertThat(client.send(subscribe).expect(SubAck.class).reasons())
                        .as(filter)
                        .containsExactly(ReasonCode.NOT_AUTHORIZED);
            }
            assertOut(
                    broker,
                    byRsa(claims(broker)
                            .claim("acl", Map.of("pub", List.of("a/#/b")))
                            .build()),
                    "has an access list with what is no topic filter");
            assertOut(
                    broker, byRsa(claims(broker).claim("acl", "all").build()), "has an access list that is no object");
            TestClient nothing = connected(
                    broker, byRsa(claims(broker).claim("acl", Map.of()).build()));
            assertThat(nothing.publish("a/x", "1", QoS.AT_LEAST_ONCE)).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        }
    }

    // ---- the chain

    @Test
    void whatIsNoTokenIsLeftToTheNext() {
        Path passwords = directory.resolve("passwd");
        PasswordFile.setPassword(
                passwords, "ignored", "wonder.land.x".getBytes(StandardCharsets.UTF_8), PasswordHasher.pbkdf2(1000));
        try (TestBroker broker = TestBroker.closed(builder ->
                builder.authenticator(JwtAuthenticator.keys(file)).authenticator(PasswordFile.at(passwords)))) {
            assertIn(broker, "wonder.land.x");
            assertIn(broker, byRsa(claims(broker).build()));
            TestClient client = broker.client(ProtocolVersion.MQTT_3_1_1);
            assertThat(client.send(connect(ProtocolVersion.MQTT_3_1_1, "client", null))
                            .expect(ConnAck.class)
                            .reason())
                    .isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
        }
    }

    // ---- keys

    @Test
    void aChangedFileIsSeenAndABrokenOneIsReported() throws IOException {
        try (TestBroker broker = broker()) {
            String token = byRsa(otherRsa, claims(broker).build());
            assertOut(broker, token, "is signed by nobody that is known");

            Files.writeString(file, keySet(otherRsa));
            eventually(broker, () -> login(broker, token).reason() == ReasonCode.SUCCESS);
            Files.writeString(file, "{}");
            eventually(broker, () -> !broker.events().of(PluginFailed.class).isEmpty());

            assertThat(login(broker, byRsa(otherRsa, claims(broker).build())).reason())
                    .isEqualTo(ReasonCode.SUCCESS);
        }
    }

    @Test
    void doesNotStartWithKeysThatAreOfNoUse() throws Exception {
        assertRefused("key file is not there", null);
        assertRefused("key file is neither a JSON Web Key Set nor PEM", "keys");
        assertRefused("key file has no key for signatures by RSA or on an elliptic curve", "{\"keys\":[]}");
        assertRefused(
                "key file has no key for signatures by RSA or on an elliptic curve: key weak: RSA key has 1024 bits, less"
                        + " than 2048",
                keySet(new RSAKeyGenerator(1024, true).keyID("weak").generate()));
        assertRefused(
                "key file has a PRIVATE KEY; only PUBLIC KEY and CERTIFICATE are of use here",
                pem("PRIVATE KEY", rsa.toRSAPrivateKey()));
    }

    @Test
    void skipsUnusableKeysOfASetWithAWarning() throws Exception {
        RSAKey weak = new RSAKeyGenerator(1024, true).keyID("weak\nkey").generate();
        String broken = "{\"kty\":\"EC\",\"kid\":\"broken\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"},"
                + "{\"kty\":\"future\",\"kid\":\"unknown\"},";
        Files.writeString(file, keySet(weak, rsa).replace("[", "[" + broken));

        try (RecordedLogs.Watch log = RecordedLogs.watch("skips-weak-keys");
                TestBroker broker = TestBroker.closed(
                        builder -> builder.name("skips-weak-keys").authenticator(JwtAuthenticator.keys(file)))) {
            assertIn(broker, byRsa(claims(broker).build()));

            assertThat(log.warnings())
                    .singleElement()
                    .asString()
                    .contains(
                            "2 keys of tokens in " + file + " were skipped",
                            "key broken: ",
                            "key weak\\nkey: RSA key has 1024")
                    .doesNotContain("unknown");
        }
    }

    private void assertRefused(String why, @Nullable String content) throws IOException {
        Files.deleteIfExists(file);
        if (content != null) {
            Files.writeString(file, content);
        }
        assertThatExceptionOfType(AccessFileException.class)
                .isThrownBy(this::broker)
                .withMessage(file + ": " + why);
    }

    @Test
    void publishedKeysAreFetchedAgainWhenATokenNamesAnother() {
        try (TestHttpServer server = new TestHttpServer(request -> TestHttpServer.Response.json(keySet(rsa)));
                TestBroker broker = broker(JwtAuthenticator.keys(server.url("/keys"), PATIENCE))) {
            assertIn(broker, byRsa(claims(broker).build()));
            server.answer(request -> TestHttpServer.Response.json(keySet(rsa, otherRsa)));
            String other = byRsa(otherRsa, claims(broker).build());

            for (int i = 0; i < 3; i++) {
                assertOut(broker, other, "is signed by nobody that is known");
            }
            assertThat(server.requests()).as("not more often than allowed").hasSize(1);
            broker.clock().advance(TokenKeyUrl.PAUSE);
            assertIn(broker, other);
            assertIn(broker, byRsa(claims(broker).build()));
            assertThat(server.requests()).hasSize(2);
            assertThat(server.requests().get(0).head()).startsWith("GET /keys HTTP/1.1");
        }
    }

    @Test
    void withoutKeysNobodyIsLetInUntilThereAreSome() {
        try (TestHttpServer server = new TestHttpServer(request -> TestHttpServer.Response.json(503, keySet(rsa)));
                TestBroker broker = broker(JwtAuthenticator.keys(server.url("/keys"), PATIENCE))) {
            assertThat(login(broker, byRsa(claims(broker).build())).reason()).isEqualTo(ReasonCode.SERVER_UNAVAILABLE);
            server.answer(request ->
                    new TestHttpServer.Response(302, "Location: " + server.url("/elsewhere") + "\r\n", new byte[0]));
            broker.clock().advance(TokenKeyUrl.PAUSE);
            assertThat(login(broker, byRsa(claims(broker).build())).reason()).isEqualTo(ReasonCode.SERVER_UNAVAILABLE);
            server.answer(request -> TestHttpServer.Response.json(keySet(rsa) + " ".repeat(2_000_000)));
            broker.clock().advance(TokenKeyUrl.PAUSE);
            assertThat(login(broker, byRsa(claims(broker).build())).reason()).isEqualTo(ReasonCode.SERVER_UNAVAILABLE);

            server.answer(request -> TestHttpServer.Response.json(keySet(rsa)));
            broker.clock().advance(TokenKeyUrl.PAUSE);
            assertIn(broker, byRsa(claims(broker).build()));
            server.answer(request -> TestHttpServer.Response.json(500, ""));
            broker.clock().advance(Duration.ofMinutes(10));
            assertIn(broker, byRsa(claims(broker).build()));
        }
    }

    @Test
    void anAnswerThatNeverEndsItsHeadIsCutOff() throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                TestBroker broker = broker(JwtAuthenticator.keys(
                        URI.create("http://127.0.0.1:" + server.getLocalPort() + "/keys"), PATIENCE))) {
            Thread endless = new Thread(() -> {
                try (Socket socket = server.accept()) {
                    OutputStream head = socket.getOutputStream();
                    head.write("HTTP/1.1 200 OK\r\n".getBytes(StandardCharsets.US_ASCII));
                    while (true) {
                        head.write("X: y\r\n".getBytes(StandardCharsets.US_ASCII));
                        head.flush();
                        TimeUnit.MILLISECONDS.sleep(10);
                    }
                } catch (IOException | InterruptedException e) {
                    gone.countDown();
                }
            });
            endless.setDaemon(true);
            endless.start();

            boolean isGone = false;
            for (int i = 0; i < 300 && !isGone; i++) { // it may not have begun yet
                broker.clock().advance(PATIENCE);
                isGone = gone.await(100, TimeUnit.MILLISECONDS);
            }

            assertThat(isGone).isTrue();
        }
    }

    @Test
    void theUrlMustBeOne() {
        for (String wrong : new String[] {"file:///etc/passwd", "keys.json", "ftp://host/x"}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> JwtAuthenticator.keys(java.net.URI.create(wrong)))
                    .withMessageContaining(wrong);
        }
    }

    @Test
    void oneObjectServesOneBroker() {
        JwtAuthenticator jwt = JwtAuthenticator.secret(SECRET);
        try (TestBroker broker = broker(jwt)) {
            assertThat(broker.broker().name()).isNotEmpty();
            assertThatThrownBy(() -> broker(jwt)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> jwt.issuer("x")).isInstanceOf(IllegalStateException.class);
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
}
