package io.maxmq.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Keys files. The secret of every key is {@code secret}. */
public final class Keys {
    private Keys() {}

    /** Writes a file from texts such as {@code id:role} and {@code id:role:tenant}. */
    public static Path write(Path file, String... keys) {
        try {
            if (Files.notExists(file)) {
                Files.createFile(
                        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            }
            StringBuilder lines = new StringBuilder("# keys of a test\n\n");
            for (String each : keys) {
                String[] parts = each.split(":", 2);
                lines.append(line(parts[0], "secret", parts[1])).append('\n');
            }
            return Files.writeString(file, lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String line(String id, String secret, String roleAndTenant) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
            return id + ":" + HexFormat.of().formatHex(hash) + ":" + roleAndTenant;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
