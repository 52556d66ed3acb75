package io.maxmq.spi;

import io.maxmq.codec.Utf8;
import java.net.URI;

/**
 * A URL as logs, error texts and events may show it: without {@code user:password@}, query and fragment, which may hold secrets.
 * Stateless.
 *
 * @since 0.1.0
 */
@Internal
public final class RedactedUrl {
    private static final String HIDDEN = "…";

    private RedactedUrl() {}

    /** Returns scheme, host, port and path. */
    public static String of(URI url) {
        String authority = url.getRawAuthority();
        if (authority == null) {
            return of(url.toString());
        }
        String path = url.getRawPath() == null ? "" : url.getRawPath();
        boolean cut = url.getRawQuery() != null || url.getRawFragment() != null;
        String scheme = url.getScheme() == null ? "" : url.getScheme() + ":";
        String host = authority.substring(authority.lastIndexOf('@') + 1);
        return Utf8.escape(scheme + "//" + host + path + (cut ? HIDDEN : ""));
    }

    /** Returns the same of a text that need not be a URL; hides rather too much, since a password may have any character. */
    public static String of(String url) {
        int slashes = url.indexOf("//");
        int start = slashes < 0 ? url.indexOf(':') + 1 : slashes + 2;
        int at = url.lastIndexOf('@');
        String shown = at < start ? url : url.substring(0, start) + HIDDEN + url.substring(at);
        for (int i = 0; i < shown.length(); i++) {
            if (shown.charAt(i) == '?' || shown.charAt(i) == '#') {
                return Utf8.escape(shown.substring(0, i) + HIDDEN);
            }
        }
        return Utf8.escape(shown);
    }
}
