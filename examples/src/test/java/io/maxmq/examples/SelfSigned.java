package io.maxmq.examples;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A key and a certificate that vouches for itself, valid for a day, made by the JDK's keytool.
 *
 * @param certificate PEM file
 * @param key PEM file
 * @param trusting for clients that trust it
 */
record SelfSigned(Path certificate, Path key, SSLContext trusting) {
    private static final String PASSWORD = "changeit";

    static SelfSigned in(Path directory) throws Exception {
        Path file = directory.resolve("self.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "self",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost,ip:127.0.0.1",
                        "-validity",
                        "1",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        PASSWORD,
                        "-keystore",
                        file.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("keytool.log").toFile())
                .start();
        assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(keytool.exitValue()).isZero();

        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD.toCharArray());
        }
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("self", store.getCertificate("self"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return new SelfSigned(
                pem(
                        directory.resolve("self.crt"),
                        "CERTIFICATE",
                        store.getCertificate("self").getEncoded()),
                pem(
                        directory.resolve("self.key"),
                        "PRIVATE KEY",
                        store.getKey("self", PASSWORD.toCharArray()).getEncoded()),
                context);
    }

    private static Path pem(Path to, String label, byte[] der) throws Exception {
        String base64 = Base64.getMimeEncoder().encodeToString(der);
        Files.writeString(to, "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n");
        return Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("rw-------"));
    }
}
