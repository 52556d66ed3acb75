package io.maxmq.benchmarks.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;

/** A key on the curve P-256 and a certificate that it has signed itself, as files that every broker reads. Stateless. */
final class Certificate {
    private static final String PASSWORD = "benchmark";
    private static final String ALIAS = "broker";

    private Certificate() {}

    static Path chainIn(Path directory) {
        return directory.resolve("certificate.pem");
    }

    static Path keyIn(Path directory) {
        return directory.resolve("key.pem");
    }

    /** Makes the files, unless they are there. */
    static void make(Path directory) throws IOException, InterruptedException {
        if (Files.exists(keyIn(directory))) {
            return;
        }
        Path store = directory.resolve("broker.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        ALIAS,
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-dname",
                        "CN=localhost",
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        PASSWORD)
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (keytool.waitFor() != 0) {
            throw new IOException("keytool: " + said.strip());
        }
        try (InputStream in = Files.newInputStream(store)) {
            KeyStore read = KeyStore.getInstance("PKCS12");
            read.load(in, PASSWORD.toCharArray());
            write(chainIn(directory), "CERTIFICATE", read.getCertificate(ALIAS).getEncoded());
            write(
                    keyIn(directory),
                    "PRIVATE KEY",
                    read.getKey(ALIAS, PASSWORD.toCharArray()).getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IOException("no certificate: " + e.getMessage(), e);
        }
    }

    private static void write(Path file, String what, byte[] der) throws IOException {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        Files.writeString(file, "-----BEGIN " + what + "-----\n" + base64 + "\n-----END " + what + "-----\n");
    }
}
