package io.maxmq.auth;

import io.maxmq.spi.RedactedUrl;
import io.maxmq.spi.Stable;
import io.maxmq.spi.auth.AuthenticationRequest;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.auth.Authenticator;
import io.maxmq.spi.extension.BrokerContext;
import io.maxmq.spi.extension.Extension;
import io.maxmq.spi.extension.ExtensionInUseException;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Asks a service of yours who may connect: {@code
 * MaxMQ.builder().authenticator(HttpAuthenticator.at(URI.create("https://id.example/mqtt")))}. Needs the JDK's module {@code
 * java.net.http}.
 *
 * <p><b>The question</b> is a POST of a JSON object: {@code clientId}; {@code username} and {@code password} as CONNECT has them, the
 * latter as {@code passwordBase64} when it is not UTF-8; {@code address} without port; {@code listener}; {@code tenant}, where
 * TLS has named one; {@code protocol}, {@code MQTT_5} say; and of a client certificate the attributes of {@link
 * CertificateAuthenticator}, {@code cert.cn} and so on.
 *
 * <p><b>The answer</b> is status 200 and a JSON object with {@code "result"}: {@code "allow"}, {@code "deny"}, or {@code "ignore"},
 * which asks the next authenticator. {@code "allow"} may come with {@code username}, {@code clientId} and {@code tenant}, texts
 * that take the place of the client's; {@code anonymous}, {@code true} when the service lets the client in without vouching for
 * CONNECT's user name, which is taken as proven otherwise; {@code attributes}, an object of texts that become the client's attributes {@code
 * http.NAME}; {@code ttl}, seconds for which the same question need not be asked again; and {@code expires}, seconds since 1970, when the
 * connection ends with 0xA0. What else is there is left alone. A denied client is told 0x86 (Bad user name or password).
 *
 * <p><b>Failures</b> deny: any other answer, more than 64 KiB, and none within two seconds. They are reported as {@code
 * PluginFailed}, and the client is told 0x88 (Server unavailable). Redirects are not followed.
 *
 * <p><b>Cost:</b> no thread waits. 64 questions are under way at most, 1000 more wait, an eighth of them from one address; beyond
 * that clients are told 0x89 (Server busy). Who was let in is remembered for the answer's {@code ttl}, an hour at most; of 100,000
 * clients, as a MAC under a key of this process. Denied clients slow their address down as with {@link PasswordFile}.
 *
 * <p>One object serves one broker, which starts and stops it. On JDK 17 to 20 the JDK's client keeps a thread until it is
 * collected as garbage. Thread-safe.
 *
 * @since 0.1.0
 */
@Stable
public final class HttpAuthenticator implements Authenticator, Extension {
    private static final Duration LONGEST_DEADLINE = Duration.ofMinutes(1);
    private static final Duration LONGEST_TTL = Duration.ofHours(1);
    private static final int MAX_AT_ONCE = 10_000;

    private final URI url;
    private final Map<String, String> headers = new LinkedHashMap<>();
    private Duration deadline = Duration.ofSeconds(2);
    private Duration ttl = Duration.ZERO;
    private int atOnce = 64;
    private boolean failuresToNext;
    private boolean delaysFailures = true;
    private @Nullable SSLContext tls;

    /** What there is while the broker runs; null before, and closed after. */
    private volatile @Nullable HttpLogins running;

    private HttpAuthenticator(URI url) {
        this.url = url;
    }

    /**
     * Of the service there.
     *
     * @param url {@code https}; {@code http} only where nobody can get in between, since passwords are sent
     * @throws IllegalArgumentException when it is no such URL
     * @throws IllegalStateException when the JDK's module is missing
     */
    public static HttpAuthenticator at(URI url) {
        if (url.getHost() == null || !("https".equals(url.getScheme()) || "http".equals(url.getScheme()))) {
            throw new IllegalArgumentException(
                    "url must be https://HOST/… or http://HOST/…: url=" + RedactedUrl.of(url));
        }
        // A method reference would load it out here.
        MissingLibrary.requireModule("HttpAuthenticator", "java.net.http", () -> HttpLogins.isThere());
        return new HttpAuthenticator(url);
    }

    /**
     * Sends a header along, {@code Authorization} say. Never logged.
     *
     * @throws IllegalArgumentException when the service could not be sent it
     * @throws IllegalStateException once the broker has started, as from each of these
     */
    public HttpAuthenticator header(String name, String value) {
        checkNotStarted();
        HttpLogins.checkHeader(url, name, value);
        headers.put(name, value);
        return this;
    }

    /**
     * How long an answer may take; 2 seconds unless said otherwise. The broker's plug-in deadline holds too.
     *
     * @param time 1 ms to 1 minute
     * @throws IllegalArgumentException when out of range
     */
    public HttpAuthenticator deadline(Duration time) {
        checkNotStarted();
        if (time.toMillis() < 1 || time.compareTo(LONGEST_DEADLINE) > 0) {
            throw new IllegalArgumentException("deadline must be 1 ms..1 minute: deadline=" + time);
        }
        deadline = time;
        return this;
    }

    /**
     * How long a client is remembered whose answer has no {@code ttl}; not at all unless said otherwise.
     *
     * @param time 0..1 hour
     * @throws IllegalArgumentException when out of range
     */
    public HttpAuthenticator remember(Duration time) {
        checkNotStarted();
        if (time.isNegative() || time.compareTo(LONGEST_TTL) > 0) {
            throw new IllegalArgumentException("remember must be 0..1 hour: remember=" + time);
        }
        ttl = time;
        return this;
    }

    /**
     * How many questions may be under way; 64 unless said otherwise.
     *
     * @param questions 1..10,000
     * @throws IllegalArgumentException when out of range
     */
    public HttpAuthenticator maxConcurrent(int questions) {
        checkNotStarted();
        if (questions < 1 || questions > MAX_AT_ONCE) {
            throw new IllegalArgumentException("maxConcurrent must be 1..10000: maxConcurrent=" + questions);
        }
        atOnce = questions;
        return this;
    }

    /** Leaves clients to the next authenticator, in place of denying them, when the service fails. Logged then, not reported. */
    public HttpAuthenticator failuresToNext() {
        checkNotStarted();
        failuresToNext = true;
        return this;
    }

    /** Does not slow down addresses whose clients are denied. */
    public HttpAuthenticator withoutFailureDelay() {
        checkNotStarted();
        delaysFailures = false;
        return this;
    }

    /** For TLS with other authorities, or with a certificate of the broker's, than the JDK's. */
    public HttpAuthenticator tls(SSLContext context) {
        checkNotStarted();
        tls = context;
        return this;
    }

    private void checkNotStarted() {
        if (running != null) {
            throw new IllegalStateException("an HTTP authenticator is configured before the broker starts");
        }
    }

    @Override
    public String name() {
        return "HttpAuthenticator";
    }

    @Override
    public CompletionStage<AuthenticationResult> authenticate(AuthenticationRequest request) {
        HttpLogins present = running;
        if (present == null) {
            throw new IllegalStateException(
                    "the broker of the HTTP authenticator does not run: " + RedactedUrl.of(url));
        }
        return present.ask(request);
    }

    /** For the broker. */
    @Override
    public CompletionStage<Void> start(BrokerContext context) {
        if (running != null) {
            throw new ExtensionInUseException("one HTTP authenticator serves one broker: " + RedactedUrl.of(url));
        }
        running = new HttpLogins(
                new HttpLogins.Settings(
                        url,
                        Map.copyOf(headers),
                        deadline,
                        ttl,
                        LONGEST_TTL,
                        atOnce,
                        failuresToNext,
                        delaysFailures,
                        tls),
                context);
        return CompletableFuture.completedFuture(null);
    }

    /** For the broker. */
    @Override
    public CompletionStage<Void> stop() {
        HttpLogins present = running;
        if (present != null) {
            present.close();
        }
        return CompletableFuture.completedFuture(null);
    }

    /** Questions that wait since their address has failed too often. */
    int delayedQuestions() {
        HttpLogins present = running;
        return present == null ? 0 : present.delayedQuestions();
    }
}
