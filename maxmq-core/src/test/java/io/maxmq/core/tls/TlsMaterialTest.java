package io.maxmq.core.tls;

import io.maxmq.TestAuthority;
import io.maxmq.TestAuthority.Issued;
import io.maxmq.config.Tls;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PKCS8Generator;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Supported formats of keys, certificates and revocation lists. */
class TlsMaterialTest {
    @TempDir
    private Path directory;

    private TestAuthority authority;

    @BeforeEach
    void makeAuthority() {
        authority = new TestAuthority(directory, "authority");
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    private static PrivateKey keyOf(Tls tls) throws IOException {
        return TlsMaterial.read(tls).own().key();
    }

    private static BigInteger secretOf(PrivateKey key) {
        return ((java.security.interfaces.ECPrivateKey) key).getS();
    }

    @ParameterizedTest
    @ValueSource(strings = {"EC", "RSA", "Ed25519"})
    void readsPkcs8(String algorithm) throws Exception {
        Issued issued = authority.issue("x", algorithm);

        assertThat(keyOf(Tls.pem(issued.certificateFile(), issued.keyFile())))
                .isEqualTo(issued.keys().getPrivate());
    }

    @Test
    void readsPkcs1() throws Exception {
        Issued issued = authority.issue("x", "RSA");
        byte[] inner = PrivateKeyInfo.getInstance(issued.keys().getPrivate().getEncoded())
                .parsePrivateKey()
                .toASN1Primitive()
                .getEncoded();

        Path key = write("rsa.key", TestAuthority.pem("RSA PRIVATE KEY", inner));

        assertThat(keyOf(Tls.pem(issued.certificateFile(), key)))
                .isEqualTo(issued.keys().getPrivate());
    }

    @Test
    void readsSec1AfterOpenSslParameters() throws Exception {
        Issued issued = authority.issue("x", "EC");
        PrivateKeyInfo info =
                PrivateKeyInfo.getInstance(issued.keys().getPrivate().getEncoded());
        ECPrivateKey named = new ECPrivateKey(
                256,
                ECPrivateKey.getInstance(info.parsePrivateKey()).getKey(),
                info.getPrivateKeyAlgorithm().getParameters());

        Path key = write(
                "ec.key",
                TestAuthority.pem(
                                "EC PARAMETERS",
                                info.getPrivateKeyAlgorithm()
                                        .getParameters()
                                        .toASN1Primitive()
                                        .getEncoded())
                        + TestAuthority.pem("EC PRIVATE KEY", named.getEncoded()));

        assertThat(secretOf(keyOf(Tls.pem(issued.certificateFile(), key))))
                .isEqualTo(secretOf(issued.keys().getPrivate()));
        Path damaged = write("cut.key", TestAuthority.pem("EC PRIVATE KEY", new byte[] {0x30, 0x20, 0x02}));
        assertThatThrownBy(() -> keyOf(Tls.pem(issued.certificateFile(), damaged)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cut.key");
    }

    @Test
    void readsAnEncryptedKeyOnlyWithItsPassword() throws Exception {
        Issued issued = authority.issue("x", "EC");
        byte[] encrypted = new JcaPKCS8Generator(
                        issued.keys().getPrivate(),
                        new JceOpenSSLPKCS8EncryptorBuilder(PKCS8Generator.AES_256_CBC)
                                .setProvider(new BouncyCastleProvider())
                                .setPassword("right".toCharArray())
                                .setPRF(PKCS8Generator.PRF_HMACSHA256)
                                .build())
                .generate()
                .getContent();
        Path key = write("encrypted.key", TestAuthority.pem("ENCRYPTED PRIVATE KEY", encrypted));

        assertThat(keyOf(Tls.pem(issued.certificateFile(), key, "right")))
                .isEqualTo(issued.keys().getPrivate());
        assertThatThrownBy(() -> keyOf(Tls.pem(issued.certificateFile(), key, "wrong")))
                .isInstanceOf(IOException.class)
                .hasMessage(key + " has an encrypted key that cannot be decrypted with this password");
        assertThatThrownBy(() -> keyOf(Tls.pem(issued.certificateFile(), key)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no password");
    }

    @Test
    void readsPkcs12WithItsChain() throws Exception {
        Issued issued = authority.issue("x");
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        char[] password = "secret".toCharArray();
        Certificate authorityCertificate =
                PemFile.read(authority.file()).certificates().get(0);
        store.setKeyEntry(
                "x", issued.keys().getPrivate(), password, new Certificate[] {issued.certificate(), authorityCertificate
                });
        Path file = directory.resolve("x.p12");
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, password);
        }

        TlsMaterial read = TlsMaterial.read(Tls.pkcs12(file, "secret"));

        assertThat(read.own().key()).isEqualTo(issued.keys().getPrivate());
        assertThat(read.own().chain()).isEqualTo(List.of(issued.certificate(), authorityCertificate));
        assertThatThrownBy(() -> TlsMaterial.read(Tls.pkcs12(file, "wrong")))
                .isInstanceOf(IOException.class)
                .hasMessage(file + " cannot be opened as a PKCS#12 file with this password");
        assertThat(Tls.pkcs12(file, "secret").toString()).doesNotContain("secret");
    }

    @Test
    void readsKeyAndChainFromOneFileWithOtherText() throws Exception {
        Issued issued = authority.issue("x");
        Path both = write(
                "both.pem",
                "subject=x\n" + Files.readString(issued.certificateFile()) + "\n\nthe authority:\n"
                        + Files.readString(authority.file()).replace("\n", "\r\n")
                        + Files.readString(issued.keyFile()));

        TlsMaterial read = TlsMaterial.read(Tls.pem(both, both));

        assertThat(read.own().key()).isEqualTo(issued.keys().getPrivate());
        assertThat(read.own().chain()).hasSize(2);
    }

    @Test
    void errorDescribesTheDamageOfAFile() throws Exception {
        Issued issued = authority.issue("x");
        String good = Files.readString(issued.certificateFile());

        assertThatThrownBy(() -> PemFile.read(write("cut.crt", good.substring(0, good.length() / 2))))
                .isInstanceOf(IOException.class)
                .hasMessageEndingWith("cut.crt is truncated within CERTIFICATE");
        assertThatThrownBy(() -> PemFile.read(write("bad.crt", good.replace("A", "*"))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("bad.crt is damaged");
        Path empty = write("empty.crt", TestAuthority.pem("CERTIFICATE", new byte[3]));
        assertThatThrownBy(() -> PemFile.read(empty).certificates())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("empty.crt has a damaged certificate");
        assertThatThrownBy(() -> PemFile.read(empty).revocationLists())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("empty.crt has no revocation list");
    }
}
