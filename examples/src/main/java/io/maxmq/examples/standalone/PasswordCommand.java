package io.maxmq.examples.standalone;

import io.maxmq.auth.PasswordFile;
import io.maxmq.auth.PasswordHasher;
import io.maxmq.spi.Tenant;
import java.io.ByteArrayOutputStream;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The command {@code passwd}: writes the file that {@code --password-file} names. The password is asked for, or read from
 * standard input; an argument could be seen by everybody on the machine.
 */
final class PasswordCommand {
    static final String NAME = "passwd";

    private static final String USAGE =
            "use: passwd FILE USER [--tenant TENANT] [--scram] [--iterations N], or: passwd FILE USER [--tenant TENANT] --delete";

    private final Path file;
    private final Tenant tenant;
    private final String user;
    private final boolean delete;
    private final PasswordHasher hasher;

    private PasswordCommand(Path file, Tenant tenant, String user, boolean delete, PasswordHasher hasher) {
        this.file = file;
        this.tenant = tenant;
        this.user = user;
        this.delete = delete;
        this.hasher = hasher;
    }

    /**
     * Reads what stands behind {@code passwd}.
     *
     * @throws UsageException saying what is wrong with it
     */
    static PasswordCommand parse(List<String> arguments) throws UsageException {
        List<String> rest = new ArrayList<>(arguments);
        boolean delete = rest.remove("--delete");
        boolean scram = rest.remove("--scram");
        String digits = valueOf("--iterations", rest);
        Integer iterations = digits == null ? null : number(digits);
        String tenant = valueOf("--tenant", rest);
        if (rest.size() != 2 || rest.stream().anyMatch(each -> each.startsWith("--"))) {
            throw new UsageException(USAGE);
        }
        try {
            return new PasswordCommand(
                    Path.of(rest.get(0)),
                    tenant == null ? Tenant.DEFAULT : new Tenant(tenant),
                    rest.get(1),
                    delete,
                    hasher(scram, iterations));
        } catch (InvalidPathException e) {
            throw new UsageException(rest.get(0) + " is no path");
        } catch (IllegalArgumentException e) {
            throw new UsageException(e);
        }
    }

    /** Takes an option and its value out; null when it is not there. */
    private static @Nullable String valueOf(String option, List<String> arguments) {
        int at = arguments.indexOf(option);
        if (at < 0 || at + 1 >= arguments.size()) {
            return null;
        }
        arguments.remove(at);
        return arguments.remove(at);
    }

    private static PasswordHasher hasher(boolean scram, @Nullable Integer iterations) {
        if (iterations == null) {
            return scram ? PasswordHasher.scramSha256() : PasswordHasher.pbkdf2();
        }
        return scram ? PasswordHasher.scramSha256(iterations) : PasswordHasher.pbkdf2(iterations);
    }

    private static int number(String digits) throws UsageException {
        try {
            return Integer.parseInt(digits);
        } catch (NumberFormatException e) {
            throw new UsageException("--iterations must be a number, not " + digits);
        }
    }

    /**
     * Changes the file.
     *
     * @param console null when there is none; then the password is a line of {@code input}
     * @return what has been done
     */
    String run(@Nullable Console console, InputStream input) throws UsageException {
        try {
            if (delete) {
                if (!PasswordFile.removeUser(file, tenant, user)) {
                    throw new UsageException(file + " has no user " + user);
                }
                return "removed " + user + " from " + file;
            }
            PasswordFile.setPassword(file, tenant, user, console == null ? line(input) : asked(console), hasher);
            return "password of " + user + " is in " + file;
        } catch (IllegalArgumentException e) {
            throw new UsageException(e);
        } catch (IOException e) {
            throw new UsageException("the password cannot be read: " + e.getMessage());
        }
    }

    private byte[] asked(Console console) throws UsageException {
        char[] first = console.readPassword("Password of %s: ", user);
        char[] second = first == null ? null : console.readPassword("Once more: ");
        if (first == null || second == null || !Arrays.equals(first, second)) {
            throw new UsageException("the passwords are not the same");
        }
        return new String(first).getBytes(StandardCharsets.UTF_8);
    }

    /** The bytes of the first line. */
    private static byte[] line(InputStream input) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = input.read(); next >= 0 && next != '\n'; next = input.read()) {
            line.write(next);
        }
        byte[] bytes = line.toByteArray();
        boolean carriageReturn = bytes.length > 0 && bytes[bytes.length - 1] == '\r';
        return carriageReturn ? Arrays.copyOf(bytes, bytes.length - 1) : bytes;
    }
}
