package io.maxmq.auth;

import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.Utf8;
import io.maxmq.spi.RedactedUrl;
import io.maxmq.spi.Registration;
import io.maxmq.spi.auth.AuthenticationRequest;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.extension.BrokerContext;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The questions of one broker to an HTTP service; cannot be loaded without {@code java.net.http}. Thread-safe. */
final class HttpLogins {
    private static final int MAX_WAITING = 1000;
    private static final int MAX_REMEMBERED = 100_000;
    private static final int MAX_ANSWER_BYTES = 65_536;

    private static final AuthenticationResult BUSY =
            AuthenticationResult.denied(ReasonCode.SERVER_BUSY, "too many clients connect at once");

    private static final AuthenticationResult TOO_MANY_FAILURES =
            AuthenticationResult.denied(ReasonCode.SERVER_BUSY, "too many failures from this address");

    private final Settings settings;
    private final BrokerContext context;
    private final Logger log;
    private final FairWorkQueue<HttpAuthResponse> calls;
    private final FailureDelay<AuthenticationResult> delay;
    private final RememberedLogins<AuthenticationResult> remembered;
    private final HttpRequest.Builder question;

    /** Null once closed. */
    private volatile @Nullable HttpClient client;

    /** Whether the last answer was none; races only make a line of the log come twice. */
    private volatile boolean failing;

    /**
     * What the authenticator has been told.
     *
     * @param ttl of answers that name none; zero not to remember them
     * @param tls null for the JDK's
     */
    record Settings(
            URI url,
            Map<String, String> headers,
            Duration deadline,
            Duration ttl,
            Duration longestTtl,
            int atOnce,
            boolean failuresToNext,
            boolean delaysFailures,
            @Nullable SSLContext tls) {}

    HttpLogins(Settings settings, BrokerContext context) {
        this.settings = settings;
        this.context = context;
        this.log = LoggerFactory.getLogger("io.maxmq." + context.brokerName() + ".auth");
        this.calls = FairWorkQueue.ofCalls(
                context.clock(),
                new FairWorkQueue.Bounds(settings.atOnce(), MAX_WAITING, settings.deadline()),
                new HttpAuthResponse(BUSY, Duration.ZERO));
        this.delay = new FailureDelay<>(
                context,
                settings.delaysFailures(),
                result -> result.equals(AuthenticationResult.denied()),
                TOO_MANY_FAILURES);
        this.remembered = new RememberedLogins<>(context.clock(), MAX_REMEMBERED);
        boolean secure = "https".equals(settings.url().getScheme());
        if (!secure) {
            log.warn("passwords are sent to {} without TLS", RedactedUrl.of(settings.url()));
        }
        HttpClient.Builder builder = HttpClient.newBuilder()
                .executor(this::execute)
                .followRedirects(HttpClient.Redirect.NEVER)
                .version(secure ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1)
                .connectTimeout(settings.deadline());
        SSLContext tls = settings.tls();
        this.client = (tls == null ? builder : builder.sslContext(tls)).build();
        this.question = HttpRequest.newBuilder(settings.url())
                .timeout(settings.deadline())
                .setHeader("Content-Type", "application/json")
                .setHeader("Accept", "application/json");
        settings.headers().forEach(question::setHeader);
    }

    /** The client's own small tasks. It must not be refused them, or it tells standard error. */
    private void execute(Runnable task) {
        try {
            context.workers().execute(task);
        } catch (RejectedExecutionException | IllegalStateException e) {
            task.run();
        }
    }

    /** Does nothing where the module is. */
    static void isThere() {
        HttpClient.newBuilder();
    }

    /** @throws IllegalArgumentException when it is none that may be sent; its value may be a secret, and is not shown */
    @SuppressWarnings("UnusedException") // whose message has the value in it
    static void checkHeader(URI url, String name, String value) {
        try {
            HttpRequest.newBuilder(url).setHeader(name, value);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "the name or the value of a header cannot be sent: name=" + Utf8.quote(name));
        }
    }

    CompletionStage<AuthenticationResult> ask(AuthenticationRequest request) {
        byte[] body = HttpAuthRequest.of(request).getBytes(StandardCharsets.UTF_8);
        RememberedLogins.Key key = remembered.key(request.client().tenant(), body);
        AuthenticationResult known = remembered.find(key, this::isValid);
        if (known != null) {
            return CompletableFuture.completedFuture(known);
        }
        Object address = FailedAttempts.keyOf(request.client().remoteAddress());
        Object source = address == null ? this : address;
        return delay.attempt(
                request.client().remoteAddress(),
                mayGoOn -> calls.submit(
                                source,
                                () -> mayGoOn.getAsBoolean()
                                        ? post(body)
                                        : CompletableFuture.completedFuture(
                                                new HttpAuthResponse(TOO_MANY_FAILURES, Duration.ZERO)))
                        .handle((answer, failure) -> settled(key, answer, failure)));
    }

    /** False when the permission itself has ended: the client must prove its identity again. */
    private boolean isValid(AuthenticationResult remembered) {
        return !(remembered instanceof AuthenticationResult.Allowed allowed)
                || allowed.validUntil()
                        .orElse(Instant.MAX)
                        .isAfter(Instant.ofEpochMilli(context.clock().epochMillis()));
    }

    private AuthenticationResult settled(
            RememberedLogins.Key key, @Nullable HttpAuthResponse answer, @Nullable Throwable failure) {
        if (answer != null) {
            if (answer.result() instanceof AuthenticationResult.Allowed) {
                remembered.put(key, answer.result(), answer.ttl());
            }
            return answer.result();
        }
        if (settings.failuresToNext()) {
            return AuthenticationResult.next();
        }
        throw new IllegalStateException("no answer from " + RedactedUrl.of(settings.url()), failure);
    }

    private CompletionStage<HttpAuthResponse> post(byte[] body) {
        HttpClient present = client;
        if (present == null) {
            return CompletableFuture.completedFuture(new HttpAuthResponse(BUSY, Duration.ZERO));
        }
        HttpRequest request = question.copy()
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        CompletableFuture<HttpResponse<byte[]>> sent =
                present.sendAsync(request, head -> new LimitedBody(MAX_ANSWER_BYTES));
        // The request's own timeout ends with the head of the answer.
        Registration late = context.timers().after(settings.deadline(), () -> sent.cancel(true));
        return sent.thenApply(this::understood).whenComplete((answer, failure) -> {
            late.close();
            noteFailure(failure);
        });
    }

    private HttpAuthResponse understood(HttpResponse<byte[]> response) {
        if (response.statusCode() != 200) {
            throw new IllegalArgumentException("status " + response.statusCode());
        }
        return HttpAuthResponse.parse(
                new String(response.body(), StandardCharsets.UTF_8), settings.ttl(), settings.longestTtl());
    }

    private void noteFailure(@Nullable Throwable failure) {
        if (failure != null && !failing) {
            failing = true;
            log.warn("no answer from {}: {}", RedactedUrl.of(settings.url()), Utf8.escape(failure.toString()));
        } else if (failure == null && failing) {
            failing = false;
            log.info("{} answers again", RedactedUrl.of(settings.url()));
        }
    }

    int delayedQuestions() {
        return delay.delayed();
    }

    /** Asks no more. */
    void close() {
        calls.close();
        HttpClient present = client;
        client = null;
        // From JDK 21 on; before, its thread ends when it is collected as garbage.
        if (present instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Exception e) {
                log.debug("the HTTP client has not closed", e);
            }
        }
    }
}
