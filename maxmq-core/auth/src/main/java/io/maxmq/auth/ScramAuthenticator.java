package io.maxmq.auth;

import io.maxmq.spi.Reloadable;
import io.maxmq.spi.Stable;
import io.maxmq.spi.auth.AuthenticationRequest;
import io.maxmq.spi.auth.EnhancedAuthenticator;
import io.maxmq.spi.extension.BrokerContext;
import io.maxmq.spi.extension.Extension;
import io.maxmq.spi.extension.ExtensionInUseException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Lets MQTT 5.0 clients in by SCRAM-SHA-256 (RFC 5802, RFC 7677), in which the password itself is never sent, and which proves
 * to the client that the broker knows it too: {@code MaxMQ.builder().enhancedAuthenticator(ScramAuthenticator.at(path))}.
 *
 * <p><b>The file</b> is that of a {@link PasswordFile}, of which the users count that have keys for SCRAM: {@link
 * PasswordHasher#scramSha256()}, or {@code passwd FILE USER --scram} of the standalone broker. The same file may serve a {@code
 * PasswordFile} too, for clients that send passwords. It is read, watched and put in force as there, and
 * users are looked up in the client's tenant as there. A file without any such
 * user refuses the broker's start.
 *
 * <p><b>The exchange:</b> CONNECT, or AUTH 0x19 for a client that authenticates itself again, carries the client's first
 * message as authentication data; AUTH 0x18 the broker's first and the client's final one; CONNACK or AUTH the broker's final
 * one. The user name is that of the first message, with SASLprep (RFC 4013, but for its rules on bidirectional text), so names in
 * the file must be in that form, as nearly all are. It takes the place of CONNECT's. Channel binding is not offered: {@code
 * n,,} and {@code y,,} are taken, {@code p=} is refused, and so is an authorization identity other than the user.
 *
 * <p><b>Answers:</b> a right proof allows; everything else denies with 0x87 (Not authorized). Users that are not there, and those
 * without keys for SCRAM, are sent a salt and iterations like those of others, always the same for a name, and are denied at the
 * end as for a wrong password. The salts that are made up change when certain users of the file do, seldom.
 *
 * <p><b>Cost:</b> some microseconds on the event loop; the slow hash is the client's work. Wrong proofs slow an address down as
 * wrong passwords do (see {@link PasswordFile}); since no proof can be known beforehand, this holds for everybody at that
 * address, who is told 0x89 (Server busy).
 *
 * <p>One object serves one broker, which starts and stops it. Thread-safe.
 *
 * @since 0.1.0
 */
@Stable
public final class ScramAuthenticator implements EnhancedAuthenticator, Extension, Reloadable {
    private static final String METHOD = "SCRAM-SHA-256";

    private final Path file;
    private boolean delaysFailures = true;

    /** What there is while the broker runs; null before, and closed after. */
    private volatile @Nullable ScramLogins running;

    private ScramAuthenticator(Path file) {
        this.file = file;
    }

    /** Of this file, which is read when the broker starts. */
    public static ScramAuthenticator at(Path file) {
        return new ScramAuthenticator(file);
    }

    /**
     * Does not slow down addresses that fail. For a broker that sees all clients under one address, as behind a proxy that does
     * not tell theirs.
     *
     * @throws IllegalStateException once the broker has started
     */
    public ScramAuthenticator withoutFailureDelay() {
        if (running != null) {
            throw new IllegalStateException("SCRAM is configured before the broker starts");
        }
        delaysFailures = false;
        return this;
    }

    /** {@code SCRAM-SHA-256}. */
    @Override
    public String method() {
        return METHOD;
    }

    @Override
    public String name() {
        return "ScramAuthenticator";
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

    private ScramLogins started() {
        ScramLogins present = running;
        if (present == null) {
            throw new IllegalStateException("the broker of SCRAM does not run: " + file);
        }
        return present;
    }

    @Override
    public Exchange begin(AuthenticationRequest request, boolean again) {
        return new ScramExchange(
                started(), request.client().tenant(), request.client().remoteAddress());
    }

    /**
     * For the broker.
     *
     * @throws AccessFileException when the file can't be used
     */
    @Override
    public CompletionStage<Void> start(BrokerContext context) {
        if (running != null) {
            throw new ExtensionInUseException("one SCRAM authenticator serves one broker: " + file);
        }
        ScramLogins started = new ScramLogins(file, context, delaysFailures);
        running = started;
        started.begin();
        return CompletableFuture.completedFuture(null);
    }

    /** For the broker. */
    @Override
    public CompletionStage<Void> stop() {
        ScramLogins present = running;
        if (present != null) {
            present.close();
        }
        return CompletableFuture.completedFuture(null);
    }

    /** Proofs that wait since their address has failed too often. */
    int delayedProofs() {
        return started().delayedProofs();
    }
}
