package io.maxmq.memory;

import io.maxmq.spi.storage.Cursor;
import io.maxmq.spi.storage.EntryPage;
import io.maxmq.spi.storage.KeyRange;
import io.maxmq.spi.storage.Scan;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads a state page by page, each on the store's executor. Thread-safe; one page at a time. */
final class MemoryCursor implements Cursor {

    private final Scan scan;
    private final Supplier<PartitionState> source;
    private final BooleanSupplier sourceClosed;
    private final Executor executor;

    private volatile boolean closed;

    /** True if a page is under way. Taking and giving it back publishes the fields below to the next page. */
    private final AtomicBoolean busy = new AtomicBoolean();

    private @Nullable PartitionState state; // null before the first page
    private @Nullable KeyRange rest; // null behind the last page

    /**
     * @param source gives the state to read, asked at the first page
     * @param sourceClosed whether store or snapshot have closed
     */
    MemoryCursor(Scan scan, Supplier<PartitionState> source, BooleanSupplier sourceClosed, Executor executor) {
        this.scan = scan;
        this.source = source;
        this.sourceClosed = sourceClosed;
        this.executor = executor;
        this.rest = scan.range();
    }

    @Override
    public CompletionStage<EntryPage> next() {
        if (!busy.compareAndSet(false, true)) {
            throw new IllegalStateException("the page before is still under way");
        }
        CompletableFuture<EntryPage> result = new CompletableFuture<>();
        try {
            executor.execute(() -> turnPage(result));
        } catch (RejectedExecutionException e) {
            busy.set(false);
            result.completeExceptionally(new StorageException(Kind.CLOSED, "the store's executor takes no more", e));
        }
        return result;
    }

    private void turnPage(CompletableFuture<EntryPage> result) {
        if (closed || sourceClosed.getAsBoolean()) {
            state = null;
            busy.set(false);
            result.completeExceptionally(new StorageException(Kind.CLOSED, "the cursor or what it reads is closed"));
            return;
        }
        EntryPage page;
        try {
            page = readPage();
        } catch (Throwable e) { // every stage must complete, even without memory
            busy.set(false);
            result.completeExceptionally(e);
            return;
        }
        busy.set(false); // before the completion: its continuation may request the next page
        result.complete(page);
    }

    private EntryPage readPage() {
        PartitionState seen = state == null ? source.get() : state;
        if (rest == null) {
            return new EntryPage(List.of(), seen.version(), true);
        }
        PartitionState.Step step = seen.page(scan, rest);
        rest = step.rest();
        // Behind the last page only the version counts.
        state = rest == null ? new PartitionState(seen.version(), Map.of()) : seen;
        return step.page();
    }

    @Override
    public void close() {
        closed = true;
        if (busy.compareAndSet(false, true)) {
            state = null;
            busy.set(false);
        }
    }
}
