package io.maxmq.auth;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.TlsSession;
import io.maxmq.spi.auth.AuthenticationRequest;
import io.maxmq.spi.auth.AuthenticationResult;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERBMPString;
import org.bouncycastle.asn1.DERIA5String;
import org.bouncycastle.asn1.DERPrintableString;
import org.bouncycastle.asn1.DERT61String;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.GeneralName;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class CertificateAuthenticatorTest {
    private static final X509Certificate SENSOR = TestCertificates.of(
            new X500Name("C=DE,O=Acme,CN=sensor-7"),
            new GeneralName(GeneralName.dNSName, "sensor-7.acme.example"),
            new GeneralName(GeneralName.uniformResourceIdentifier, "spiffe://acme.example/sensor-7"),
            new GeneralName(GeneralName.rfc822Name, "sensor-7@acme.example"),
            new GeneralName(GeneralName.iPAddress, "10.0.0.7"));

    private static AuthenticationResult decide(
            CertificateAuthenticator authenticator,
            String clientId,
            @Nullable String user,
            X509Certificate... certificates) {
        ClientInfo client = ClientInfo.builder(
                        clientId, ProtocolVersion.MQTT_5, new InetSocketAddress("127.0.0.1", 1), "tls")
                .username(user)
                .tls(new TlsSession("TLSv1.3", "TLS_AES_256_GCM_SHA384", null, List.of(certificates)))
                .build();
        return authenticator
                .authenticate(new AuthenticationRequest(client, null, List.of()))
                .toCompletableFuture()
                .join();
    }

    private static AuthenticationResult.Allowed allowed(AuthenticationResult result) {
        assertThat(result).isInstanceOf(AuthenticationResult.Allowed.class);
        return (AuthenticationResult.Allowed) result;
    }

    private static void assertDenied(AuthenticationResult result, ReasonCode reason) {
        assertThat(result).isInstanceOf(AuthenticationResult.Denied.class);
        assertThat(((AuthenticationResult.Denied) result).reasonCode()).isEqualTo(reason);
    }

    private static String nameOf(CertificateName name) {
        return switch (name) {
            case COMMON_NAME -> "sensor-7";
            case SUBJECT -> "CN=sensor-7,O=Acme,C=DE";
            case DNS_NAME -> "sensor-7.acme.example";
            case URI -> "spiffe://acme.example/sensor-7";
            case EMAIL -> "sensor-7@acme.example";
        };
    }

    @ParameterizedTest
    @EnumSource(CertificateName.class)
    void aNameOfTheCertificateTakesThePlaceOfWhatConnectSays(CertificateName name) {
        AuthenticationResult.Allowed user =
                allowed(decide(CertificateAuthenticator.usernameFrom(name), "client", "root", SENSOR));
        AuthenticationResult.Allowed client =
                allowed(decide(CertificateAuthenticator.clientIdFrom(name), "client", "root", SENSOR));

        assertThat(user.username()).contains(nameOf(name));
        assertThat(user.clientId()).isEmpty();
        assertThat(client.clientId()).contains(nameOf(name));
        assertThat(client.username()).isEmpty();
        assertThat(client.vouchesForUsername()).isFalse();
        assertThat(user.vouchesForUsername()).isTrue();
        assertThat(user.attributes()).containsEntry(name.attribute(), nameOf(name));
    }

    static List<CertificateAuthenticator> ofBothNames() {
        return List.of(
                CertificateAuthenticator.usernameFrom(CertificateName.COMMON_NAME)
                        .withClientIdFrom(CertificateName.URI),
                CertificateAuthenticator.clientIdFrom(CertificateName.URI)
                        .withUsernameFrom(CertificateName.COMMON_NAME));
    }

    @ParameterizedTest
    @MethodSource("ofBothNames")
    void bothNamesMayComeFromIt(CertificateAuthenticator authenticator) {
        AuthenticationResult.Allowed result = allowed(decide(authenticator, "client", null, SENSOR));

        assertThat(result.username()).contains("sensor-7");
        assertThat(result.clientId()).contains("spiffe://acme.example/sensor-7");
        assertThat(result.attributes())
                .hasSize(7)
                .containsEntry("cert.issuer", "CN=Acme authority")
                .containsEntry("cert.serial", "abcd");
    }

    @Test
    void whoHasNoCertificateIsLeftToTheNext() {
        CertificateAuthenticator authenticator = CertificateAuthenticator.usernameFrom(CertificateName.COMMON_NAME)
                .requireClientId(CertificateName.URI);
        ClientInfo plain = ClientInfo.builder(
                        "client", ProtocolVersion.MQTT_5, new InetSocketAddress("127.0.0.1", 1), "tcp")
                .build();

        assertThat(decide(authenticator, "client", "sensor-7")).isEqualTo(AuthenticationResult.next());
        assertThat(authenticator
                        .authenticate(new AuthenticationRequest(plain, null, List.of()))
                        .toCompletableFuture())
                .isCompletedWithValue(AuthenticationResult.next());
    }

    @Test
    void onlyTheClientsOwnCertificateCounts() {
        X509Certificate authority = TestCertificates.of(new X500Name("CN=authority"));

        AuthenticationResult result = decide(
                CertificateAuthenticator.usernameFrom(CertificateName.COMMON_NAME), "client", null, SENSOR, authority);

        assertThat(allowed(result).username()).contains("sensor-7");
    }

    @Test
    void theClientIdMayHaveToBeTheName() {
        CertificateAuthenticator authenticator = CertificateAuthenticator.usernameFrom(CertificateName.SUBJECT)
                .requireClientId(CertificateName.COMMON_NAME);

        assertThat(allowed(decide(authenticator, "sensor-7", null, SENSOR)).username())
                .contains(nameOf(CertificateName.SUBJECT));
        for (String other : new String[] {"sensor-8", "SENSOR-7", "", "sensor-7 "}) {
            assertDenied(decide(authenticator, other, null, SENSOR), ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
        }
        X509Certificate nameless = TestCertificates.of(new X500Name("O=Acme"));
        assertDenied(decide(authenticator, "", null, nameless), ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
    }

    static ASN1Encodable[] texts() {
        return new ASN1Encodable[] {
            new DERUTF8String("zähler"),
            new DERBMPString("zähler"),
            new DERT61String("zähler"),
            new DERPrintableString("zaehler"),
            new DERIA5String("zaehler"),
            new DERUTF8String("zähler".repeat(40))
        };
    }

    @ParameterizedTest
    @MethodSource("texts")
    void everyKindOfTextIsRead(ASN1Encodable text) {
        X509Certificate certificate = TestCertificates.of(TestCertificates.commonNames(text));

        AuthenticationResult result =
                decide(CertificateAuthenticator.usernameFrom(CertificateName.COMMON_NAME), "client", null, certificate);

        assertThat(allowed(result).username()).contains(text.toString());
    }

    static List<List<ASN1Encodable>> unfit() {
        return List.of(
                List.of(new DERUTF8String("")),
                List.of(new DERUTF8String("  ")),
                List.of(new DERUTF8String("root\0.acme")),
                List.of(new DERUTF8String("a\nb")),
                List.of(new DERUTF8String("+")),
                List.of(new DERUTF8String("a/#")),
                List.of(new DERUTF8String("a\uFFFFb")),
                List.of(new ASN1Integer(7)),
                List.of(new DERUTF8String("a"), new DERUTF8String("b")),
                List.of(new DERUTF8String("a"), new DERUTF8String("a")),
                List.of(new DERUTF8String("a"), new DERUTF8String("")),
                List.of(new DERUTF8String("a"), new DERUTF8String("b\0")),
                List.of(new DERUTF8String("a"), new ASN1Integer(7)),
                List.of());
    }

    @ParameterizedTest
    @MethodSource("unfit")
    void aCommonNameThatIsNoneOrNotTheOnlyOneLetsNobodyIn(List<ASN1Encodable> names) {
        X509Certificate certificate =
                TestCertificates.of(TestCertificates.commonNames(names.toArray(new ASN1Encodable[0])));

        for (String said : new String[] {"a", "root", "root\0.acme", ""}) {
            assertDenied(
                    decide(
                            CertificateAuthenticator.usernameFrom(CertificateName.COMMON_NAME),
                            "client",
                            said,
                            certificate),
                    ReasonCode.NOT_AUTHORIZED);
            assertDenied(
                    decide(CertificateAuthenticator.clientIdFrom(CertificateName.COMMON_NAME), said, null, certificate),
                    ReasonCode.NOT_AUTHORIZED);
        }
        AuthenticationResult bySubject =
                decide(CertificateAuthenticator.usernameFrom(CertificateName.SUBJECT), "client", null, certificate);
        if (bySubject instanceof AuthenticationResult.Allowed allowed) {
            assertThat(allowed.attributes()).doesNotContainKey("cert.cn");
        }
    }

    @Test
    void whatOnlyLooksLikeACommonNameIsNone() {
        X509Certificate certificate = TestCertificates.of(new X500Name("O=a\\,CN\\=root"));

        assertDenied(
                decide(CertificateAuthenticator.usernameFrom(CertificateName.COMMON_NAME), "client", null, certificate),
                ReasonCode.NOT_AUTHORIZED);
    }

    @Test
    void ofSeveralAlternativesTheClientChoosesOne() {
        X509Certificate certificate = TestCertificates.of(
                new X500Name("CN=x"),
                new GeneralName(GeneralName.dNSName, "a.example"),
                new GeneralName(GeneralName.dNSName, "b.example"));
        CertificateAuthenticator user = CertificateAuthenticator.usernameFrom(CertificateName.DNS_NAME);
        CertificateAuthenticator client = CertificateAuthenticator.clientIdFrom(CertificateName.DNS_NAME);

        assertThat(allowed(decide(user, "client", "b.example", certificate)).username())
                .contains("b.example");
        assertThat(allowed(decide(client, "a.example", null, certificate)).clientId())
                .contains("a.example");
        assertThat(allowed(decide(client, "a.example", null, certificate)).attributes())
                .doesNotContainKey("cert.dns");
        assertDenied(decide(user, "a.example", null, certificate), ReasonCode.NOT_AUTHORIZED);
        assertDenied(decide(user, "client", "c.example", certificate), ReasonCode.NOT_AUTHORIZED);
        assertDenied(decide(client, "c.example", "a.example", certificate), ReasonCode.NOT_AUTHORIZED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a+b@acme.example", "a\0@acme.example", "#"})
    void anAlternativeThatIsNotSafeIsNone(String name) {
        X509Certificate certificate =
                TestCertificates.of(new X500Name("CN=x"), new GeneralName(GeneralName.rfc822Name, name));

        assertDenied(
                decide(CertificateAuthenticator.usernameFrom(CertificateName.EMAIL), "client", name, certificate),
                ReasonCode.NOT_AUTHORIZED);
    }
}
