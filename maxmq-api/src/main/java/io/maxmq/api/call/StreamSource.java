package io.maxmq.api.call;

import java.util.concurrent.CompletionStage;

/** A source of events. */
@FunctionalInterface
public interface StreamSource {

    /**
     * Begins to pass events to the sink.
     *
     * @return completes with the action that ends it, which never blocks; called once
     */
    CompletionStage<Runnable> open(StreamSink sink);
}
