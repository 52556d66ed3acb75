package io.maxmq.rules.sink;

import io.maxmq.spi.Preview;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A destination for the records of rules. The engine keeps records that a sink has not taken yet in a bounded buffer
 * per sink ({@link Buffering}), so a slow or unavailable sink delays no other.
 *
 *
 * <p><b>Calls:</b> {@link #start} once, then {@link #write} and {@link #probe}, each only after the stage of the
 * previous call has completed, then {@link #close} once. Records therefore keep their order, and a sink needs no lock.
 * A sink that allows several writes at a time ({@link #maxConcurrentWrites}) gets them for different clients, so the
 * records of each client keep their order.
 *
 *
 * <p><b>Thread:</b> a thread of the rule engine, shared with other rules: a sink that blocks returns true from {@link
 * #blocking} and is then called on the broker's worker pool. <b>Failure:</b> an exception, null and an exceptional
 * completion of {@code write} count as {@link RecordResult#retry} for the whole batch.
 *
 *
 * <p>One object serves one engine; several rules may write to it.
 *
 *
 * @since 0.1.0
 */
@Preview
public interface Sink {

    /** Returns the name in logs, metrics and the status; the engine makes it unique. */
    String name();

    /** Returns the default buffering; the settings of the engine may override it. */
    default Buffering buffering() {
        return Buffering.DEFAULTS;
    }

    /** Returns whether its methods may block; asked once. */
    default boolean blocking() {
        return false;
    }

    /**
     * Returns the number of writes that may be under way at the same time, 1 or more; asked once. With more than one the sink must be thread-safe; the records
     * of one client are in one write at a time.
     */
    default int maxConcurrentWrites() {
        return 1;
    }

    /**
     * Returns whether it asks records for {@link SinkRecord#json} and never for {@link SinkRecord#values}; asked once. A statement all of whose
     * sinks say so writes its records without making a value of what it only copies. The values are there all the same, for dead letters:
     * read from the JSON, which costs.
     */
    default boolean takesJson() {
        return false;
    }

    /**
     * Refuses settings that can never work. Called when the sink is added to an engine, before {@link #start} and whether or not the broker
     * runs; must not block.
     *
     * @throws IllegalArgumentException names the setting and its value; the sink is not added
     */
    default void check() {}

    /**
     * Prepares it. May fail at any time later, so what is out of reach for now is no reason to fail here.
     *
     * @return an exceptional completion fails the start of the engine or the addition of the rule
     */
    default CompletionStage<Void> start(SinkContext context) {
        return CompletableFuture.completedFuture(null);
    }

    /**
     * Takes records.
     *
     * @return what has become of each, in the batch's order; completes on any thread
     */
    CompletionStage<BatchResult> write(SinkBatch batch);

    /**
     * Looks whether there is a point in trying again. Asked in place of {@link #write} after repeated failures.
     *
     * @return completes on any thread; exceptionally counts as down
     */
    default CompletionStage<SinkHealth> probe() {
        return CompletableFuture.completedFuture(SinkHealth.up());
    }

    /** Gives back what {@link #start} took; what was written stays written. */
    default CompletionStage<Void> close() {
        return CompletableFuture.completedFuture(null);
    }
}
