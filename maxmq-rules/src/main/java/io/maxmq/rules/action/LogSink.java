package io.maxmq.rules.action;

import io.maxmq.codec.Utf8;
import io.maxmq.rules.sink.BatchResult;
import io.maxmq.rules.sink.Buffering;
import io.maxmq.rules.sink.Sink;
import io.maxmq.rules.sink.SinkBatch;
import io.maxmq.rules.sink.SinkRecord;
import io.maxmq.spi.Preview;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Logs each record as JSON, to inspect the output of a rule: the log then contains data that clients send. Control and
 * format characters of texts are escaped.
 *
 * @since 0.1.0
 */
@Preview
public final class LogSink implements Sink {
    /**
     * The level of the log lines.
     *
     *
     * @since 0.1.0
     */
    @Preview
    public enum Loudness {
        /** For finding out. */
        DEBUG,
        /** For the course of things. */
        INFO,
        /** For records that need attention. */
        WARN
    }

    private static final int BATCH = 100;

    private final Logger logger;
    private final Loudness loudness;

    private LogSink(Logger logger, Loudness loudness) {
        this.logger = logger;
        this.loudness = loudness;
    }

    /** To that logger of SLF4J, INFO. */
    public static LogSink to(String loggerName) {
        return new LogSink(LoggerFactory.getLogger(loggerName), Loudness.INFO);
    }

    /** With another level. */
    public LogSink at(Loudness newLoudness) {
        return new LogSink(logger, newLoudness);
    }

    @Override
    public String name() {
        return "log";
    }

    @Override
    public Buffering buffering() {
        return Buffering.DEFAULTS.batches(BATCH, Buffering.DEFAULTS.linger());
    }

    @Override
    public boolean blocking() {
        return true;
    }

    @Override
    public boolean takesJson() {
        return true;
    }

    @Override
    public CompletionStage<BatchResult> write(SinkBatch batch) {
        Level level = Level.valueOf(loudness.name());
        if (logger.isEnabledForLevel(level)) {
            for (SinkRecord each : batch.records()) {
                logger.atLevel(level)
                        .log("rule {}: {}", each.rule(), Utf8.escape(new String(each.json(), StandardCharsets.UTF_8)));
            }
        }
        return CompletableFuture.completedFuture(BatchResult.ok(batch));
    }
}
