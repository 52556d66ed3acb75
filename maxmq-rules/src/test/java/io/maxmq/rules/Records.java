package io.maxmq.rules;

import io.maxmq.rules.action.HandlerSink;
import io.maxmq.rules.sink.SinkRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What has come to a sink, waited for with a deadline. */
public final class Records {
    static final Duration DEADLINE = Duration.ofSeconds(30);

    private final BlockingQueue<SinkRecord> queue = new LinkedBlockingQueue<>();
    private final HandlerSink sink = HandlerSink.inline(queue::add);

    /** The sink. */
    public HandlerSink sink() {
        return sink;
    }

    /** The next one. */
    public SinkRecord next() throws InterruptedException {
        SinkRecord record = queue.poll(DEADLINE.toSeconds(), TimeUnit.SECONDS);
        if (record == null) {
            throw new AssertionError("no record within " + DEADLINE);
        }
        return record;
    }

    /** The values of the next one. */
    public Map<String, @Nullable Object> values() throws InterruptedException {
        return next().values();
    }

    /** One value each of so many. */
    public List<Object> take(int count, String name) throws InterruptedException {
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            values.add(values().get(name));
        }
        return values;
    }

    /** How many are there now. */
    public int size() {
        return queue.size();
    }
}
