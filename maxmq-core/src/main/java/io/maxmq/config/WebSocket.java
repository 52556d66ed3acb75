package io.maxmq.config;

import io.maxmq.spi.Cidr;
import io.maxmq.spi.Stable;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * WebSocket settings of a listener (MQTT 5.0 §6). Without compression. Immutable.
 *
 * @param path of the WebSocket; begins with {@code /}; default {@code /mqtt}
 * @param allowedOrigins origins of pages that may connect, such as {@code https://app.example.com}, in lower case;
 *     {@code *} for all. Default empty: pages with the scheme, the host and the port that they connect to. Only
 *     browsers send an origin; other clients are not affected
 * @param allowedHosts names without a port that clients may use in {@code Host} for a plain WebSocket on a loopback
 *     address, besides IP addresses and {@code localhost}; {@code *} for all. Default empty: a page of the internet
 *     cannot reach the broker by a name that resolves to 127.0.0.1 (DNS rebinding). Not checked for remote clients
 *     behind a trusted proxy, nor with TLS
 * @param forwarders addresses of trusted HTTP proxies: the broker takes the client's address from
 *     {@code X-Forwarded-For}, and the requested scheme and host from the last values of {@code X-Forwarded-Proto} and
 *     {@code X-Forwarded-Host}. Default none. (For the PROXY protocol see {@link Listener#behindProxies}.) The client's
 *     address, for bans, limits, events and {@code ClientInfo}, is the last address of the field that is not itself a
 *     forwarder's, with the unknown port 0. A forwarder that sends no such field is the client itself; one that sends
 *     anything but addresses is refused. Limits at accept count the client only when its request has arrived, after the
 *     TLS handshake
 * @since 0.1.0
 */
@Stable
public record WebSocket(String path, Set<String> allowedOrigins, Set<String> allowedHosts, List<Cidr> forwarders) {

    private static final WebSocket DEFAULTS = new WebSocket("/mqtt", Set.of(), Set.of(), List.of());

    /** Checks every value; converts origins and hosts to lower case. */
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
        Set<String> hosts = new LinkedHashSet<>();
        for (String each : allowedHosts) {
            if (!each.equals("*") && !each.matches("[A-Za-z0-9._-]{1,255}")) {
                throw new IllegalArgumentException("an allowed host must be a name without a port, or *: host=" + each);
            }
            hosts.add(each.toLowerCase(Locale.ROOT));
        }
        allowedHosts = Set.copyOf(hosts);
        forwarders = List.copyOf(forwarders);
    }

    /** Returns the defaults: {@code /mqtt}, for pages of the same origin. */
    public static WebSocket defaults() {
        return DEFAULTS;
    }
}
