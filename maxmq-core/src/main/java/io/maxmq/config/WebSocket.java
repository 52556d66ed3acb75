package io.maxmq.config;

import io.maxmq.spi.Stable;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;

/**
 * How a listener speaks WebSocket (MQTT 5.0 §6). Without compression. Immutable.
 *
 * @param path that the WebSocket is at; begins with {@code /}; default {@code /mqtt}
 * @param allowedOrigins where pages may come from that connect, such as {@code https://app.example.com}, in lower case; {@code *} for
 *     anywhere. Default empty: pages from the host that they connect to, whatever the port. Only browsers say where a page comes from;
 *     who says nothing is let in
 * @since 0.1.0
 */
@Stable
public record WebSocket(String path, Set<String> allowedOrigins) {

    private static final WebSocket DEFAULTS = new WebSocket("/mqtt", Set.of());

    /** Checks every value; origins are put into lower case. */
    public WebSocket {
        if (!path.startsWith("/") || !path.chars().allMatch(c -> c > ' ' && c < 0x7F && c != '?' && c != '#')) {
            throw new IllegalArgumentException("path must begin with / and have no space, ? or #: path=" + path);
        }
        Set<String> origins = new LinkedHashSet<>();
        for (String each : allowedOrigins) {
            boolean isOrigin = each.equals("*") || each.matches("[A-Za-z][A-Za-z0-9+.-]*://[^/\\s]+");
            if (!isOrigin) {
                throw new IllegalArgumentException(
                        "an origin must be SCHEME://HOST or SCHEME://HOST:PORT, or *: origin=" + each);
            }
            origins.add(each.toLowerCase(Locale.ROOT));
        }
        allowedOrigins = Set.copyOf(origins);
    }

    /** At {@code /mqtt}, for pages from the same host. */
    public static WebSocket defaults() {
        return DEFAULTS;
    }
}
