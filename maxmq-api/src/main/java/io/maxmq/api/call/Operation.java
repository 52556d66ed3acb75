package io.maxmq.api.call;

import java.util.concurrent.CompletionStage;

/** The code of one operation of the contract. */
@FunctionalInterface
public interface Operation {

    /**
     * Executes a call. Called on the event loop of the API server; must not block.
     *
     * @return completes on any thread; exceptionally with a {@link Problem}, or with an exception of the SPI
     * @throws RuntimeException as an exceptional completion
     */
    CompletionStage<ApiAnswer> run(ApiCall call);
}
