package io.maxmq.auth;

import io.maxmq.spi.Tenant;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The users of a password file, at one time. A line is {@code user:hash} or {@code tenant:user:hash}; blank lines and lines that begin with {@code #} are skipped.
 * Immutable and thread-safe.
 */
final class CredentialFile {
    /** A few million users. */
    private static final long MAX_BYTES = 1L << 30;

    private static final int MAX_USER_CHARACTERS = 65_535;

    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private static final CredentialFile EMPTY = new CredentialFile(Map.of());

    private final Map<TenantUser, PasswordHash> users;

    /** For stand-ins: the hashes in a fixed order. */
    private final List<PasswordHash> hashes;

    private CredentialFile(Map<TenantUser, PasswordHash> users) {
        this.users = users;
        this.hashes = new ArrayList<>(users.values());
    }

    static CredentialFile empty() {
        return EMPTY;
    }

    /**
     * Reads the file. Blocks.
     *
     * @throws AccessFileException when it cannot be read, or a line of it cannot be understood
     */
    static CredentialFile read(Path file) {
        return parse(file, bytesOf(file, "password file"));
    }

    /** The users, in alphabetical order, each with its tenant unless that is the default one. */
    List<String> userNames() {
        return users.keySet().stream().map(TenantUser::toString).sorted().toList();
    }

    /** @throws AccessFileException when it cannot be read */
    static byte[] bytesOf(Path file, String what) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new AccessFileException(file, 0, what + " is larger than " + MAX_BYTES + " bytes");
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new AccessFileException(file, 0, what + " is not there", e);
        } catch (IOException e) {
            throw new AccessFileException(file, 0, what + " cannot be read: " + e, e);
        }
    }

    /** @throws AccessFileException with the line that cannot be understood */
    static CredentialFile parse(Path file, byte[] bytes) {
        Map<TenantUser, PasswordHash> users = new HashMap<>();
        int number = 0;
        int start = startsWithByteOrderMark(bytes) ? BYTE_ORDER_MARK.length : 0;
        while (start < bytes.length) {
            int end = start;
            while (end < bytes.length && bytes[end] != '\n') {
                end++;
            }
            number++;
            try {
                String line = decode(bytes, start, end);
                if (!isNone(line)) {
                    TenantUser user = userOf(line);
                    PasswordHash before = users.put(user, PasswordHash.parse(hashOf(line)));
                    if (before != null) {
                        throw new IllegalArgumentException("the user is there already");
                    }
                }
            } catch (IllegalArgumentException | IllegalStateException e) {
                throw new AccessFileException(file, number, String.valueOf(e.getMessage()), e);
            }
            start = end + 1;
        }
        return new CredentialFile(users);
    }

    /** The lines of a file that can be parsed, blank ones and comments too. */
    static List<String> linesOf(byte[] bytes) {
        int start = startsWithByteOrderMark(bytes) ? BYTE_ORDER_MARK.length : 0;
        return new String(bytes, start, bytes.length - start, StandardCharsets.UTF_8)
                .lines()
                .toList();
    }

    /** Some editors write it; it would become a part of the first user's name, which no client then has. */
    private static boolean startsWithByteOrderMark(byte[] bytes) {
        return Arrays.equals(
                BYTE_ORDER_MARK, 0, BYTE_ORDER_MARK.length, bytes, 0, Math.min(bytes.length, BYTE_ORDER_MARK.length));
    }

    private static String decode(byte[] bytes, int start, int end) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, start, end - start))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("the line is not UTF-8", e);
        }
    }

    static boolean isNone(String line) {
        return line.isBlank() || line.startsWith("#");
    }

    /** @throws IllegalArgumentException when the line has none */
    static TenantUser userOf(String line) {
        int end = endOfUser(line);
        if (end < 0) {
            throw new IllegalArgumentException("a line must be user:hash or tenant:user:hash, and this has no colon");
        }
        int colon = line.indexOf(':');
        String user = colon == end ? line.substring(0, end) : line.substring(colon + 1, end);
        checkUser(user);
        return colon == end ? TenantUser.of(user) : new TenantUser(new Tenant(line.substring(0, colon)), user);
    }

    /** The colon in front of the hash, which has none itself; -1 when there is no colon. */
    private static int endOfUser(String line) {
        int first = line.indexOf(':');
        int second = first < 0 ? -1 : line.indexOf(':', first + 1);
        return second < 0 ? first : second;
    }

    private static String hashOf(String line) {
        String hash = line.substring(endOfUser(line) + 1).strip();
        if (hash.isEmpty()) {
            throw new IllegalArgumentException("the user has no password hash");
        }
        return hash;
    }

    /** @throws IllegalArgumentException when nobody may be called so in such a file */
    static void checkUser(String user) {
        if (user.isBlank()) {
            throw new IllegalArgumentException("the user name is empty");
        }
        if (user.length() > MAX_USER_CHARACTERS) {
            throw new IllegalArgumentException("the user name is longer than " + MAX_USER_CHARACTERS + " characters");
        }
        if (!user.strip().equals(user)) {
            throw new IllegalArgumentException("the user name begins or ends with a space");
        }
        if (user.startsWith("#") || user.indexOf(':') >= 0 || user.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "a user name must not begin with #, nor have a colon or a control character");
        }
    }

    /** The hash of this user; null when there is no such user. */
    @Nullable
    PasswordHash of(TenantUser user) {
        return users.get(user);
    }

    /**
     * A hash for one who is not there: that of some other user, so that looking at it is the work that it would be for a user.
     *
     * @param choice any number; the same gives the same
     */
    @Nullable
    PasswordHash standIn(int choice) {
        return hashes.isEmpty() ? null : hashes.get(Math.floorMod(choice, hashes.size()));
    }

    /** Those who can log in by SCRAM, in no order. */
    Stream<ScramCredential> scramCredentials() {
        return hashes.stream().filter(ScramCredential.class::isInstance).map(ScramCredential.class::cast);
    }

    int size() {
        return users.size();
    }

    /** How many hashes a thief would soon have undone. */
    long fastHashes() {
        return hashes.stream().filter(hash -> !hash.isSlow()).count();
    }

    /** Those who are not in {@code now}, or have another password there. */
    Set<TenantUser> goneOrChanged(CredentialFile now) {
        return users.entrySet().stream()
                .filter(each -> !each.getValue().equals(now.of(each.getKey())))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }
}
