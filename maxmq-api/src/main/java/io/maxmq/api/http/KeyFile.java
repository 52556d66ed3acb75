package io.maxmq.api.http;

import io.maxmq.api.access.ApiPrincipal;
import io.maxmq.api.access.ApiRole;
import io.maxmq.spi.Tenant;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Keys of callers: a line {@code id:sha256:role} or {@code id:sha256:role:tenant} for each, where {@code sha256} is the hash
 * of the secret in hexadecimal digits. Empty lines and lines that begin with {@code #} are ignored. Thread-safe.
 *
 * <p>A plain hash is enough, because a secret has 256 random bits; a slow one per request would be a denial of service.
 */
final class KeyFile {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final Pattern HASH = Pattern.compile("[0-9a-fA-F]{64}");
    private static final int MAX_BYTES = 1 << 20;

    /** Compared with the hash for an unknown id, so that the time does not tell whether an id exists. */
    private static final byte[] NO_HASH = new byte[32];

    private final Path file;
    private volatile Map<String, Key> keys = Map.of();

    private record Key(byte[] hash, ApiPrincipal principal) {}

    private KeyFile(Path file) {
        this.file = file;
    }

    /**
     * Reads a file. Blocks.
     *
     * @throws IllegalArgumentException when it cannot be used; the message names file and line
     */
    static KeyFile at(Path file) {
        KeyFile keys = new KeyFile(file);
        keys.reload();
        return keys;
    }

    Path file() {
        return file;
    }

    /** Returns the number of keys. */
    int size() {
        return keys.size();
    }

    /**
     * Reads the file again. Blocks.
     *
     * @throws IllegalArgumentException when it cannot be used; then the former keys stay in force
     */
    void reload() {
        List<String> lines;
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new IllegalArgumentException(file + ": keys file must be at most " + MAX_BYTES + " bytes");
            }
            lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(file + ": keys file does not exist", e);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot read keys file: " + e, e);
        }
        Map<String, Key> read = new HashMap<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (!line.isEmpty() && !line.startsWith("#")) {
                add(read, line, file + ":" + (i + 1) + ": ");
            }
        }
        keys = Map.copyOf(read);
    }

    private static void add(Map<String, Key> read, String line, String where) {
        String[] parts = line.split(":", -1);
        if (parts.length < 3 || parts.length > 4) {
            throw new IllegalArgumentException(where + "expected id:sha256:role or id:sha256:role:tenant");
        }
        String id = parts[0];
        if (!ID.matcher(id).matches()) {
            throw new IllegalArgumentException(where + "id must have 1..64 characters of A-Z a-z 0-9 _ -");
        }
        if (!HASH.matcher(parts[1]).matches()) {
            throw new IllegalArgumentException(where + "sha256 must have 64 hexadecimal digits: id=" + id);
        }
        try {
            ApiRole role = ApiRole.of(parts[2]);
            Optional<Tenant> tenant = parts.length == 4 ? Optional.of(new Tenant(parts[3])) : Optional.empty();
            Key key = new Key(HexFormat.of().parseHex(parts[1]), new ApiPrincipal(id, role, tenant));
            if (read.putIfAbsent(id, key) != null) {
                throw new IllegalArgumentException("duplicate id; remove one: id=" + id);
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(where + e.getMessage(), e);
        }
    }

    /** Returns the caller with this key; empty for a wrong one. */
    Optional<ApiPrincipal> find(String id, String secret) {
        Key key = keys.get(id);
        boolean matches = MessageDigest.isEqual(key == null ? NO_HASH : key.hash, sha256(secret));
        return key != null && matches ? Optional.of(key.principal) : Optional.empty();
    }

    private static byte[] sha256(String secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
