package io.maxmq.auth;

import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The certificates of authorities in a PEM file, and whether a client's certificate leads to one of them (RFC 5280 §6). Revocation is
 * the listener's matter. Immutable.
 */
final class IssuerFile {
    private final Set<TrustAnchor> anchors;

    private IssuerFile(Set<TrustAnchor> anchors) {
        this.anchors = anchors;
    }

    /**
     * Reads the file. Blocks.
     *
     * @throws AccessFileException when it cannot be read, or has no certificate
     */
    static IssuerFile read(Path file) {
        byte[] bytes = CredentialFile.bytesOf(file, "file of authorities");
        Set<TrustAnchor> anchors = new HashSet<>();
        try {
            for (Certificate each :
                    CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(bytes))) {
                anchors.add(new TrustAnchor((X509Certificate) each, null));
            }
        } catch (CertificateException e) {
            throw new AccessFileException(file, 0, "file of authorities cannot be understood: " + e.getMessage(), e);
        }
        if (anchors.isEmpty()) {
            throw new AccessFileException(file, 0, "file of authorities has no certificate");
        }
        return new IssuerFile(anchors);
    }

    /**
     * Takes some hundred microseconds for each certificate of the chain.
     *
     * @param chain the client's own certificate first, then those that it has sent along
     */
    boolean issued(List<X509Certificate> chain) {
        try {
            X509CertSelector own = new X509CertSelector();
            own.setCertificate(chain.get(0));
            PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, own);
            parameters.setRevocationEnabled(false); // by the listener's lists, in the handshake
            parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(chain)));
            CertPathBuilder.getInstance("PKIX").build(parameters);
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
