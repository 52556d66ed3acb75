package io.maxmq.config;

import io.maxmq.spi.Stable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * TLS settings of a listener: key, certificates and the policy for client certificates. The broker reads the files when
 * the listener opens, when they change, and on request. Open connections stay, and unusable files have no effect. Needs
 * {@code io.netty:netty-handler}. Immutable.
 *
 * <pre>{@code
 * Listener.tls("0.0.0.0", 8883, Tls.pem(Path.of("server.crt"), Path.of("server.key"))
 *         .withClientCertificates(Tls.ClientCertificates.REQUIRED, Path.of("clients-ca.crt")))
 * }</pre>
 *
 * @param key the broker's key with its certificate chain
 * @param namedKeys replacements for clients that request one of these hosts in their handshake (SNI, RFC 6066 §3):
 *     {@code blue.example.com}, or {@code *.example.com} for all names with one label more; in lower case; default none
 * @param clientCertificates policy for client certificates; default {@link ClientCertificates#NONE}
 * @param clientAuthorities PEM file with the authorities of client certificates; null only with {@code NONE}
 * @param revocationLists PEM or DER files with CRLs (RFC 5280 §5). With at least one file, each certificate of a
 *     client's chain is looked up, and a certificate without a valid list of its issuer is refused; default none
 * @param protocols out of {@code TLSv1.3} and {@code TLSv1.2}; default both
 * @param cipherSuites by their names in the JDK, best first; default empty for {@link #DEFAULT_CIPHER_SUITES}
 * @param provider implementation of the cryptography; default {@link Provider#AUTOMATIC}
 * @param watchesFiles whether changed files take effect within two seconds; default true
 * @since 0.1.0
 */
@Stable
public record Tls(
        Key key,
        Map<String, Key> namedKeys,
        ClientCertificates clientCertificates,
        @Nullable Path clientAuthorities,
        List<Path> revocationLists,
        List<String> protocols,
        List<String> cipherSuites,
        Provider provider,
        boolean watchesFiles) {

    /**
     * Suites with forward secrecy (a stolen key does not reveal recorded traffic) and authenticated encryption (AEAD):
     * those of TLS 1.3, and ECDHE with AES-GCM or ChaCha20 of TLS 1.2. A client that only supports RSA key exchange or
     * CBC connects only when {@link #withCipherSuites} names one of its suites.
     */
    public static final List<String> DEFAULT_CIPHER_SUITES = List.of(
            "TLS_AES_128_GCM_SHA256",
            "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    private static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

    /** Checks the values without reading the files. */
    public Tls {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(clientCertificates, "clientCertificates");
        Objects.requireNonNull(provider, "provider");
        namedKeys = Map.copyOf(namedKeys);
        namedKeys.keySet().forEach(Tls::checkServerName);
        revocationLists = List.copyOf(revocationLists);
        protocols = List.copyOf(protocols);
        cipherSuites = List.copyOf(cipherSuites);
        if (protocols.isEmpty() || !PROTOCOLS.containsAll(protocols)) {
            throw new IllegalArgumentException("protocols must be out of " + PROTOCOLS + ": protocols=" + protocols);
        }
        boolean asks = clientCertificates != ClientCertificates.NONE;
        if (asks && clientAuthorities == null) {
            throw new IllegalArgumentException("client certificates need clientAuthorities that vouch for them:"
                    + " clientCertificates=" + clientCertificates);
        }
        if (!asks && (clientAuthorities != null || !revocationLists.isEmpty())) {
            throw new IllegalArgumentException("clientAuthorities and revocationLists need client certificates:"
                    + " clientCertificates=" + clientCertificates);
        }
    }

    private static void checkServerName(String name) {
        String host = name.startsWith("*.") ? name.substring(2) : name;
        if (host.isEmpty() || host.indexOf('*') >= 0 || !host.equals(host.toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException(
                    "a server name must be a host in lower case, perhaps with *. in front: serverName=" + name);
        }
    }

    /**
     * Location of the broker's key and certificates.
     *
     * @since 0.1.0
     */
    @Stable
    public sealed interface Key permits PemKey, Pkcs12Key {}

    /**
     * Files in PEM (RFC 7468).
     *
     * @param certificates the broker's own certificate first, then its issuers; may be the same file as {@code key}
     * @param key PKCS#8, PKCS#1 or SEC 1
     * @param password of an encrypted key (PKCS#8 only), else null
     * @since 0.1.0
     */
    @Stable
    public record PemKey(
            Path certificates, Path key, @Nullable String password) implements Key {
        /** Without the password. */
        @Override
        public String toString() {
            return "PemKey[certificates=" + certificates + ", key=" + key + "]";
        }
    }

    /**
     * A PKCS#12 file ({@code .p12}, {@code .pfx}) with one key and its certificates.
     *
     * @param password of the file and of the key
     * @since 0.1.0
     */
    @Stable
    public record Pkcs12Key(Path file, String password) implements Key {
        /** Without the password. */
        @Override
        public String toString() {
            return "Pkcs12Key[file=" + file + "]";
        }
    }

    /**
     * Policy for client certificates.
     *
     * @since 0.1.0
     */
    @Stable
    public enum ClientCertificates {
        /** Clients need no certificate; only the broker proves its identity. */
        NONE,
        /**
         * The broker requests a certificate. A client without one may connect; a certificate that no authority issued
         * ends the connection.
         */
        OPTIONAL,
        /** The broker requires a certificate; a connection without one ends. */
        REQUIRED
    }

    /**
     * Implementation of the cryptography.
     *
     * @since 0.1.0
     */
    @Stable
    public enum Provider {
        /** {@code OPENSSL} where it is available and loads without a warning, else {@code JDK}. */
        AUTOMATIC,
        /** The JDK. */
        JDK,
        /**
         * OpenSSL or BoringSSL, by {@code io.netty:netty-tcnative-boringssl-static} or a similar artifact on the class
         * path.
         */
        OPENSSL
    }

    /** Returns settings with a key and certificates in PEM; they may be in one file. */
    public static Tls pem(Path certificates, Path key) {
        return of(new PemKey(certificates, key, null));
    }

    /** Returns settings with an encrypted key and certificates in PEM; they may be in one file. */
    public static Tls pem(Path certificates, Path key, String password) {
        return of(new PemKey(certificates, key, password));
    }

    /** Returns settings with a key and certificates in a PKCS#12 file. */
    public static Tls pkcs12(Path file, String password) {
        return of(new Pkcs12Key(file, password));
    }

    private static Tls of(Key key) {
        return new Tls(
                key,
                Map.of(),
                ClientCertificates.NONE,
                null,
                List.of(),
                PROTOCOLS,
                List.of(),
                Provider.AUTOMATIC,
                true);
    }

    /**
     * Presents another certificate to clients that request this host.
     *
     * @param serverName in lower case; {@code *.example.com} for all names with one label more
     */
    public Tls withNamedKey(String serverName, Key named) {
        Map<String, Key> more = new HashMap<>(namedKeys);
        more.put(serverName, named);
        return new Tls(
                key,
                more,
                clientCertificates,
                clientAuthorities,
                revocationLists,
                protocols,
                cipherSuites,
                provider,
                watchesFiles);
    }

    /** Requests certificates from clients. */
    public Tls withClientCertificates(ClientCertificates asked, Path authorities) {
        return new Tls(
                key, namedKeys, asked, authorities, revocationLists, protocols, cipherSuites, provider, watchesFiles);
    }

    /**
     * Refuses clients whose certificate one of these lists revokes, and disconnects connected clients when a changed
     * list revokes theirs. Set the authorities first.
     */
    public Tls withRevocationLists(List<Path> files) {
        return new Tls(
                key,
                namedKeys,
                clientCertificates,
                clientAuthorities,
                files,
                protocols,
                cipherSuites,
                provider,
                watchesFiles);
    }

    /** Enables {@code TLSv1.3}, {@code TLSv1.2} or both. */
    public Tls withProtocols(List<String> allowed) {
        return new Tls(
                key,
                namedKeys,
                clientCertificates,
                clientAuthorities,
                revocationLists,
                allowed,
                cipherSuites,
                provider,
                watchesFiles);
    }

    /**
     * Replaces {@link #DEFAULT_CIPHER_SUITES}, possibly by weaker suites. Suites that the provider does not support are
     * ignored; if it supports none of them, the listener does not open.
     */
    public Tls withCipherSuites(List<String> allowed) {
        return new Tls(
                key,
                namedKeys,
                clientCertificates,
                clientAuthorities,
                revocationLists,
                protocols,
                allowed,
                provider,
                watchesFiles);
    }

    /** Selects the implementation of the cryptography. */
    public Tls withProvider(Provider by) {
        return new Tls(
                key,
                namedKeys,
                clientCertificates,
                clientAuthorities,
                revocationLists,
                protocols,
                cipherSuites,
                by,
                watchesFiles);
    }

    /** Sets whether the broker watches the files for changes. */
    public Tls withWatchedFiles(boolean watched) {
        return new Tls(
                key,
                namedKeys,
                clientCertificates,
                clientAuthorities,
                revocationLists,
                protocols,
                cipherSuites,
                provider,
                watched);
    }

    /** Returns all files of these settings. */
    public List<Path> files() {
        List<Path> files = new ArrayList<>(revocationLists);
        addFiles(key, files);
        namedKeys.values().forEach(each -> addFiles(each, files));
        if (clientAuthorities != null) {
            files.add(clientAuthorities);
        }
        return List.copyOf(files);
    }

    /** Returns whether the broker requests client certificates. */
    public boolean asksForClientCertificates() {
        return clientCertificates != ClientCertificates.NONE;
    }

    /** Returns the files that contain private keys. */
    public List<Path> keyFiles() {
        List<Path> files = new ArrayList<>();
        addKeyFile(key, files);
        namedKeys.values().forEach(each -> addKeyFile(each, files));
        return List.copyOf(files);
    }

    private static void addKeyFile(Key key, List<Path> files) {
        if (key instanceof PemKey pem) {
            files.add(pem.key());
        } else if (key instanceof Pkcs12Key store) {
            files.add(store.file());
        }
    }

    private static void addFiles(Key key, List<Path> files) {
        if (key instanceof PemKey pem) {
            files.add(pem.certificates());
            files.add(pem.key());
        } else if (key instanceof Pkcs12Key store) {
            files.add(store.file());
        }
    }
}
