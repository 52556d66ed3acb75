package io.maxmq.spi;

import java.util.Optional;

/**
 * A plug-in that reads files and can read them again while the broker runs: {@code MaxMQ.reload()} asks every authenticator, authorizer and
 * extension that implements this.
 *
 * @since 0.1.0
 */
@Stable
public interface Reloadable {

    /**
     * Describes the files for the operator, {@code password file /etc/maxmq/users}; empty when this plug-in reads no
     * file.
     */
    Optional<String> source();

    /**
     * Reads the files now. Blocks; a thread of the application.
     *
     * @throws RuntimeException when they cannot be used; then the former content stays in force
     */
    void reload();
}
