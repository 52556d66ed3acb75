package io.maxmq.examples.inprocess;

import io.maxmq.spi.Message;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Adds up a number of readings of a stream, one at a time: the next is asked for when this one has been dealt with. */
final class Readings implements Flow.Subscriber<Message> {
    private final CompletableFuture<Integer> sum = new CompletableFuture<>();
    private int missing;
    private int soFar;
    private Flow.@Nullable Subscription subscription;

    Readings(int count) {
        missing = count;
    }

    /** Complete with the last reading. */
    CompletableFuture<Integer> sum() {
        return sum;
    }

    @Override
    public void onSubscribe(Flow.Subscription toThis) {
        subscription = toThis;
        toThis.request(1);
    }

    @Override
    public void onNext(Message reading) {
        soFar += Integer.parseInt(reading.payloadText());
        missing--;
        if (subscription != null && missing > 0) {
            subscription.request(1);
        } else if (subscription != null) {
            subscription.cancel();
            sum.complete(soFar);
        }
    }

    @Override
    public void onError(Throwable failure) {
        sum.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        sum.completeExceptionally(new IllegalStateException("the broker was closed, missing=" + missing));
    }
}
