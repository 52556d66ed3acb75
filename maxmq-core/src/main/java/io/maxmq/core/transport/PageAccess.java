package io.maxmq.core.transport;

import io.maxmq.config.WebSocket;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Decides which web pages may open a WebSocket. A browser lets every page connect to every host and names the page's
 * origin, so a page on the internet could use a broker that only the user's machine can reach. By default only pages
 * with the scheme, host and port of the request are allowed. An attacker can also resolve an own host name to 127.0.0.1
 * (DNS rebinding), which gives the attacker's page the same origin. On a loopback address a plain WebSocket request
 * must therefore name an IP address, {@code localhost}, or an allowed host.
 *
 * @param settings of the listener
 * @param secure true if the listener has TLS
 * @param forwarded true if a trusted HTTP proxy sent the request; then X-Forwarded-Proto and X-Forwarded-Host are used
 * @param local true if the request comes from this machine to a loopback address
 */
record PageAccess(WebSocket settings, boolean secure, boolean forwarded, boolean local) {
    private static final String ANY = "*";

    /**
     * Returns the rules for one connection.
     *
     * @param arrivedAt local address of the connection
     * @param speaksFor the client that a trusted proxy names; null without a proxy
     */
    static PageAccess of(
            WebSocket settings,
            boolean secure,
            boolean forwarded,
            @Nullable SocketAddress arrivedAt,
            @Nullable SocketAddress speaksFor) {
        boolean local = isLoopback(arrivedAt) && (speaksFor == null || isLoopback(speaksFor));
        return new PageAccess(settings, secure, forwarded, local);
    }

    private static boolean isLoopback(@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress inet
                && inet.getAddress() != null
                && inet.getAddress().isLoopbackAddress();
    }

    /** Reason for the refusal of a request; null if the request is allowed. */
    @Nullable
    String refusal(HttpRequestHead request) {
        WebOrigin asked = asked(request);
        if (local && (asked == null || !asked.scheme().equals("https") && !isAllowedHost(asked))) {
            return "the host " + (asked == null ? "" : asked.host())
                    + " is not allowed on a loopback address; add it to the allowed hosts";
        }
        if (!request.has("origin") || settings.allowedOrigins().contains(ANY)) {
            return null; // only browsers send the field
        }
        String origin = request.single("origin");
        if (origin == null) {
            return "more than one origin is not allowed";
        }
        boolean allowed = settings.allowedOrigins().isEmpty()
                ? asked != null && asked.equals(WebOrigin.parse(origin))
                : settings.allowedOrigins().contains(origin.toLowerCase(Locale.ROOT));
        return allowed ? null : "the origin " + origin + " is not allowed";
    }

    private boolean isAllowedHost(WebOrigin asked) {
        return asked.isFixed()
                || settings.allowedHosts().contains(asked.host())
                || settings.allowedHosts().contains(ANY);
    }

    /** Origin that the client requested; null if it cannot be determined. */
    private @Nullable WebOrigin asked(HttpRequestHead request) {
        String host = said(request, "x-forwarded-host", request.single("host"));
        String scheme = said(request, "x-forwarded-proto", secure ? "https" : "http");
        return host == null || scheme == null ? null : WebOrigin.of(scheme.equals("wss") ? "https" : scheme, host);
    }

    /**
     * Last value of this field as set by the nearest trusted proxy; {@code otherwise} without a proxy or without a
     * value.
     */
    private @Nullable String said(HttpRequestHead request, String field, @Nullable String otherwise) {
        List<String> said = forwarded ? request.listed(field) : List.of();
        return said.isEmpty() ? otherwise : said.get(said.size() - 1).toLowerCase(Locale.ROOT);
    }
}
