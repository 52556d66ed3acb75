package io.maxmq.auth;

import io.maxmq.spi.Reloadable;
import io.maxmq.spi.Stable;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.auth.AuthenticationRequest;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.auth.Authenticator;
import io.maxmq.spi.extension.BrokerContext;
import io.maxmq.spi.extension.Extension;
import io.maxmq.spi.extension.ExtensionInUseException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Lets clients in by user name and password: {@code MaxMQ.builder().authenticator(PasswordFile.at(path))}.
 *
 * <p><b>The file</b> is UTF-8 text with a line {@code user:hash} for each user, or {@code tenant:user:hash} for a user of a tenant; lines that are blank or begin with {@code #} are
 * none. Hashes are what {@link PasswordHasher} makes, and Mosquitto's ({@code $7$…}, {@code $6$…}) and bcrypt's ({@code
 * $2b$…}) too. {@link #setPassword} and {@link #removeUser} write it, and so does {@code java -jar maxmq-standalone.jar passwd
 * FILE USER}. A file that is not there, has a line that can't be understood, or has no user at all refuses the broker's start,
 * with an {@link AccessFileException} that names the line. The file is looked at all the time; within a second after it has
 * changed it is in force, and the clients of users that are gone or have another password are disconnected with 0x87 (Not
 * authorized). A changed file that can't be understood is reported, as a {@code PluginFailed}, and the one before stays in force.
 *
 * <p><b>Tenants:</b> where the server name in the TLS handshake says the tenant (see {@code Tenancy}), a user is looked up in that tenant
 * alone, and let into no other. A user without a tenant belongs to {@link Tenant#DEFAULT}.
 *
 * <p><b>Answers:</b> a client without a user name is left to the next authenticator. A right password allows; a wrong one, none, and
 * an unknown user deny with 0x86 (Bad user name or password), after the same work, so that neither code nor time tells who is
 * known; unless {@link #unknownUsersToNext()} is said. Every byte of a password counts.
 *
 * <p><b>Cost:</b> hashes are slow on purpose. They are done on the broker's worker pool, on as many threads as half the processors,
 * one at least; 1000 may wait for 4 seconds (counted from the end of the first hash on, which takes long in a
 * JVM that has just started), an eighth of them from one address, and addresses take turns; beyond that clients
 * are told 0x89 (Server busy; MQTT 3: 3). A password that was right is remembered for an hour (as a MAC under a key of this process;
 * {@link #remember}), so a fleet that comes back all at once costs no hashes. An address (IPv6: its /64) that has failed five
 * times is slowed down to one attempt in two seconds, others are told 0x89; remembered passwords are not slowed down.
 *
 * <p>One object serves one broker, which starts and stops it. Thread-safe.
 *
 * @since 0.1.0
 */
@Stable
public final class PasswordFile implements Authenticator, Extension, Reloadable {
    private static final Duration REMEMBERED_FOR = Duration.ofHours(1);
    /** Far beyond what the longest wait in {@link FairWorkQueue}; a hash that runs always ends. */
    private static final Duration DEADLINE = Duration.ofMinutes(1);

    private static final Duration LONGEST = Duration.ofDays(366);

    private final Path file;
    private Duration rememberedFor = REMEMBERED_FOR;
    private boolean unknownToNext;
    private boolean delaysFailures = true;

    /** What there is while the broker runs; null before, and closed after. */
    private volatile @Nullable PasswordLogins running;

    private PasswordFile(Path file) {
        this.file = file;
    }

    /** Of this file, which is read when the broker starts. */
    public static PasswordFile at(Path file) {
        return new PasswordFile(file);
    }

    /**
     * How long a password that was right is remembered, so that it need not be hashed again; an hour unless said otherwise. Of
     * 100,000 users at most. A changed line of the file is always seen.
     *
     * @param time zero to remember none; at most 366 days
     * @throws IllegalArgumentException when it is negative or longer
     * @throws IllegalStateException once the broker has started
     */
    public PasswordFile remember(Duration time) {
        if (time.isNegative() || time.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("remember must be 0..366 days: remember=" + time);
        }
        checkNotStarted();
        rememberedFor = time;
        return this;
    }

    /**
     * Leaves users that are not in the file to the next authenticator. If that denies with another code, or in another time,
     * clients can find out who is in the file.
     *
     * @throws IllegalStateException once the broker has started
     */
    public PasswordFile unknownUsersToNext() {
        checkNotStarted();
        unknownToNext = true;
        return this;
    }

    /**
     * Does not slow down addresses that fail. For a broker that sees all clients under one address, as behind a proxy that does
     * not tell theirs.
     *
     * @throws IllegalStateException once the broker has started
     */
    public PasswordFile withoutFailureDelay() {
        checkNotStarted();
        delaysFailures = false;
        return this;
    }

    private void checkNotStarted() {
        if (running != null) {
            throw new IllegalStateException("a password file is configured before the broker starts");
        }
    }

    /**
     * Adds a user, or gives one another password. The file is replaced as a whole, comments stay; it is made, for its owner
     * alone, when there is none. Blocks.
     *
     * @throws IllegalArgumentException when the user name or the password is none
     * @throws AccessFileException when the file can't be understood or written
     */
    public static void setPassword(Path file, String user, byte[] password, PasswordHasher hasher) {
        setPassword(file, Tenant.DEFAULT, user, password, hasher);
    }

    /** The same for a user of a tenant. */
    public static void setPassword(Path file, Tenant tenant, String user, byte[] password, PasswordHasher hasher) {
        CredentialFile.checkUser(user);
        PasswordFileEditor.put(file, new TenantUser(tenant, user), hasher.hash(password));
    }

    /**
     * Removes a user; false when there was none. Blocks.
     *
     * @throws AccessFileException when the file can't be understood or written
     */
    public static boolean removeUser(Path file, String user) {
        return removeUser(file, Tenant.DEFAULT, user);
    }

    /** The same for a user of a tenant. */
    public static boolean removeUser(Path file, Tenant tenant, String user) {
        return PasswordFileEditor.remove(file, new TenantUser(tenant, user));
    }

    /**
     * The names of the users in the file, in alphabetical order. Blocks.
     *
     * @throws AccessFileException when the file cannot be read or understood
     */
    public static List<String> users(Path file) {
        return CredentialFile.read(file).userNames();
    }

    @Override
    public String name() {
        return "PasswordFile";
    }

    @Override
    public Optional<String> source() {
        return Optional.of("password file " + file);
    }

    /**
     * Reads the file now. Blocks.
     *
     * @throws AccessFileException when it can't be understood; then what was read before stays in force
     * @throws IllegalStateException while no broker runs
     */
    @Override
    public void reload() {
        started().reload();
    }

    private PasswordLogins started() {
        PasswordLogins present = running;
        if (present == null) {
            throw new IllegalStateException("the password file's broker does not run: " + file);
        }
        return present;
    }

    /** Instead of the plug-in deadline: hashes are bounded by number, and by their time in the queue once the JVM is warm. */
    @Override
    public Optional<Duration> deadline() {
        return Optional.of(DEADLINE);
    }

    @Override
    public CompletionStage<AuthenticationResult> authenticate(AuthenticationRequest request) {
        return started().authenticate(request);
    }

    /**
     * For the broker.
     *
     * @throws AccessFileException when the file can't be used
     */
    @Override
    public CompletionStage<Void> start(BrokerContext context) {
        if (running != null) {
            throw new ExtensionInUseException("one password file serves one broker: " + file);
        }
        PasswordLogins started = new PasswordLogins(file, context, rememberedFor, unknownToNext, delaysFailures);
        running = started;
        started.begin();
        return CompletableFuture.completedFuture(null);
    }

    /** For the broker. */
    @Override
    public CompletionStage<Void> stop() {
        PasswordLogins present = running;
        if (present != null) {
            present.close();
        }
        return CompletableFuture.completedFuture(null);
    }

    /** Rounds of hashing done so far. */
    long roundsDone() {
        return started().roundsDone();
    }

    /** Attempts that wait to be hashed. */
    int waitingAttempts() {
        return started().waitingAttempts();
    }

    /** Attempts that wait since their address has failed too often. */
    int delayedAttempts() {
        return started().delayedAttempts();
    }
}
