package io.maxmq.auth;

import io.maxmq.spi.extension.BrokerContext;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;

/** Where the keys of tokens come from. Thread-safe. */
interface TokenKeySource {

    /**
     * Begins to look for keys.
     *
     * @throws AccessFileException when they cannot be had
     */
    default void start(BrokerContext context, Logger log) {}

    /** Those that are known. */
    TokenKeys current();

    /** Others than these, if there are any by now; the same if not. Completes exceptionally when nothing is known yet. */
    default CompletionStage<TokenKeys> newer(TokenKeys than) {
        return CompletableFuture.completedFuture(current());
    }

    /** Looks no more. */
    default void close() {}
}
