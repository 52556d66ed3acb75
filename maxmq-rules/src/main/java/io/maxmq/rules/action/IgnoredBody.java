package io.maxmq.rules.action;

import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Reads an answer's body to its end, so that the connection can be used again, and no further than a bound. For one answer. */
final class IgnoredBody implements HttpResponse.BodySubscriber<Void> {
    private static final int MAX_BYTES = 64 << 10;

    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private Flow.@Nullable Subscription subscription;
    private long bytes;

    @Override
    public CompletionStage<Void> getBody() {
        return done;
    }

    @Override
    public void onSubscribe(Flow.Subscription to) {
        subscription = to;
        to.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        for (ByteBuffer each : buffers) {
            bytes += each.remaining();
        }
        Flow.Subscription present = subscription;
        if (bytes > MAX_BYTES && present != null) {
            present.cancel();
            done.complete(null); // the status has said all
        }
    }

    @Override
    public void onError(Throwable failure) {
        done.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        done.complete(null);
    }
}
