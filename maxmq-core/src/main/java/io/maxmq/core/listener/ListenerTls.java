package io.maxmq.core.listener;

import io.maxmq.config.Tls;
import io.maxmq.core.tls.ExpiryWarnings;
import io.maxmq.core.tls.Revocations;
import io.maxmq.core.tls.TlsMaterial;
import io.maxmq.core.tls.Validity;
import io.maxmq.core.transport.TlsLayer;
import io.maxmq.spi.FileWatch;
import io.maxmq.spi.Registration;
import io.maxmq.spi.SecretFile;
import io.maxmq.spi.Timers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The key, certificates and revocation lists of one listener: reads their files, watches them, and warns before
 * certificates expire. Thread-safe.
 */
final class ListenerTls {
    /** Interval of certificate checks. A warning repeats at most once per day. */
    private static final Duration CHECK_PERIOD = Duration.ofHours(1);

    private final TlsLayer layer;
    private final ListenerConnections connections;
    private final ListenerReports reports;

    /** Set before the listener opens. */
    private volatile Registration watch = Registration.NONE;

    // guarded by this
    private final ExpiryWarnings warnings = new ExpiryWarnings();
    private Set<Validity> validities = Set.of();

    ListenerTls(TlsLayer layer, ListenerConnections connections, ListenerReports reports) {
        this.layer = layer;
        this.connections = connections;
        this.reports = reports;
    }

    /**
     * Reads the files and starts watching them. Blocks.
     *
     * @throws UncheckedIOException if they are unusable
     */
    void begin(Timers timers) {
        Runnable onChange = () -> {
            var unused = reload();
        };
        Tls settings = layer.settings();
        FileWatch files = new FileWatch(settings.files(), onChange);
        try {
            accept(layer.load());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        warnOfExposedKeys(settings);
        Registration changes = settings.watchesFiles() ? files.start(timers) : Registration.NONE;
        Registration ends = timers.every(CHECK_PERIOD, this::warnOfEnds);
        watch = () -> {
            changes.close();
            ends.close();
        };
    }

    /** Warns once per file, regardless of its number of keys. */
    private void warnOfExposedKeys(Tls settings) {
        for (Path file : new LinkedHashSet<>(settings.keyFiles())) {
            String exposure = SecretFile.exposure(file);
            if (exposure != null) {
                reports.log().warn("{}", exposure);
            }
        }
    }

    /**
     * Reloads the files and closes the connections of clients whose certificates are revoked by them. Blocks.
     *
     * @return the reason why the files are unusable, in which case the present key and certificates stay in force; null
     *     on success
     */
    @Nullable
    UncheckedIOException reload() {
        String listener = connections.listener();
        TlsMaterial read;
        try {
            read = layer.load();
        } catch (IOException e) {
            String detail = String.valueOf(e.getMessage());
            reports.tlsReloadFailed(listener, detail);
            return new UncheckedIOException("cannot reload TLS (listener " + listener + "): " + detail, e);
        }
        accept(read);
        if (!read.revocations().isEmpty()) {
            var unused = connections.endRevoked();
        }
        reports.tlsReloaded(listener);
        return null;
    }

    /** Sets the revocation lists for new connections, and checks the new validity periods. */
    private synchronized void accept(TlsMaterial read) {
        validities = read.validities();
        connections.revoke(read.revocations());
        warnOfEnds();
    }

    private synchronized void warnOfEnds() {
        for (String warning : warnings.due(validities, reports.now())) {
            reports.log().warn("listener {}: {}", connections.listener(), warning);
        }
    }

    /** Stops watching the files. Idempotent. */
    void close() {
        watch.close();
    }

    /** Stops watching the files and drops the revocation lists, when the listener is removed. */
    void forget() {
        close();
        connections.revoke(new Revocations(List.of()));
    }
}
