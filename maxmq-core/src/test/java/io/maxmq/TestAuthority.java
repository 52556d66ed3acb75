package io.maxmq;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Date;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** An authority of one test: issues certificates, valid for 20 years unless said otherwise, and revokes them; writes PEM files. Thread-safe. */
public final class TestAuthority {
    /** Beyond the clock of a {@link TestBroker}, which is ahead of real time. */
    private static final Duration VALID_FOR = Duration.ofDays(20 * 365);

    private static final AtomicLong SERIALS = new AtomicLong(1);
    private static final char[] NO_PASSWORD = new char[0];

    private final Path directory;
    private final KeyPair keys = keyPair("EC");
    private final X509Certificate certificate;
    private final Path file;

    /** A certificate, its key, and the files that they are in. */
    public record Issued(X509Certificate certificate, KeyPair keys, Path certificateFile, Path keyFile) {}

    public TestAuthority(Path directory, String name) {
        this.directory = directory;
        this.certificate = certificate(name, keys, null, Instant.now().plus(VALID_FOR));
        this.file = write(name + ".crt", pem("CERTIFICATE", encoded(certificate)));
    }

    /** PEM file with its own certificate. */
    public Path file() {
        return file;
    }

    /** For 127.0.0.1, localhost and the name; written to NAME.crt and NAME.key, in place of what was there. */
    public Issued issue(String name) {
        return issue(name, "EC");
    }

    /** With a key for EC, RSA or Ed25519. */
    public Issued issue(String name, String algorithm) {
        return issue(name, algorithm, Instant.now().plus(VALID_FOR));
    }

    /** Valid until {@code end}. */
    public Issued issue(String name, Instant end) {
        return issue(name, "EC", end);
    }

    private Issued issue(String name, String algorithm, Instant end) {
        KeyPair subject = keyPair(algorithm);
        X509Certificate issued = certificate(name, subject, certificate, end);
        return new Issued(
                issued,
                subject,
                write(name + ".crt", pem("CERTIFICATE", encoded(issued))),
                write(name + ".key", pem("PRIVATE KEY", subject.getPrivate().getEncoded())));
    }

    /** A list of these and no others, written to {@code name}. */
    public Path revoke(String name, Issued... revoked) {
        return revoke(name, Instant.now().plus(VALID_FOR), revoked);
    }

    /** A list that ends at {@code end}. */
    public Path revoke(String name, Instant end, Issued... revoked) {
        try {
            Instant now = Instant.now();
            JcaX509v2CRLBuilder builder = new JcaX509v2CRLBuilder(certificate, Date.from(now.minusSeconds(60)));
            builder.setNextUpdate(Date.from(end));
            for (Issued each : revoked) {
                builder.addCRLEntry(
                        each.certificate().getSerialNumber(), Date.from(now.minusSeconds(30)), CRLReason.keyCompromise);
            }
            X509CRL list = new JcaX509CRLConverter().getCRL(builder.build(signer()));
            return write(name, pem("X509 CRL", list.getEncoded()));
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new AssertionError(e);
        }
    }

    /** For a client that trusts this authority, and shows a certificate if there is one. */
    public SSLContext client(@Nullable Issued shown) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keyManagers(shown).getKeyManagers(), trustManagers().getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    public TrustManagerFactory trustManagers() {
        try {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry("authority", certificate);
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(trusted);
            return trust;
        } catch (GeneralSecurityException | IOException e) {
            throw new AssertionError(e);
        }
    }

    public KeyManagerFactory keyManagers(@Nullable Issued shown) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            if (shown != null) {
                store.setKeyEntry(
                        "own", shown.keys().getPrivate(), NO_PASSWORD, new Certificate[] {shown.certificate()});
            }
            KeyManagerFactory own = KeyManagerFactory.getInstance("PKIX");
            own.init(store, NO_PASSWORD);
            return own;
        } catch (GeneralSecurityException | IOException e) {
            throw new AssertionError(e);
        }
    }

    /** A block of PEM. */
    public static String pem(String label, byte[] der) {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n";
    }

    private static KeyPair keyPair(String algorithm) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            if (!algorithm.equals("Ed25519")) {
                generator.initialize(algorithm.equals("EC") ? 256 : 2048);
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private X509Certificate certificate(String name, KeyPair subject, @Nullable X509Certificate issuer, Instant end) {
        try {
            Instant now = Instant.now();
            X500Name subjectName = new X500Name("CN=" + name);
            JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    issuer == null
                            ? subjectName
                            : new X500Name(issuer.getSubjectX500Principal().getName()),
                    BigInteger.valueOf(SERIALS.getAndIncrement()),
                    Date.from(now.minus(1, ChronoUnit.HOURS)),
                    Date.from(end),
                    subjectName,
                    subject.getPublic());
            if (issuer == null) {
                builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
                builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            } else {
                builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName[] {
                    new GeneralName(GeneralName.dNSName, name),
                    new GeneralName(GeneralName.dNSName, "localhost"),
                    new GeneralName(GeneralName.iPAddress, "127.0.0.1")
                }));
            }
            return new JcaX509CertificateConverter().getCertificate(builder.build(signer()));
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new AssertionError(e);
        }
    }

    private ContentSigner signer() throws OperatorCreationException {
        return new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** Replaces at once, as one who renews certificates should. */
    private Path write(String name, String content) {
        try {
            Path to = directory.resolve(name);
            Path next = Files.writeString(directory.resolve(name + ".next"), content, StandardCharsets.ISO_8859_1);
            if (name.endsWith(".key")) {
                Files.setPosixFilePermissions(next, PosixFilePermissions.fromString("rw-------"));
            }
            return Files.move(next, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
