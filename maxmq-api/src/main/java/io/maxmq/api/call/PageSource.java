package io.maxmq.api.call;

import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** A query that is read page by page. */
@FunctionalInterface
public interface PageSource {

    /** Reads one page; never blocks. */
    CompletionStage<Slice> page(int limit, Optional<String> cursor);
}
