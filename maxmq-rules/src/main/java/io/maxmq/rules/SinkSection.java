package io.maxmq.rules;

import io.maxmq.rules.action.FileSink;
import io.maxmq.rules.action.LogSink;
import io.maxmq.rules.action.RepublishSink;
import io.maxmq.rules.action.WebhookSink;
import io.maxmq.rules.sink.Buffering;
import io.maxmq.rules.sink.Sink;
import io.maxmq.rules.sink.SinkOverflow;
import io.maxmq.spi.RedactedUrl;
import io.maxmq.spi.config.ConfigSection;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/** A sink in a configuration file, and the section {@code buffer} in it. Stateless. */
final class SinkSection {
    private enum Type {
        REPUBLISH,
        WEBHOOK,
        FILE,
        LOG
    }

    private enum Body {
        RECORD,
        ARRAY,
        LINES
    }

    private SinkSection() {}

    static Sink read(ConfigSection section) {
        section.text("type");
        return switch (section.choice("type", Type.class, Type.LOG)) {
            case REPUBLISH -> republish(section);
            case WEBHOOK -> webhook(section);
            case FILE -> file(section);
            case LOG -> log(section);
        };
    }

    private static Sink republish(ConfigSection section) {
        RepublishSink sink = RepublishSink.to(section.text("topic"))
                .payload(section.text("payload", "${.}"))
                .qos(section.text("qos", "0"))
                .retain(section.text("retain", "false"))
                .maxHops(section.number("max-hops", 8));
        for (String each : section.texts("user-properties", List.of())) {
            int equals = each.indexOf('=');
            if (equals < 1) {
                throw section.wrong(
                        "user-properties", "must be names and templates, \"from=${clientid}\", not " + each);
            }
            sink = sink.userProperty(each.substring(0, equals), each.substring(equals + 1));
        }
        String contentType = section.text("content-type", "");
        String responseTopic = section.text("response-topic", "");
        String correlationData = section.text("correlation-data", "");
        Duration expiry = section.duration("message-expiry", Duration.ZERO);
        sink = contentType.isEmpty() ? sink : sink.contentType(contentType);
        sink = responseTopic.isEmpty() ? sink : sink.responseTopic(responseTopic);
        sink = correlationData.isEmpty() ? sink : sink.correlationData(correlationData);
        return expiry.isZero() ? sink : sink.messageExpiry(expiry);
    }

    private static Sink webhook(ConfigSection section) {
        String text = section.text("url");
        URI url;
        try {
            url = URI.create(text);
        } catch (IllegalArgumentException e) {
            throw section.wrong("url", "must be a URL, not " + RedactedUrl.of(text));
        }
        WebhookSink sink = WebhookSink.at(url)
                .deadline(section.duration("deadline", Duration.ofSeconds(10)))
                .inFlight(section.number("in-flight", 4))
                .maxBodyBytes(maxBodyBytes(section));
        for (String header : section.texts("headers", List.of())) {
            int colon = header.indexOf(':');
            if (colon < 1) {
                throw section.wrong("headers", "must be names and values, \"Authorization: Bearer x\"");
            }
            sink.header(header.substring(0, colon), header.substring(colon + 1).strip());
        }
        section.texts("allow", List.of()).forEach(sink::allow);
        switch (section.choice("body", Body.class, Body.RECORD)) {
            case ARRAY -> sink.batches(WebhookSink.Format.ARRAY, 1, Duration.ZERO);
            case LINES -> sink.batches(WebhookSink.Format.LINES, 1, Duration.ZERO);
            default -> {}
        }
        return sink;
    }

    private static int maxBodyBytes(ConfigSection section) {
        long bytes = section.bytes("max-body-bytes", 1 << 20);
        if (bytes < 1 || bytes > Integer.MAX_VALUE) {
            throw section.wrong("max-body-bytes", "must be 1 byte..2047 MiB, not " + bytes + " bytes");
        }
        return (int) bytes;
    }

    private static Sink file(ConfigSection section) {
        FileSink sink = FileSink.at(section.file("file"))
                .rotateEvery(section.duration("rotate-every", Duration.ZERO))
                .keep(section.number("keep", 10));
        long bytes = section.bytes("rotate-at", 0);
        sink = bytes == 0 ? sink : sink.rotateAt(bytes);
        return section.flag("forced", false) ? sink.forced() : sink;
    }

    private static Sink log(ConfigSection section) {
        return LogSink.to(section.text("logger", "rules"))
                .at(section.choice("level", LogSink.Loudness.class, LogSink.Loudness.INFO));
    }

    /** Reads the buffering of a sink; a missing key keeps the sink's default. */
    static Buffering buffering(ConfigSection sink) {
        ConfigSection section = sink.section("buffer");
        boolean takesAll = sink.choice("type", Type.class, Type.LOG) != Type.WEBHOOK;
        Buffering own = Buffering.DEFAULTS;
        return RulesSection.checked(
                section,
                () -> own.bound(
                                section.number("max-records", own.maxRecords()),
                                section.bytes("max-bytes", own.maxBytes()),
                                section.choice("overflow", SinkOverflow.class, own.overflow()))
                        .batches(
                                section.number("batch-records", takesAll ? 100 : 1),
                                section.duration("linger", own.linger()))
                        .attempts(
                                section.number("attempts", own.maxAttempts()),
                                section.duration("first-backoff", own.firstBackoff()),
                                section.duration("max-backoff", own.maxBackoff()))
                        .opensAfter(section.number("opens-after", own.failuresToOpen()))
                        .keepsDeadLetters(
                                section.number("dead-letters", own.deadLetters()),
                                section.bytes("dead-letter-bytes", own.maxDeadLetterBytes())));
    }
}
