package io.maxmq.spring;

import io.maxmq.config.Tls;
import io.maxmq.config.Tls.ClientCertificates;
import org.jspecify.annotations.Nullable;

/**
 * The properties {@code maxmq.listeners.NAME.tls.*}: either a certificate and its private key, or a key store.
 *
 * @param certificate PEM file of the server's certificate and its chain.
 * @param privateKey PEM file of the certificate's private key.
 * @param privateKeyPassword Password of the private key.
 * @param keyStore PKCS #12 file with key and certificate, in place of the two PEM files.
 * @param keyStorePassword Password of the key store.
 * @param clientCertificates Certificates of clients: none, optional or required. The default is required when client-authorities is set.
 * @param clientAuthorities PEM file of the authorities that sign client certificates.
 */
record TlsProperties(
        @Nullable String certificate,
        @Nullable String privateKey,
        @Nullable String privateKeyPassword,
        @Nullable String keyStore,
        @Nullable String keyStorePassword,
        @Nullable ClientCertificates clientCertificates,
        @Nullable String clientAuthorities) {

    /** @throws IllegalArgumentException when the properties are incomplete; names the listener */
    Tls material(String listener) {
        Tls tls = key(listener);
        if (clientAuthorities != null) {
            ClientCertificates asked = clientCertificates == null ? ClientCertificates.REQUIRED : clientCertificates;
            return tls.withClientCertificates(asked, FileLocation.at(clientAuthorities));
        }
        if (clientCertificates != null && clientCertificates != ClientCertificates.NONE) {
            throw new IllegalArgumentException("client-certificates needs client-authorities: " + prefix(listener));
        }
        return tls;
    }

    private Tls key(String listener) {
        if (keyStore != null && certificate == null && privateKey == null) {
            return Tls.pkcs12(FileLocation.at(keyStore), keyStorePassword == null ? "" : keyStorePassword);
        }
        if (keyStore == null && certificate != null && privateKey != null) {
            return privateKeyPassword == null
                    ? Tls.pem(FileLocation.at(certificate), FileLocation.at(privateKey))
                    : Tls.pem(FileLocation.at(certificate), FileLocation.at(privateKey), privateKeyPassword);
        }
        throw new IllegalArgumentException(
                "TLS needs either certificate and private-key or key-store: " + prefix(listener));
    }

    private static String prefix(String listener) {
        return "maxmq.listeners." + listener + ".tls";
    }

    /** Without the passwords. */
    @Override
    public String toString() {
        return "TlsProperties[certificate=" + certificate + ", privateKey=" + privateKey + ", keyStore=" + keyStore
                + ", clientCertificates=" + clientCertificates + ", clientAuthorities=" + clientAuthorities + "]";
    }
}
