package io.maxmq.config;

import io.maxmq.spi.Cidr;
import io.maxmq.spi.Stable;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * How a listener speaks WebSocket (MQTT 5.0 §6). Without compression. Immutable.
 *
 * @param path that the WebSocket is at; begins with {@code /}; default {@code /mqtt}
 * @param allowedOrigins where pages may come from that connect, such as {@code https://app.example.com}, in lower case; {@code *} for
 *     anywhere. Default empty: pages from the host that they connect to, whatever the port. Only browsers say where a page comes from;
 *     who says nothing is let in
 * @param forwarders where HTTP proxies are that are believed in what they say about their clients' addresses, in the field {@code
 *     X-Forwarded-For}. Default none: nobody is. (The PROXY protocol is another thing, see {@link Listener#behindProxies}.) The client is at
 *     the last address of the field that is not itself a forwarder's, for bans, limits, events and {@code ClientInfo}; with the port 0,
 *     which is not known. A forwarder that sends no such field is the client itself; one that sends something else than addresses is
 *     refused. Limits that count at accept count the client, but only when its request has come: behind the TLS handshake
 * @since 0.1.0
 */
@Stable
public record WebSocket(String path, Set<String> allowedOrigins, List<Cidr> forwarders) {

    private static final WebSocket DEFAULTS = new WebSocket("/mqtt", Set.of(), List.of());

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
        forwarders = List.copyOf(forwarders);
    }

    /** At {@code /mqtt}, for pages from the same host. */
    public static WebSocket defaults() {
        return DEFAULTS;
    }
}
