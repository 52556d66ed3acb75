package io.maxmq.core.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Content of a PEM file (RFC 7468): blocks between lines of dashes; text outside blocks is ignored. Error messages are
 * one line with the name of the file and without its content. Immutable.
 */
final class PemFile {
    private static final int MAX_BYTES = 16 << 20;
    private static final String BEGIN = "-----BEGIN ";
    private static final String END = "-----END ";
    private static final String DASHES = "-----";

    private final Path path;
    private final byte[] content;
    private final List<Block> blocks;

    private record Block(String label, byte[] der) {}

    private PemFile(Path path, byte[] content) throws IOException {
        this.path = path;
        this.content = content;
        this.blocks = parse(content);
    }

    /** Reads a file of at most 16 MiB. */
    static PemFile read(Path path) throws IOException {
        return new PemFile(path, bytes(path));
    }

    static byte[] bytes(Path path) throws IOException {
        try {
            if (Files.size(path) > MAX_BYTES) {
                throw new IOException(path + " is longer than " + MAX_BYTES + " bytes");
            }
            return Files.readAllBytes(path);
        } catch (NoSuchFileException e) {
            throw new IOException("file not found: " + path, e);
        }
    }

    private List<Block> parse(byte[] bytes) throws IOException {
        List<Block> found = new ArrayList<>();
        String label = null;
        StringBuilder base64 = new StringBuilder();
        for (String line :
                new String(bytes, StandardCharsets.ISO_8859_1).lines().toList()) {
            String text = line.strip();
            if (text.startsWith(BEGIN) && text.endsWith(DASHES)) {
                label = text.substring(BEGIN.length(), text.length() - DASHES.length());
                base64.setLength(0);
            } else if (label != null && text.equals(END + label + DASHES)) {
                found.add(new Block(label, decode(base64.toString())));
                label = null;
            } else if (label != null) {
                base64.append(text);
            }
        }
        if (label != null) {
            throw new IOException(path + " is truncated within " + label);
        }
        return found;
    }

    private byte[] decode(String base64) throws IOException {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            if (base64.contains(":")) { // headers of OpenSSL's traditional encryption
                throw new IOException(
                        path + " has a key in an unsupported format; convert it with openssl pkcs8 -topk8", e);
            }
            throw new IOException(path + " is damaged: invalid base64", e);
        }
    }

    /** Returns its certificates in order; at least one. */
    List<X509Certificate> certificates() throws IOException {
        List<X509Certificate> certificates = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (Block each : blocks) {
                if (each.label.equals("CERTIFICATE") || each.label.equals("X509 CERTIFICATE")) {
                    certificates.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(each.der)));
                }
            }
        } catch (CertificateException e) {
            throw new IOException(path + " has a damaged certificate: " + e.getMessage(), e);
        }
        if (certificates.isEmpty()) {
            throw new IOException(path + " has no certificate in PEM");
        }
        return certificates;
    }

    /** Returns its revocation lists, at least one. A file without PEM blocks is read as one list in DER. */
    List<X509CRL> revocationLists() throws IOException {
        List<X509CRL> lists = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (Block each : blocks) {
                if (each.label.equals("X509 CRL")) {
                    lists.add((X509CRL) factory.generateCRL(new ByteArrayInputStream(each.der)));
                }
            }
            if (blocks.isEmpty()) {
                lists.add((X509CRL) factory.generateCRL(new ByteArrayInputStream(content)));
            }
        } catch (CertificateException | CRLException e) {
            throw new IOException(path + " has a damaged revocation list: " + e.getMessage(), e);
        }
        if (lists.isEmpty()) {
            throw new IOException(path + " has no revocation list (X509 CRL)");
        }
        return lists;
    }

    /** Returns its only private key. */
    PrivateKey privateKey(@Nullable String password) throws IOException {
        PrivateKey key = null;
        for (Block each : blocks) {
            if (!each.label.endsWith("PRIVATE KEY")) {
                continue;
            }
            if (key != null) {
                throw new IOException(path + " has more than one private key");
            }
            key = privateKey(each, password);
        }
        if (key == null) {
            throw new IOException(path + " has no private key in PEM");
        }
        return key;
    }

    private PrivateKey privateKey(Block block, @Nullable String password) throws IOException {
        try {
            return switch (block.label) {
                case "PRIVATE KEY" -> PrivateKeys.pkcs8(block.der);
                case "RSA PRIVATE KEY" -> PrivateKeys.pkcs1(block.der);
                case "EC PRIVATE KEY" -> PrivateKeys.sec1(block.der);
                case "ENCRYPTED PRIVATE KEY" -> encrypted(block.der, password);
                default -> throw new IOException(path + " has a key of an unsupported type: " + block.label);
            };
        } catch (GeneralSecurityException e) {
            throw new IOException(path + " has an unreadable key: " + e.getMessage(), e);
        }
    }

    private PrivateKey encrypted(byte[] der, @Nullable String password) throws IOException, GeneralSecurityException {
        if (password == null) {
            throw new IOException(path + " has an encrypted key, but no password is configured");
        }
        try {
            return PrivateKeys.encrypted(der, password);
        } catch (GeneralSecurityException e) {
            throw new IOException(path + " has an encrypted key that cannot be decrypted with this password", e);
        }
    }
}
