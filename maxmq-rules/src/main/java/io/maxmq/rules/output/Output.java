package io.maxmq.rules.output;

import io.maxmq.rules.json.JsonReader;
import io.maxmq.rules.json.JsonWriter;
import io.maxmq.rules.sink.SinkRecord;
import io.maxmq.spi.Tenant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One record of one rule. Thread-safe: what is made late is made of what never changes, so making it twice does no harm. */
public final class Output implements SinkRecord {
    /** The approximate memory of a record beside its JSON, in bytes. */
    private static final int OVERHEAD_BYTES = 200;

    private final RuleCounters counters;
    private final String rule;
    private final Tenant tenant;
    private final String clientId;
    private final String id;
    private final long atEpochMillis;
    private final int hops;
    private final @Nullable TopicHops topicHops;

    // One of the first two is there from the start on.
    private @Nullable Map<String, @Nullable Object> fields;
    private byte @Nullable [] json;
    private @Nullable Map<String, @Nullable Object> values;

    /**
     * A record.
     *
     *
     * @param counters of the rule
     *
     * @param hops the number of rules in the event's chain
     * @param topicHops records the hops of a message published from the record; null when the message itself carries
     *     them
     * @param fields values of the language, unmodified; null when sinks need the JSON alone
     * @param json unmodified; null when it is to be built from the fields
     */
    public Output(
            RuleCounters counters,
            String rule,
            Tenant tenant,
            String clientId,
            String id,
            long atEpochMillis,
            int hops,
            @Nullable TopicHops topicHops,
            @Nullable Map<String, @Nullable Object> fields,
            byte @Nullable [] json) {
        if (fields == null && json == null) {
            throw new IllegalArgumentException("fields or json must be there");
        }
        this.counters = counters;
        this.rule = rule;
        this.tenant = tenant;
        this.clientId = clientId;
        this.id = id;
        this.atEpochMillis = atEpochMillis;
        this.hops = hops;
        this.topicHops = topicHops;
        this.fields = fields;
        this.json = json;
    }

    /** Of the rule. */
    public RuleCounters counters() {
        return counters;
    }

    /** Returns the number of rules that the event has gone through, this one not counted. */
    public int hops() {
        return hops;
    }

    /** Notes that the record is published there. */
    public void publishedTo(String topic, long nowMillis) {
        if (topicHops != null) {
            topicHops.note(tenant, topic, hops + 1, nowMillis);
        }
    }

    /** As values of the language; where they were only written, what was undefined is JSON's null. */
    public Map<String, @Nullable Object> fields() {
        Map<String, @Nullable Object> present = fields;
        if (present == null) {
            present = read(Objects.requireNonNull(json));
            fields = present;
        }
        return present;
    }

    private static Map<String, @Nullable Object> read(byte[] json) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        if (JsonReader.read(json, 0, json.length, Integer.MAX_VALUE) instanceof Map<?, ?> members) {
            members.forEach((name, value) -> fields.put(name.toString(), value));
        }
        return fields;
    }

    /** The approximate memory of the record in bytes. */
    public int bytes() {
        return OVERHEAD_BYTES + json().length;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public String rule() {
        return rule;
    }

    @Override
    public Tenant tenant() {
        return tenant;
    }

    @Override
    public String clientId() {
        return clientId;
    }

    @Override
    public long atEpochMillis() {
        return atEpochMillis;
    }

    @Override
    public Map<String, @Nullable Object> values() {
        Map<String, @Nullable Object> present = values;
        if (present == null) {
            present = JavaValues.toJava(fields());
            values = present;
        }
        return present;
    }

    @Override
    public byte[] json() {
        byte[] present = json;
        if (present == null) {
            present = JsonWriter.bytes(fields());
            json = present;
        }
        return present;
    }

    /** For logs: no value of it. */
    @Override
    public String toString() {
        return "Record[" + id + ", rule=" + rule + ", fields=" + fields().keySet() + "]";
    }
}
