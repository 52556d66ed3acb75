package io.maxmq.rules.action;

import io.maxmq.rules.sink.BatchResult;
import io.maxmq.rules.sink.Buffering;
import io.maxmq.rules.sink.RecordResult;
import io.maxmq.rules.sink.Sink;
import io.maxmq.rules.sink.SinkBatch;
import io.maxmq.rules.sink.SinkRecord;
import io.maxmq.spi.Preview;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * Hands each record to the program: {@code HandlerSink.of(record -> …)}. A handler that throws has rejected the record, which becomes a
 * dead letter.
 *
 * @since 0.1.0
 */
@Preview
public final class HandlerSink implements Sink {
    private static final int BATCH = 100;

    private final Consumer<? super SinkRecord> handler;
    private final boolean blocking;
    private final String name;

    private HandlerSink(Consumer<? super SinkRecord> handler, boolean blocking, String name) {
        this.handler = handler;
        this.blocking = blocking;
        this.name = name;
    }

    /** Calls the handler on the broker's worker pool, one record at a time; it may block. */
    public static HandlerSink of(Consumer<? super SinkRecord> handler) {
        return new HandlerSink(handler, true, "handler");
    }

    /** Calls the handler on a thread of the rule engine's that other rules wait for, one record at a time; it must not block. */
    public static HandlerSink inline(Consumer<? super SinkRecord> handler) {
        return new HandlerSink(handler, false, "handler");
    }

    /** With another name in status, metrics and logs. */
    public HandlerSink named(String newName) {
        return new HandlerSink(handler, blocking, newName);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Buffering buffering() {
        return Buffering.DEFAULTS.batches(BATCH, Buffering.DEFAULTS.linger());
    }

    @Override
    public boolean blocking() {
        return blocking;
    }

    @Override
    public CompletionStage<BatchResult> write(SinkBatch batch) {
        List<RecordResult> results = new ArrayList<>(batch.size());
        for (SinkRecord each : batch.records()) {
            results.add(handled(each));
        }
        return CompletableFuture.completedFuture(new BatchResult(results));
    }

    private RecordResult handled(SinkRecord record) {
        try {
            handler.accept(record);
            return RecordResult.ok();
        } catch (Throwable t) { // the embedder's code
            return RecordResult.reject(t.toString());
        }
    }
}
