package io.maxmq.rules.sink;

import io.maxmq.spi.Preview;
import java.time.Duration;

/**
 * The result of one record. Immutable.
 *
 *
 * @since 0.1.0
 */
@Preview
public sealed interface RecordResult {

    /** It is where it belongs. */
    static RecordResult ok() {
        return Ok.INSTANCE;
    }

    /** Not now; the engine tries again after its own back-off. */
    static RecordResult retry(String why) {
        return new Retry(Duration.ZERO, why);
    }

    /** Not now, and not before that time. */
    static RecordResult retry(Duration after, String why) {
        return new Retry(after, why);
    }

    /**
     * Not now, since the sink takes no record at all: its credentials are refused, say, or its destination is missing. The sink is down
     * at once, and the record waits until it is up again; the attempt does not count.
     */
    static RecordResult unavailable(String why) {
        return new Unavailable(why);
    }

    /** Not tried, as a record before it in the batch has failed. The record is given to the sink again; the attempt does not count. */
    static RecordResult notTried() {
        return NotTried.INSTANCE;
    }

    /** Never: it goes to the dead letters. */
    static RecordResult reject(String why) {
        return new Reject(why);
    }

    /**
     * See {@link RecordResult#ok}.
     *
     * @since 0.1.0
     */
    @Preview
    record Ok() implements RecordResult {
        static final Ok INSTANCE = new Ok();
    }

    /**
     * See {@link RecordResult#retry(Duration, String)}.
     *
     * @param after at least; zero for as the engine likes
     * @param why for people
     * @since 0.1.0
     */
    @Preview
    record Retry(Duration after, String why) implements RecordResult {}

    /**
     * See {@link RecordResult#unavailable}.
     *
     * @param why for people
     * @since 0.1.0
     */
    @Preview
    record Unavailable(String why) implements RecordResult {}

    /**
     * See {@link RecordResult#notTried}.
     *
     * @since 0.1.0
     */
    @Preview
    record NotTried() implements RecordResult {
        static final NotTried INSTANCE = new NotTried();
    }

    /**
     * See {@link RecordResult#reject}.
     *
     * @param why for people
     * @since 0.1.0
     */
    @Preview
    record Reject(String why) implements RecordResult {}
}
