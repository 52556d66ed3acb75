package io.maxmq.examples.standalone;

import io.maxmq.auth.PasswordFile;
import io.maxmq.auth.PasswordHasher;
import io.maxmq.spi.Tenant;
import java.io.ByteArrayOutputStream;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The command {@code passwd}: writes the file that {@code --password-file} names, or lists its users. It asks for the password, or
 * reads it from standard input; every user of the machine can see an argument. Filled by picocli. Not thread-safe.
 */
@Command(
        name = PasswordCommand.NAME,
        sortOptions = false,
        usageHelpWidth = 120,
        description = "Adds a user to a password file or changes the password; lists the users when no user is given.")
final class PasswordCommand {
    static final String NAME = "passwd";

    @Parameters(index = "0", paramLabel = "FILE", description = "the file that --password-file names")
    Path file = Path.of("");

    @Parameters(index = "1", arity = "0..1", paramLabel = "USER", description = "the user name")
    @Nullable
    String user;

    @Option(names = "--tenant", paramLabel = "TENANT", description = "the user's tenant; without it the default tenant")
    @Nullable
    String tenant;

    @Option(names = "--delete", description = "remove the user")
    boolean delete;

    @Option(names = "--scram", description = "write keys for SCRAM-SHA-256")
    boolean scram;

    @Option(
            names = "--iterations",
            paramLabel = "N",
            description = "how slow the hash is; default 210,000, with --scram 15,000")
    @Nullable
    Integer iterations;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "show this")
    boolean help;

    private static PasswordHasher hasher(boolean scram, @Nullable Integer iterations) {
        if (iterations == null) {
            return scram ? PasswordHasher.scramSha256() : PasswordHasher.pbkdf2();
        }
        return scram ? PasswordHasher.scramSha256(iterations) : PasswordHasher.pbkdf2(iterations);
    }

    /**
     * Reads the arguments behind {@code passwd}.
     *
     * @throws UsageException saying what is wrong with them
     */
    static PasswordCommand parse(List<String> arguments) throws UsageException {
        PasswordCommand command = new PasswordCommand();
        Parser.parse(new CommandLine(command), arguments);
        return command;
    }

    /**
     * Changes or lists the file.
     *
     *
     * @param console null without one; then the password is a line of {@code input}
     *
     * @return the text for the operator
     */
    String run(@Nullable Console console, InputStream input) throws UsageException {
        String named = user;
        try {
            if (named == null) {
                if (delete || scram || iterations != null || tenant != null) {
                    throw new UsageException(
                            "USER is missing: --tenant, --delete, --scram and --iterations are about one user");
                }
                return String.join("\n", PasswordFile.users(file));
            }
            Tenant of = tenant == null ? Tenant.DEFAULT : new Tenant(tenant);
            if (delete) {
                if (!PasswordFile.removeUser(file, of, named)) {
                    throw new UsageException(file + " has no user " + named);
                }
                return "removed " + named + " from " + file;
            }
            PasswordHasher hasher = hasher(scram, iterations);
            PasswordFile.setPassword(file, of, named, console == null ? line(input) : asked(console, named), hasher);
            return "password of " + named + " is in " + file;
        } catch (IllegalArgumentException e) {
            throw new UsageException(e);
        } catch (IOException e) {
            throw new UsageException("the password cannot be read: " + e.getMessage());
        }
    }

    private static byte[] asked(Console console, String user) throws UsageException {
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
