package io.maxmq.rules.function;

import io.maxmq.rules.value.Fields;
import io.maxmq.rules.value.Text;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** An event, a time and a state for functions. The time stands still. */
final class TestSurroundings implements CallContext, Fields, KeyValues {
    static final Instant NOW = Instant.parse("2026-01-31T12:34:56.789012345Z");

    final Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    final Map<String, Object> kept = new HashMap<>();
    final Map<String, String> environment = new HashMap<>();
    EvaluationLimits limits = EvaluationLimits.DEFAULT;
    ZoneId zone = ZoneOffset.UTC;
    private final Random random = new Random(17);

    /** A message of the topic {@code sensor/7/temp}. */
    TestSurroundings() {
        fields.put("id", Text.of("0006"));
        fields.put("clientid", Text.of("c1"));
        fields.put("username", null);
        fields.put("qos", 1L);
        fields.put("peerhost", Text.of("127.0.0.1"));
        fields.put("topic", Text.of("sensor/7/temp"));
        fields.put("payload", Text.of("{\"a\":{\"b\":21.5},\"s\":\"x\"}"));
        fields.put("flags", Map.of("retain", true, "dup", false));
        environment.put("MAXMQVAR_site", "north");
        environment.put("EMQXVAR_site", "south");
        environment.put("EMQXVAR_old", "yes");
        environment.put("PATH", "/bin");
    }

    @Override
    public Fields event() {
        return this;
    }

    @Override
    public List<String> names() {
        return new ArrayList<>(fields.keySet());
    }

    @Override
    public @Nullable Object field(String name) {
        return fields.get(name);
    }

    @Override
    public long nowMillis() {
        return NOW.toEpochMilli();
    }

    @Override
    public long nowNanos() {
        return NOW.getEpochSecond() * 1_000_000_000L + NOW.getNano();
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    @Override
    public KeyValues keyValues() {
        return this;
    }

    @Override
    public EvaluationLimits limits() {
        return limits;
    }

    @Override
    public String rule() {
        return "r1";
    }

    @Override
    public ZoneId zone() {
        return zone;
    }

    @Override
    public @Nullable String environment(String name) {
        return environment.get(name);
    }

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
}
