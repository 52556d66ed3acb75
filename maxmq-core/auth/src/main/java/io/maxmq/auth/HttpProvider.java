package io.maxmq.auth;

import io.maxmq.spi.Internal;
import io.maxmq.spi.RedactedUrl;
import io.maxmq.spi.config.AuthenticatorProvider;
import io.maxmq.spi.config.ConfigSection;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * The authenticator {@code http} of a configuration file.
 *
 * @since 0.1.0
 */
@Internal
public final class HttpProvider implements AuthenticatorProvider {
    @Override
    public String type() {
        return "http";
    }

    @Override
    public Provided create(ConfigSection section) {
        HttpAuthenticator http = HttpAuthenticator.at(url(section, "url"));
        for (String header : section.texts("headers", List.of())) {
            int colon = header.indexOf(':');
            if (colon < 1) {
                throw section.wrong("headers", "must be names and values, \"Authorization: Bearer x\"");
            }
            http.header(header.substring(0, colon), header.substring(colon + 1).strip());
        }
        http.deadline(section.duration("deadline", Duration.ofSeconds(2)));
        http.remember(section.duration("remember", Duration.ZERO));
        http.maxConcurrent(section.number("max-concurrent", 64));
        if (section.flag("failures-to-next", false)) {
            http.failuresToNext();
        }
        if (!section.flag("failure-delay", true)) {
            http.withoutFailureDelay();
        }
        return TenantKey.of(section, http);
    }

    /** Reads a URL. The exception of a malformed one names it without user and password. */
    static URI url(ConfigSection section, String key) {
        String text = section.text(key);
        try {
            return URI.create(text);
        } catch (IllegalArgumentException e) {
            throw section.wrong(key, "must be a URL, not " + RedactedUrl.of(text));
        }
    }
}
