package io.maxmq.rules.sink;

import io.maxmq.spi.Preview;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Takes the records that rules make. The engine keeps what a sink has not taken yet in a bounded buffer of its own, as {@link
 * Buffering} says, so a sink that is slow or away delays nobody but itself.
 *
 * <p><b>Calls:</b> {@link #start} once, then {@link #write} and {@link #probe}, each only when the stage of the one before has completed,
 * then {@link #close} once. So records keep their order, and a sink needs no lock. A sink that allows several writes at a time ({@link
 * #maxConcurrentWrites}) gets them for different clients, so the records of each client keep their order.
 *
 * <p><b>Thread:</b> one of the rule engine's, which other rules wait for: a sink that waits for anything says so by {@link
 * #blocking}, and is then called on the broker's worker pool. <b>Failure:</b> a throw, null and an exceptional completion of {@code
 * write} count as {@link RecordResult#retry} for the whole batch.
 *
 * <p>One object serves one engine; several rules may write to it.
 *
 * @since 0.1.0
 */
@Preview
public interface Sink {

    /** What logs, metrics and the status call it, made unique by the engine. */
    String name();

    /** How much waits for it and how it is tried again; who adds the sink to the engine may say something else. */
    default Buffering buffering() {
        return Buffering.DEFAULTS;
    }

    /** Whether its methods may block; asked once. */
    default boolean blocking() {
        return false;
    }

    /**
     * How many writes may be under way at the same time, 1 or more; asked once. With more than one the sink must be thread-safe; the records
     * of one client are in one write at a time.
     */
    default int maxConcurrentWrites() {
        return 1;
    }

    /**
     * Whether it asks records for {@link SinkRecord#json} and never for {@link SinkRecord#values}; asked once. A statement all of whose
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
    CompletionStage<BatchResult> write(Batch batch);

    /**
     * Looks whether there is a point in trying again. Asked in place of {@link #write} after repeated failures.
     *
     * @return completes on any thread; exceptionally counts as down
     */
    default CompletionStage<Health> probe() {
        return CompletableFuture.completedFuture(Health.up());
    }

    /** Gives back what {@link #start} took; what was written stays written. */
    default CompletionStage<Void> close() {
        return CompletableFuture.completedFuture(null);
    }
}
