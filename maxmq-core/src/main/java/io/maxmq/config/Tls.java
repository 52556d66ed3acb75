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
 * How a listener speaks TLS: with which key and certificates, and what it asks of its clients. The files are read when the
 * listener opens, and again when they change or the running broker is told to; connections
 * that are open stay, and files that cannot be used change nothing. Needs {@code io.netty:netty-handler}. Immutable.
 *
 * <pre>{@code
 * Listener.tls("0.0.0.0", 8883, Tls.pem(Path.of("server.crt"), Path.of("server.key"))
 *         .withClientCertificates(Tls.ClientCertificates.REQUIRED, Path.of("clients-ca.crt")))
 * }</pre>
 *
 * @param key the broker's key, and the certificates that vouch for it
 * @param namedKeys in its place, for clients that ask for one of these hosts in their handshake (SNI, RFC 6066 §3): {@code
 *     blue.example.com}, or {@code *.example.com} for all names with one label more; in lower case; default none
 * @param clientCertificates what is asked of clients; default {@link ClientCertificates#NONE}
 * @param clientAuthorities PEM file with the certificates that clients' certificates must lead to; null only with {@code NONE}
 * @param revocationLists PEM or DER files with CRLs (RFC 5280 §5). With at least one each certificate of a client's chain is looked
 *     up, and one whose issuer has no valid list there is refused; default none
 * @param protocols out of {@code TLSv1.3} and {@code TLSv1.2}; default both
 * @param cipherSuites by their names in the JDK, best first; default empty for {@link #DEFAULT_CIPHER_SUITES}
 * @param provider who does the cryptography; default {@link Provider#AUTOMATIC}
 * @param watchesFiles whether a change of a file is in force within two seconds; default true
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
     * Suites that keep what was recorded secret when the key is stolen later (forward secrecy) and authenticate what they encrypt (AEAD):
     * those of TLS 1.3, and ECDHE with AES-GCM or ChaCha20 of TLS 1.2. A client that knows none of them, with RSA key exchange or CBC
     * alone, connects only when {@link #withCipherSuites} names a suite of it.
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

    /** Checks what can be checked without the files. */
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
     * Where the broker's key and certificates are.
     *
     * @since 0.1.0
     */
    @Stable
    public sealed interface Key permits PemKey, Pkcs12Key {}

    /**
     * Files in PEM (RFC 7468).
     *
     * @param certificates the broker's own first, then those that issued it; may be the same file as {@code key}
     * @param key PKCS#8, PKCS#1 or SEC 1
     * @param password of the key if that is encrypted (PKCS#8 only), else null
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
     * What is asked of clients.
     *
     * @since 0.1.0
     */
    @Stable
    public enum ClientCertificates {
        /** Nothing: they see who the broker is, not the other way round. */
        NONE,
        /** A certificate if they have one. One that does not lead to the authorities ends the connection all the same. */
        OPTIONAL,
        /** A certificate; without one the connection ends. */
        REQUIRED
    }

    /**
     * Who does the cryptography.
     *
     * @since 0.1.0
     */
    @Stable
    public enum Provider {
        /** {@code OPENSSL} where it is available and may be loaded without a warning, else {@code JDK}. */
        AUTOMATIC,
        /** The JDK. */
        JDK,
        /** OpenSSL or BoringSSL, by {@code io.netty:netty-tcnative-boringssl-static} or its kin on the class path. */
        OPENSSL
    }

    /** A key and certificates in PEM; they may be in one file. */
    public static Tls pem(Path certificates, Path key) {
        return of(new PemKey(certificates, key, null));
    }

    /** The same with a key that is encrypted. */
    public static Tls pem(Path certificates, Path key, String password) {
        return of(new PemKey(certificates, key, password));
    }

    /** A key and certificates in a PKCS#12 file. */
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
     * Shows another certificate to clients that ask for that host.
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

    /** Asks clients for certificates. */
    public Tls withClientCertificates(ClientCertificates asked, Path authorities) {
        return new Tls(
                key, namedKeys, asked, authorities, revocationLists, protocols, cipherSuites, provider, watchesFiles);
    }

    /**
     * Refuses clients whose certificate one of these lists revokes, and disconnects connected ones when a changed list does; set the
     * authorities before.
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

    /** {@code TLSv1.3}, {@code TLSv1.2} or both. */
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

    /** Only these in place of {@link #DEFAULT_CIPHER_SUITES}, also weaker ones; those that the provider has not are left out, and none at all refuses the listener. */
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

    /** Has this provider do the cryptography. */
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

    /** Whether a change of a file is noticed. */
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

    /** All files that it reads. */
    public List<Path> files() {
        List<Path> files = new ArrayList<>(revocationLists);
        addFiles(key, files);
        namedKeys.values().forEach(each -> addFiles(each, files));
        if (clientAuthorities != null) {
            files.add(clientAuthorities);
        }
        return List.copyOf(files);
    }

    /** Whether clients are asked for certificates. */
    public boolean asksForClientCertificates() {
        return clientCertificates != ClientCertificates.NONE;
    }

    /** Those of its files that hold private keys. */
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
