package io.maxmq.auth;

import io.maxmq.codec.Utf8;
import io.maxmq.spi.RedactedUrl;
import io.maxmq.spi.Registration;
import io.maxmq.spi.Timers;
import io.maxmq.spi.extension.BrokerContext;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.helpers.NOPLogger;

/**
 * Keys that a server publishes as a JSON Web Key Set. Fetched at the start, again and again, and when a token names a key that is
 * not known; one fetch at a time, on the worker pool, and not more often than a pause allows. While none succeeds the last keys
 * count. Thread-safe.
 */
final class TokenKeyUrl implements TokenKeySource {
    /** Between two fetches, so that tokens with keys that nobody has cannot make more. */
    static final Duration PAUSE = Duration.ofSeconds(10);

    private static final int MAX_BYTES = 1 << 20;

    private final URI url;
    private final Duration refresh;
    private final Duration deadline;
    private volatile TokenKeys keys = TokenKeys.NONE;

    // set at the start
    private volatile @Nullable BrokerContext context;
    private volatile Registration refreshing = Registration.NONE;
    private volatile Logger log = NOPLogger.NOP_LOGGER;

    // guarded by this
    private @Nullable CompletableFuture<TokenKeys> fetch;
    private boolean fetched;
    private long fetchedNanos;

    /**
     * Fetches nothing yet.
     *
     * @param refresh how often to fetch
     * @param deadline of one fetch, in real time
     */
    TokenKeyUrl(URI url, Duration refresh, Duration deadline) {
        this.url = url;
        this.refresh = refresh;
        this.deadline = deadline;
    }

    @Override
    public void start(BrokerContext newContext, Logger newLog) {
        context = newContext;
        log = newLog;
        if (!"https".equals(url.getScheme())) {
            log.warn(
                    "the keys of tokens come from {} without TLS: an attacker on the network path can replace them and admit any client; use https",
                    RedactedUrl.of(url));
        }
        var unused = newer(TokenKeys.NONE);
        refreshing = newContext.timers().every(refresh, () -> {
            var unusedToo = newer(keys);
        });
    }

    @Override
    public TokenKeys current() {
        return keys;
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // is it the same reading?
    public CompletionStage<TokenKeys> newer(TokenKeys than) {
        BrokerContext present = context;
        CompletableFuture<TokenKeys> begun;
        synchronized (this) {
            if (fetch != null) {
                return fetch;
            }
            long now = present == null ? 0 : present.clock().nanoTime();
            if (present == null || keys != than || (fetched && now - fetchedNanos < PAUSE.toNanos())) {
                return known();
            }
            begun = new CompletableFuture<>();
            fetch = begun;
            fetched = true;
            fetchedNanos = now;
        }
        try {
            present.workers().execute(() -> fetch(begun, present.timers()));
        } catch (RejectedExecutionException e) {
            ended(begun, e);
        }
        return begun;
    }

    private CompletionStage<TokenKeys> known() {
        return keys.size() > 0
                ? CompletableFuture.completedFuture(keys)
                : CompletableFuture.failedFuture(
                        new IllegalStateException("no keys of tokens could be had from " + RedactedUrl.of(url)));
    }

    private void fetch(CompletableFuture<TokenKeys> begun, Timers timers) {
        try {
            TokenKeys read = TokenKeyText.parse(BoundedGet.fetch(url, deadline, MAX_BYTES, timers));
            read.requireAny(keys, RedactedUrl.of(url), log);
            keys = read;
            log.debug("{} keys of tokens at {}", read.size(), RedactedUrl.of(url));
            ended(begun, null);
        } catch (Exception e) {
            log.warn(
                    "the keys of tokens could not be fetched from {}: {}",
                    RedactedUrl.of(url),
                    Utf8.escape(e.toString()));
            ended(begun, e);
        }
    }

    /** Who waited has what is known, also when this fetch was none. */
    private void ended(CompletableFuture<TokenKeys> begun, @Nullable Exception failure) {
        synchronized (this) {
            fetch = null;
        }
        if (failure == null || keys.size() > 0) {
            begun.complete(keys);
        } else {
            begun.completeExceptionally(failure);
        }
    }

    @Override
    public void close() {
        refreshing.close();
    }
}
