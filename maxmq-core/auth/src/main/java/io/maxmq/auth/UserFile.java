package io.maxmq.auth;

import io.maxmq.spi.FileWatch;
import io.maxmq.spi.Registration;
import io.maxmq.spi.SecretFile;
import io.maxmq.spi.extension.BrokerContext;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;

/**
 * A file of users that is read when the broker starts and whenever it has changed; the clients of users that are gone or have
 * another password are disconnected then. Thread-safe.
 */
final class UserFile {
    private final Path file;
    private final BrokerContext context;
    private final Logger log;
    private final Consumer<CredentialFile> inForce;
    private final FileWatch watch;

    /** Written with the lock of this. */
    private volatile CredentialFile users = CredentialFile.empty();

    private volatile Registration watching = Registration.NONE;

    /**
     * Has read nothing yet.
     *
     * @param inForce is told what will be answered from now on, before it is; what it throws refuses the file
     */
    UserFile(Path file, BrokerContext context, Logger log, Consumer<CredentialFile> inForce) {
        this.file = file;
        this.context = context;
        this.log = log;
        this.inForce = inForce;
        this.watch = new FileWatch(List.of(file), this::reload);
    }

    /** @throws AccessFileException when the file can't be used */
    synchronized void begin() {
        CredentialFile read = CredentialFile.read(file);
        if (read.size() == 0) {
            throw new AccessFileException(file, 0, "password file has no user, so nobody could connect");
        }
        accept(read);
        watching = watch.start(context.timers());
    }

    /** @throws AccessFileException when the file can't be understood; the users stay as they were */
    synchronized void reload() {
        CredentialFile before = users;
        CredentialFile read = CredentialFile.read(file);
        accept(read);
        Set<TenantUser> changed = before.goneOrChanged(read);
        if (!changed.isEmpty()) {
            new ClientsOfUsers(context.clients(), changed).disconnect();
        }
    }

    private void accept(CredentialFile read) {
        inForce.accept(read);
        users = read;
        log.info("{} users in {}", read.size(), file);
        if (read.size() == 0) {
            log.warn("{} has no user any more: no client can connect by it", file);
        }
        String exposure = SecretFile.exposure(file);
        if (exposure != null) {
            log.warn("{}", exposure);
        }
    }

    /** Those of the last reading. */
    CredentialFile users() {
        return users;
    }

    /** Reads no more. */
    void close() {
        watching.close();
    }
}
