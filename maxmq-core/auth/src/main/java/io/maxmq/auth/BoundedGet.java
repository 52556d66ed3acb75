package io.maxmq.auth;

import io.maxmq.spi.Registration;
import io.maxmq.spi.Timers;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;

/**
 * Fetches something small by HTTP, within a time and a size; follows no redirects. Leaves no thread behind, as {@code
 * java.net.http} would. Blocks. Stateless.
 */
final class BoundedGet {
    private BoundedGet() {}

    /**
     * Fetches it.
     *
     * @param timers cut off an answer whose head never ends: a timeout for reading begins anew with each line of it
     * @throws IOException when there is another answer than 200, or none in time
     */
    static byte[] fetch(URI url, Duration deadline, int maxBytes, Timers timers) throws IOException {
        long endNanos = System.nanoTime() + deadline.toNanos();
        HttpURLConnection connection = (HttpURLConnection) url.toURL().openConnection();
        connection.setConnectTimeout(millisLeft(endNanos));
        connection.setReadTimeout(millisLeft(endNanos));
        connection.setInstanceFollowRedirects(false);
        connection.setUseCaches(false);
        // The JDK's thread that keeps connections would outlive a broker.
        connection.setRequestProperty("Connection", "close");
        connection.setRequestProperty("Accept", "application/json, application/jwk-set+json");
        Registration late = timers.after(deadline, connection::disconnect);
        try {
            int status = connection.getResponseCode();
            connection.setReadTimeout(millisLeft(endNanos));
            if (status != HttpURLConnection.HTTP_OK) {
                throw new IOException("answered with status " + status);
            }
            try (InputStream body = connection.getInputStream()) {
                return read(connection, body, endNanos, maxBytes);
            }
        } finally {
            late.close();
            connection.disconnect();
        }
    }

    private static byte[] read(HttpURLConnection connection, InputStream body, long endNanos, int maxBytes)
            throws IOException {
        byte[] bytes = new byte[8192];
        int length = 0;
        while (true) {
            connection.setReadTimeout(millisLeft(endNanos));
            int read = body.read(bytes, length, bytes.length - length);
            if (read < 0) {
                return Arrays.copyOf(bytes, length);
            }
            length += read;
            if (length > maxBytes) {
                throw new IOException("is larger than " + maxBytes + " bytes");
            }
            if (length == bytes.length) {
                bytes = Arrays.copyOf(bytes, bytes.length * 2);
            }
        }
    }

    private static int millisLeft(long endNanos) throws IOException {
        long millis = (endNanos - System.nanoTime()) / 1_000_000;
        if (millis <= 0) {
            throw new IOException("did not answer in time");
        }
        return (int) millis;
    }
}
