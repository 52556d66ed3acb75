package io.maxmq.core.transport;

import io.maxmq.config.WebSocket;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Decides which web pages may open a WebSocket. A browser lets every page connect to every host and names the page's origin, so a page
 * of the internet could use a broker that only its reader reaches. By default only pages with the scheme, the host and the port of the
 * request may. An attacker can also point a name of his own at 127.0.0.1 (DNS rebinding), which makes his page one of the same origin: so
 * on a loopback address a plain WebSocket must be asked for by an address, as {@code localhost}, or by an allowed host.
 *
 * @param settings of the listener
 * @param secure whether the listener has TLS
 * @param forwarded whether a trusted HTTP proxy sends the request, whose X-Forwarded-Proto and X-Forwarded-Host count
 * @param local whether the request comes from this machine to a loopback address
 */
record PageAccess(WebSocket settings, boolean secure, boolean forwarded, boolean local) {
    private static final String ANY = "*";

    /**
     * Of a connection.
     *
     * @param arrivedAt address of the broker that the connection was made to
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

    /** Why the request is refused; null when it is not. */
    @Nullable
    String refusal(HttpRequestHead request) {
        WebOrigin asked = asked(request);
        if (local && (asked == null || !asked.scheme().equals("https") && !isAllowedHost(asked))) {
            return "the host " + (asked == null ? "" : asked.host())
                    + " is not allowed on a loopback address; add it to the allowed hosts";
        }
        if (!request.has("origin") || settings.allowedOrigins().contains(ANY)) {
            return null; // only browsers send one
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

    /** The origin that the client asked for; null when that is not clear. */
    private @Nullable WebOrigin asked(HttpRequestHead request) {
        String host = said(request, "x-forwarded-host", request.single("host"));
        String scheme = said(request, "x-forwarded-proto", secure ? "https" : "http");
        return host == null || scheme == null ? null : WebOrigin.of(scheme.equals("wss") ? "https" : scheme, host);
    }

    /** What the nearest trusted proxy says last; {@code otherwise} when there is none or it says nothing. */
    private @Nullable String said(HttpRequestHead request, String field, @Nullable String otherwise) {
        List<String> said = forwarded ? request.listed(field) : List.of();
        return said.isEmpty() ? otherwise : said.get(said.size() - 1).toLowerCase(Locale.ROOT);
    }
}
