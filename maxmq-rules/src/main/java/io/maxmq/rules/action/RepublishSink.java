package io.maxmq.rules.action;

import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.Utf8;
import io.maxmq.codec.packet.UserProperty;
import io.maxmq.codec.topic.TopicName;
import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.event.MessageParts;
import io.maxmq.rules.output.Output;
import io.maxmq.rules.sink.BatchResult;
import io.maxmq.rules.sink.Buffering;
import io.maxmq.rules.sink.RecordResult;
import io.maxmq.rules.sink.Sink;
import io.maxmq.rules.sink.SinkBatch;
import io.maxmq.rules.sink.SinkContext;
import io.maxmq.rules.sink.SinkRecord;
import io.maxmq.rules.template.Template;
import io.maxmq.rules.value.Text;
import io.maxmq.spi.Message;
import io.maxmq.spi.Preview;
import io.maxmq.spi.PublishRefusedException;
import io.maxmq.spi.PublishResult;
import io.maxmq.spi.extension.BrokerContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Publishes each record to the rule's own tenant: {@code RepublishSink.to("alarms/${clientid}").payload("${t}").qos(QoS.AT_LEAST_ONCE)}.
 * Immutable; each method answers a changed copy.
 *
 * <p>Topic, payload and properties are templates: <code>${path}</code> stands for what the record has there, <code>${.}</code> for the whole
 * record as JSON, and <code>$${</code> for the characters <code>${</code>; a missing value is written {@code undefined}. A key with other
 * characters stands in quotes: <code>${up.'my key'}</code>, <code>${payload.'a.b'}</code>. A method throws {@link
 * IllegalArgumentException} for a malformed template, and for a value that no record can make valid, such as the topic {@code alarms/+}.
 *
 * <p>A message that comes of a rule says how many it has come through, by the user property {@code maxmq-hops}; one that would come through
 * more than {@link #maxHops} becomes a dead letter. So rules that feed one another end, whichever way round. What clients write into that
 * property can end such a chain early, and nothing else.
 *
 * @since 0.1.0
 */
@Preview
public final class RepublishSink implements Sink {
    private static final int BATCH = 100;
    private static final int MAX_HOPS = 8;
    private static final int MAX_BYTES = 16 << 20;

    private record Property(String name, Template value) {}

    // Set before anybody else sees the object.
    private Template topic;
    private Template payload = Template.of("${.}");
    private Template qos = Template.of("0");
    private Template retain = Template.of("false");
    private List<Property> userProperties = List.of();
    private @Nullable Template contentType;
    private @Nullable Template responseTopic;
    private @Nullable Template correlationData;
    private @Nullable Duration messageExpiry;
    private int maxHops = MAX_HOPS;

    /** The broker; null before the start. */
    private volatile @Nullable BrokerContext broker;

    private RepublishSink(Template topic) {
        this.topic = topic;
    }

    private RepublishSink copy() {
        RepublishSink copy = new RepublishSink(topic);
        copy.payload = payload;
        copy.qos = qos;
        copy.retain = retain;
        copy.userProperties = userProperties;
        copy.contentType = contentType;
        copy.responseTopic = responseTopic;
        copy.correlationData = correlationData;
        copy.messageExpiry = messageExpiry;
        copy.maxHops = maxHops;
        return copy;
    }

    /** To that topic, with the whole record as JSON, at QoS 0 and not retained. */
    public static RepublishSink to(String topic) {
        return new RepublishSink(topicTemplate("topic", topic));
    }

    /** With another payload. A template of one place alone, <code>${payload}</code> say, writes its bytes as they are. */
    public RepublishSink payload(String template) {
        RepublishSink changed = copy();
        changed.payload = Template.of(template);
        return changed;
    }

    /** With another QoS. */
    public RepublishSink qos(QoS level) {
        return qos(Integer.toString(level.code()));
    }

    /** With another QoS, 0, 1 or 2; <code>${qos}</code> for that of the message, where the record has it. */
    public RepublishSink qos(String template) {
        RepublishSink changed = copy();
        changed.qos = Template.of(template);
        constant(changed.qos).ifPresent(RepublishSink::level);
        return changed;
    }

    /** Retained or not. */
    public RepublishSink retain(boolean retained) {
        return retain(Boolean.toString(retained));
    }

    /** Retained where this is {@code true} or {@code 1}; <code>${flags.retain}</code> as the message is, where the record has it. */
    public RepublishSink retain(String template) {
        RepublishSink changed = copy();
        changed.retain = Template.of(template);
        constant(changed.retain).ifPresent(text -> {
            if (!isTrue(text) && !text.equals("false") && !text.equals("0")) {
                throw new IllegalArgumentException("retain must be true, false, 1, 0 or a place: retain=" + text);
            }
        });
        return changed;
    }

    /** With one user property more. */
    public RepublishSink userProperty(String name, String template) {
        RepublishSink changed = copy();
        List<Property> more = new ArrayList<>(userProperties);
        more.add(new Property(
                checked("the name of a user property", name), propertyTemplate("user property", template)));
        changed.userProperties = List.copyOf(more);
        return changed;
    }

    /** With a content type. */
    public RepublishSink contentType(String template) {
        RepublishSink changed = copy();
        changed.contentType = propertyTemplate("contentType", template);
        return changed;
    }

    /** As a request for an answer there (MQTT 5.0 §4.10). */
    public RepublishSink responseTopic(String template) {
        RepublishSink changed = copy();
        changed.responseTopic = topicTemplate("responseTopic", template);
        return changed;
    }

    /** With what tells an answer from others (MQTT 5.0 §3.3.2.3.6). */
    public RepublishSink correlationData(String template) {
        RepublishSink changed = copy();
        changed.correlationData = Template.of(template);
        return changed;
    }

    /** Worth delivering for that time only, 1 ms or more. */
    public RepublishSink messageExpiry(Duration expiry) {
        RepublishSink changed = copy();
        changed.messageExpiry = Message.builder("checked")
                .messageExpiry(expiry)
                .build()
                .messageExpiry()
                .orElse(null);
        return changed;
    }

    /** Through how many rules a message may come, this one included; 8 unless said otherwise. */
    public RepublishSink maxHops(int hops) {
        if (hops < 1) {
            throw new IllegalArgumentException("maxHops must be 1 or more: maxHops=" + hops);
        }
        RepublishSink changed = copy();
        changed.maxHops = hops;
        return changed;
    }

    @Override
    public String name() {
        return "republish";
    }

    @Override
    public Buffering buffering() {
        return Buffering.DEFAULTS.batches(BATCH, Duration.ZERO);
    }

    @Override
    public CompletionStage<Void> start(SinkContext context) {
        broker = context.broker();
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public boolean takesJson() {
        return payload.isRecord()
                && Stream.concat(
                                Stream.of(topic, qos, retain, contentType, responseTopic, correlationData),
                                userProperties.stream().map(Property::value))
                        .allMatch(each -> each == null || each.isConstant());
    }

    @Override
    public CompletionStage<BatchResult> write(SinkBatch batch) {
        List<CompletableFuture<RecordResult>> results = new ArrayList<>(batch.size());
        for (SinkRecord each : batch.records()) {
            results.add(publish(each).toCompletableFuture());
        }
        return CompletableFuture.allOf(results.toArray(new CompletableFuture<?>[0]))
                .thenApply(nothing -> new BatchResult(
                        results.stream().map(CompletableFuture::join).toList()));
    }

    private CompletionStage<RecordResult> publish(SinkRecord record) {
        BrokerContext present = broker;
        if (present == null || !(record instanceof Output output)) {
            return CompletableFuture.completedFuture(RecordResult.reject("not started"));
        }
        if (output.hops() >= maxHops) {
            return CompletableFuture.completedFuture(
                    RecordResult.reject("it has come through " + output.hops() + " rules: do they feed one another?"));
        }
        try {
            Message message = message(output);
            output.publishedTo(message.topic(), present.clock().epochMillis());
            return present.publish(output.tenant(), message).handle(RepublishSink::understood);
        } catch (IllegalArgumentException | EvaluationException e) {
            return CompletableFuture.completedFuture(RecordResult.reject(String.valueOf(e.getMessage())));
        }
    }

    private static RecordResult understood(@Nullable PublishResult result, @Nullable Throwable failure) {
        if (failure == null) {
            return RecordResult.ok();
        }
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        String why = String.valueOf(cause.getMessage());
        return cause instanceof PublishRefusedException refused && refused.reasonCode() == ReasonCode.QUOTA_EXCEEDED
                ? RecordResult.retry(why)
                : RecordResult.reject(why);
    }

    private Message message(Output output) {
        String to = topicName("topic", filled(topic, output).toString());
        Message.Builder message = Message.builder(to)
                .wrapPayload(
                        payload.isRecord()
                                ? bounded(output.json())
                                : filled(payload, output).bytes())
                .qos(level(filled(qos, output).toString()))
                .retain(isTrue(filled(retain, output).toString()))
                .messageExpiry(messageExpiry);
        if (contentType != null) {
            message.contentType(
                    checked("contentType", filled(contentType, output).toString()));
        }
        if (responseTopic != null) {
            message.responseTopic(
                    topicName("responseTopic", filled(responseTopic, output).toString()));
        }
        if (correlationData != null) {
            message.correlationData(filled(correlationData, output).bytes());
        }
        List<UserProperty> properties = new ArrayList<>();
        for (Property each : userProperties) {
            properties.add(new UserProperty(
                    each.name(),
                    checked("user property", filled(each.value(), output).toString())));
        }
        properties.add(new UserProperty(MessageParts.HOPS, Integer.toString(output.hops() + 1)));
        return message.userProperties(properties).build();
    }

    private static Text filled(Template template, Output output) {
        return template.fill(template.isConstant() ? Map.of() : output.fields(), MAX_BYTES);
    }

    private static byte[] bounded(byte[] json) {
        if (json.length > MAX_BYTES) {
            throw new EvaluationException(
                    EvaluationException.Code.LIMIT_EXCEEDED, "template", "more than " + MAX_BYTES + " bytes of text");
        }
        return json;
    }

    private static QoS level(String text) {
        return switch (text) {
            case "0" -> QoS.AT_MOST_ONCE;
            case "1" -> QoS.AT_LEAST_ONCE;
            case "2" -> QoS.EXACTLY_ONCE;
            default -> throw new IllegalArgumentException("qos must be 0..2: qos=" + text);
        };
    }

    private static boolean isTrue(String text) {
        return text.equals("true") || text.equals("1");
    }

    /** A string of MQTT (MQTT 5.0 §1.5.4). */
    private static String checked(String what, String text) {
        int bytes = Utf8.encodedLength(text);
        if (bytes < 0 || bytes > Utf8.MAX_BYTES) {
            throw new IllegalArgumentException(what + " must be 0.." + Utf8.MAX_BYTES
                    + " bytes of UTF-8 without U+0000: value=" + Utf8.quote(text) + ", bytes=" + bytes);
        }
        return text;
    }

    private static String topicName(String what, String text) {
        String problem = TopicName.problem(text);
        if (problem != null) {
            throw new IllegalArgumentException(what + " " + problem + ": " + what + "=" + Utf8.quote(text));
        }
        return text;
    }

    private static Optional<String> constant(Template template) {
        return template.isConstant() ? Optional.of(String.join("", template.literals())) : Optional.empty();
    }

    /** Refuses a template whose own text keeps each result from being a topic name. */
    private static Template topicTemplate(String what, String text) {
        Template template = Template.of(text);
        constant(template).ifPresent(all -> topicName(what, all));
        template.literals().forEach(each -> topicName(what, each));
        return template;
    }

    /** Refuses a template whose own text keeps each result from being a string of MQTT. */
    private static Template propertyTemplate(String what, String text) {
        Template template = Template.of(text);
        template.literals().forEach(each -> checked(what, each));
        return template;
    }
}
