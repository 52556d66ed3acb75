package io.maxmq.core.tls;

import io.maxmq.config.Tls;
import io.maxmq.config.Tls.PemKey;
import io.maxmq.config.Tls.Pkcs12Key;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertStore;
import java.security.cert.Certificate;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.X509CRL;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Content of the files of a {@link Tls}, read and checked: the key matches the certificate, and authorities are present
 * if clients need certificates. Immutable.
 *
 * @param own the broker's key and certificates
 * @param named keys used instead, by requested host name
 * @param clientTrust verifies client certificates and their revocation; null if clients need no certificate
 * @param revocations of client certificates
 * @param validities of all certificates and revocation lists
 */
public record TlsMaterial(
        Pair own,
        Map<String, Pair> named,
        @Nullable TrustManagerFactory clientTrust,
        Revocations revocations,
        Set<Validity> validities) {

    /**
     * A key and its certificate chain.
     *
     * @param chain the certificate of {@code key} first
     */
    public record Pair(PrivateKey key, List<X509Certificate> chain) {}

    private static final byte[] PROBE = {'p', 'r', 'o', 'b', 'e'};

    /**
     * Reads the files.
     *
     * @throws IOException if a file is unreadable or unusable; one line with the name of the file
     */
    public static TlsMaterial read(Tls tls) throws IOException {
        Set<Validity> validities = new LinkedHashSet<>();
        Pair own = pair(tls.key(), validities);
        Map<String, Pair> named = new HashMap<>();
        for (Map.Entry<String, Tls.Key> each : tls.namedKeys().entrySet()) {
            named.put(each.getKey(), pair(each.getValue(), validities));
        }
        List<X509CRL> revoked = new ArrayList<>();
        for (Path file : tls.revocationLists()) {
            for (X509CRL each : PemFile.read(file).revocationLists()) {
                revoked.add(each);
                Validity validity = Validity.of(each, file);
                if (validity != null) {
                    validities.add(validity);
                }
            }
        }
        Path authorities = tls.clientAuthorities();
        TrustManagerFactory trust = null;
        if (authorities != null) {
            List<X509Certificate> trusted = PemFile.read(authorities).certificates();
            trusted.forEach(each -> validities.add(Validity.ofAuthority(each, authorities)));
            trust = trust(authorities, trusted, revoked);
        }
        return new TlsMaterial(
                own, Map.copyOf(named), trust, new Revocations(revoked), Collections.unmodifiableSet(validities));
    }

    private static Pair pair(Tls.Key from, Set<Validity> validities) throws IOException {
        Pair pair = pair(from);
        Path file = from instanceof PemKey pem ? pem.certificates() : ((Pkcs12Key) from).file();
        pair.chain().forEach(each -> validities.add(Validity.ofOwn(each, file)));
        return pair;
    }

    private static Pair pair(Tls.Key from) throws IOException {
        PrivateKey key;
        List<X509Certificate> chain;
        if (from instanceof PemKey pem) {
            chain = PemFile.read(pem.certificates()).certificates();
            key = PemFile.read(pem.key()).privateKey(pem.password());
            requirePair(key, chain.get(0), pem.key() + " does not match the certificate in " + pem.certificates());
        } else if (from instanceof Pkcs12Key store) {
            KeyStore.PrivateKeyEntry entry = onlyKey(store);
            key = entry.getPrivateKey();
            chain = new ArrayList<>();
            for (Certificate each : entry.getCertificateChain()) {
                chain.add((X509Certificate) each);
            }
            requirePair(key, chain.get(0), "the key in " + store.file() + " does not match its certificate");
        } else {
            throw new IllegalArgumentException("unknown kind of key: " + from);
        }
        return new Pair(key, List.copyOf(chain));
    }

    private static KeyStore.PrivateKeyEntry onlyKey(Pkcs12Key from) throws IOException {
        char[] password = from.password().toCharArray();
        byte[] content = PemFile.bytes(from.file());
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(new ByteArrayInputStream(content), password);
            KeyStore.PrivateKeyEntry only = null;
            for (String alias : Collections.list(store.aliases())) {
                if (store.entryInstanceOf(alias, KeyStore.PrivateKeyEntry.class)) {
                    if (only != null) {
                        throw new IOException(from.file() + " has more than one key");
                    }
                    only = (KeyStore.PrivateKeyEntry) store.getEntry(alias, new KeyStore.PasswordProtection(password));
                }
            }
            if (only == null) {
                throw new IOException(from.file() + " has no key");
            }
            return only;
        } catch (GeneralSecurityException e) {
            throw new IOException(from.file() + " has an unreadable key: " + e.getMessage(), e);
        } catch (IOException e) {
            if (e.getMessage() != null && e.getMessage().startsWith(from.file().toString())) {
                throw e;
            }
            throw new IOException(from.file() + " cannot be opened as a PKCS#12 file with this password", e);
        }
    }

    /** Verifies that key and certificate match. A mismatch would otherwise appear only in the handshakes of clients. */
    private static void requirePair(PrivateKey key, X509Certificate certificate, String orElse) throws IOException {
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            case "EdDSA", "Ed25519", "Ed448" -> "EdDSA";
            default -> null;
        };
        if (algorithm == null) {
            return;
        }
        boolean pair;
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(PROBE);
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            signature.update(PROBE);
            pair = signature.verify(signed);
        } catch (GeneralSecurityException e) {
            throw new IOException(orElse, e); // key and certificate have different algorithms
        }
        if (!pair) {
            throw new IOException(orElse);
        }
    }

    private static TrustManagerFactory trust(Path authorities, List<X509Certificate> trusted, List<X509CRL> revoked)
            throws IOException {
        try {
            KeyStore anchors = KeyStore.getInstance("PKCS12");
            anchors.load(null, null);
            for (int i = 0; i < trusted.size(); i++) {
                anchors.setCertificateEntry("authority-" + i, trusted.get(i));
            }
            PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, new X509CertSelector());
            // Without an explicit checker, PKIX uses only these lists: nothing is downloaded.
            parameters.setRevocationEnabled(!revoked.isEmpty());
            parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(revoked)));
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(new CertPathTrustManagerParameters(parameters));
            return factory;
        } catch (GeneralSecurityException e) {
            throw new IOException(authorities + " cannot be used: " + e.getMessage(), e);
        }
    }
}
