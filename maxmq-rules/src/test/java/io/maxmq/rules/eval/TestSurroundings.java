package io.maxmq.rules.eval;

import io.maxmq.rules.function.CallContext;
import io.maxmq.rules.function.EvaluationLimits;
import io.maxmq.rules.function.KeyValues;
import io.maxmq.rules.json.JsonReader;
import io.maxmq.rules.value.Fields;
import io.maxmq.rules.value.Text;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** An event whose fields a test gives, at a time that stands still. */
final class TestSurroundings implements CallContext, Fields {
    private final Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    private final Map<String, Object> kept = new HashMap<>();
    private final EvaluationLimits limits;

    private TestSurroundings(EvaluationLimits limits) {
        this.limits = limits;
    }

    /** A message on topic {@code t/1} of client {@code c1}, QoS 1. */
    static TestSurroundings message(String payload) {
        return message(payload, EvaluationLimits.DEFAULT);
    }

    static TestSurroundings message(String payload, EvaluationLimits limits) {
        TestSurroundings message = new TestSurroundings(limits);
        return message.with("clientid", Text.of("c1"))
                .with("username", null)
                .with("payload", Text.of(payload))
                .with("topic", Text.of("t/1"))
                .with("qos", 1L)
                .with("flags", json("{\"dup\":false,\"retain\":true}"));
    }

    TestSurroundings with(String name, @Nullable Object value) {
        fields.put(name, value);
        return this;
    }

    static Object json(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return JsonReader.read(bytes, 0, bytes.length, 100);
    }

    @Override
    public List<String> names() {
        return List.copyOf(fields.keySet());
    }

    @Override
    public @Nullable Object field(String name) {
        return fields.get(name);
    }

    @Override
    public Fields event() {
        return this;
    }

    @Override
    public long nowMillis() {
        return 1_700_000_000_000L;
    }

    @Override
    public long nowNanos() {
        return 1_700_000_000_000_000_000L;
    }

    @Override
    public RandomGenerator random() {
        return new Random(1);
    }

    @Override
    public KeyValues keyValues() {
        return new KeyValues() {
            @Override
            public @Nullable Object get(String key) {
                return kept.get(key);
            }

            @Override
            public void put(String key, Object value, int bytes) {
                kept.put(key, value);
            }

            @Override
            public void remove(String key) {
                kept.remove(key);
            }
        };
    }

    @Override
    public EvaluationLimits limits() {
        return limits;
    }

    @Override
    public String rule() {
        return "r1";
    }
}
