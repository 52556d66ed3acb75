package io.maxmq.core.connection;

import io.maxmq.codec.ReasonCode;
import io.maxmq.core.loop.Loop;
import io.maxmq.spi.TlsSession;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.event.BrokerEvent.Initiator;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends a connection when what its client has proven is no longer valid: a token or a certificate has an end, say. By wall time, so the clock is
 * looked at once an hour, should it be set. One for each connection that has an end.
 *
 * <p>Runs on the connection's loop. Not thread-safe.
 */
final class ConnectTime {
    private static final Instant LAST = Instant.ofEpochMilli(Long.MAX_VALUE);
    private static final long LONGEST_MILLIS = TimeUnit.HOURS.toMillis(1);

    private final Connection connection;
    private final Loop loop;
    private long untilEpochMillis = Long.MAX_VALUE;
    private long timer;

    ConnectTime(Connection connection, Loop loop) {
        this.connection = connection;
        this.loop = loop;
    }

    /**
     * When the first of the answer and the certificates that the client has shown ends, in milliseconds since 1970; {@link Long#MAX_VALUE}
     * for never.
     */
    static long endOf(AuthenticationResult.Allowed allowed, @Nullable TlsSession tls) {
        long end = endOf(allowed);
        if (tls != null) {
            for (X509Certificate each : tls.peerCertificates()) {
                end = Math.min(end, each.getNotAfter().getTime());
            }
        }
        return end;
    }

    private static long endOf(AuthenticationResult.Allowed allowed) {
        Instant until = allowed.validUntil().orElse(Instant.MAX);
        if (until.isAfter(LAST)) {
            return Long.MAX_VALUE;
        }
        return until.isBefore(Instant.EPOCH) ? 0 : until.toEpochMilli();
    }

    /** The connection may last until then; in place of what was said before. */
    void until(long epochMillis) {
        close();
        untilEpochMillis = epochMillis;
        check();
    }

    private void check() {
        timer = 0;
        if (untilEpochMillis == Long.MAX_VALUE) {
            return;
        }
        long left = untilEpochMillis - loop.epochMillis();
        if (left <= 0) {
            connection.end(Initiator.BROKER, ReasonCode.MAXIMUM_CONNECT_TIME, "credentials expired");
            return;
        }
        timer = loop.schedule(TimeUnit.MILLISECONDS.toNanos(Math.min(left, LONGEST_MILLIS)), this::check);
    }

    void close() {
        if (timer != 0) {
            loop.cancel(timer);
            timer = 0;
        }
    }
}
