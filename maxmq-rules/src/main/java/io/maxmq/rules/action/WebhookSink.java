package io.maxmq.rules.action;

import io.maxmq.rules.sink.BatchResult;
import io.maxmq.rules.sink.Buffering;
import io.maxmq.rules.sink.Sink;
import io.maxmq.rules.sink.SinkBatch;
import io.maxmq.rules.sink.SinkContext;
import io.maxmq.rules.sink.SinkHealth;
import io.maxmq.spi.Cidr;
import io.maxmq.spi.Preview;
import io.maxmq.spi.RedactedUrl;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Posts records as JSON: {@code WebhookSink.at(URI.create("https://example.com/hook")).header("Authorization", "Bearer …")}. Configured
 * before it is given to an engine, and not changed then.
 *
 * <p><b>The request</b> is a POST of one record as an object or, with {@link #batches}, of an array or of lines. {@code Idempotency-Key}
 * names what is sent, so that a service can tell what comes a second time: the record's id, of a batch a hash of them.
 *
 * <p><b>The answer</b> counts as success with a status of 200 to 299. 408, 425, 429 and 500 to 599, no answer in time and a broken
 * connection are tried again, after the time that {@code Retry-After} says and the engine's own pauses. 401, 403, 404 and 407 are about the
 * sink, not about a record: the sink is down at once and its records wait. A sink that is down is probed by HEAD: any answer but 502, 503
 * and 504 shows a service, which is then tried with one record. Any other status rejects the records of the request for good; redirects are
 * not followed.
 *
 * <p><b>Order:</b> up to {@link #inFlight} requests are under way at the same time. The records of one client are sent one request after the
 * other, in order, also when they are tried again; records of different clients may overtake each other.
 *
 * <p><b>Where to:</b> addresses of this machine, of private networks and of clouds' own services are refused unless {@link #allow} names
 * them. The host is looked up for each request, shortly before the JDK's client does: a name that changes its address between the two
 * gets through, so a network that must not be reached is better closed by a firewall too.
 *
 * @since 0.1.0
 */
@Preview
public final class WebhookSink implements Sink {
    private static final Duration LONGEST_DEADLINE = Duration.ofMinutes(5);
    private static final int MAX_IN_FLIGHT = 256;

    /**
     * The format of several records in one body.
     *
     *
     * @since 0.1.0
     */
    @Preview
    public enum Format {
        /** A JSON array. */
        ARRAY,
        /** A JSON object on each line, {@code application/x-ndjson}. */
        LINES
    }

    private final URI url;
    private final Map<String, String> headers = new LinkedHashMap<>();
    private final Set<String> hosts = new HashSet<>();
    private final List<Cidr> networks = new ArrayList<>();
    private Buffering buffering = Buffering.DEFAULTS;
    private @Nullable Format format;
    private Duration deadline = Duration.ofSeconds(10);
    private int maxBodyBytes = 1 << 20;
    private int inFlight = 4;
    private @Nullable SSLContext tls;

    /** The calls of a running engine; null before and after. */
    private volatile @Nullable WebhookCalls running;

    private WebhookSink(URI url) {
        this.url = url;
    }

    /**
     * Creates a sink for a URL.
     * @throws IllegalArgumentException for a scheme other than {@code https} and {@code http}
     */
    public static WebhookSink at(URI url) {
        if (url.getHost() == null || !("https".equals(url.getScheme()) || "http".equals(url.getScheme()))) {
            throw new IllegalArgumentException(
                    "url must be https://HOST/… or http://HOST/…: url=" + RedactedUrl.of(url));
        }
        return new WebhookSink(url);
    }

    /**
     * Adds a header to each request. Its value is never logged.
     * @throws IllegalArgumentException for a header that may not be set
     */
    public WebhookSink header(String name, String value) {
        checkNotStarted();
        HttpRequest.newBuilder(url).setHeader(name, value);
        headers.put(name, value);
        return this;
    }

    /** Sends up to that many records at a time; one waits up to {@code linger} for others. */
    public WebhookSink batches(Format newFormat, int records, Duration linger) {
        checkNotStarted();
        format = newFormat;
        buffering = buffering.batches(records, linger);
        return this;
    }

    /** Sets bounds and retries of the buffer; its batch settings apply to {@link #batches} but do not enable it. */
    public WebhookSink buffering(Buffering newBuffering) {
        checkNotStarted();
        buffering = newBuffering;
        return this;
    }

    /**
     * Sets the deadline of an answer; default 10 seconds.
     *
     *
     * @param time 1 ms to 5 minutes
     */
    public WebhookSink deadline(Duration time) {
        checkNotStarted();
        if (time.toMillis() < 1 || time.compareTo(LONGEST_DEADLINE) > 0) {
            throw new IllegalArgumentException("deadline must be 1 ms..5 minutes: deadline=" + time);
        }
        deadline = time;
        return this;
    }

    /** Sets the most bytes of a body, 1 or more; default 1 MiB. A longer record becomes a dead letter. */
    public WebhookSink maxBodyBytes(int bytes) {
        checkNotStarted();
        if (bytes < 1) {
            throw new IllegalArgumentException("bytes must be 1 or more: bytes=" + bytes);
        }
        maxBodyBytes = bytes;
        return this;
    }

    /**
     * Returns the number of requests that may be under way at the same time; 4 unless said otherwise. With 1 all records are sent in order.
     *
     * @param requests 1 to 256
     */
    public WebhookSink inFlight(int requests) {
        checkNotStarted();
        if (requests < 1 || requests > MAX_IN_FLIGHT) {
            throw new IllegalArgumentException("inFlight must be 1.." + MAX_IN_FLIGHT + ": inFlight=" + requests);
        }
        inFlight = requests;
        return this;
    }

    /**
     * Allows a host with any address, or a network.
     * @param hostOrNetwork such as {@code localhost}, {@code 10.1.0.0/16} or {@code ::1}
     */
    public WebhookSink allow(String hostOrNetwork) {
        checkNotStarted();
        try {
            networks.add(Cidr.parse(hostOrNetwork));
        } catch (IllegalArgumentException e) {
            hosts.add(hostOrNetwork.toLowerCase(Locale.ROOT)); // a name
        }
        return this;
    }

    /** For TLS with other authorities, or with a certificate of the broker's, than the JDK's. */
    public WebhookSink tls(SSLContext context) {
        checkNotStarted();
        tls = context;
        return this;
    }

    private void checkNotStarted() {
        if (running != null) {
            throw new IllegalStateException("a webhook is configured before it is used: " + RedactedUrl.of(url));
        }
    }

    @Override
    public String name() {
        return "webhook";
    }

    @Override
    public Buffering buffering() {
        return buffering;
    }

    /** Looking up a host blocks. */
    @Override
    public boolean blocking() {
        return true;
    }

    @Override
    public int maxConcurrentWrites() {
        return inFlight;
    }

    @Override
    public boolean takesJson() {
        return true;
    }

    /** Refuses an address that {@link #allow} would have to name. A host name is looked up with each request. */
    @Override
    public void check() {
        String problem = new AddressGuard(hosts, networks).literalProblem(url.getHost());
        if (problem != null) {
            throw new IllegalArgumentException("url must not be near the broker: " + problem);
        }
    }

    @Override
    public CompletionStage<Void> start(SinkContext context) {
        running = new WebhookCalls(
                new WebhookCalls.Settings(
                        url,
                        Map.copyOf(headers),
                        format,
                        deadline,
                        maxBodyBytes,
                        new AddressGuard(hosts, networks),
                        tls),
                context.broker());
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<BatchResult> write(SinkBatch batch) {
        WebhookCalls present = running;
        if (present == null) {
            throw new IllegalStateException("not started");
        }
        return present.write(batch);
    }

    @Override
    public CompletionStage<SinkHealth> probe() {
        WebhookCalls present = running;
        return present == null ? CompletableFuture.completedFuture(SinkHealth.down("not started")) : present.probe();
    }

    @Override
    public CompletionStage<Void> close() {
        WebhookCalls present = running;
        if (present != null) {
            present.close();
        }
        return CompletableFuture.completedFuture(null);
    }
}
