package io.maxmq.rules.sink;

import io.maxmq.spi.Preview;
import java.time.Duration;

/**
 * What has become of one record. Immutable.
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
     * See {@link RecordResult#reject}.
     *
     * @param why for people
     * @since 0.1.0
     */
    @Preview
    record Reject(String why) implements RecordResult {}
}
