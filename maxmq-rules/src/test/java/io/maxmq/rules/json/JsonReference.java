package io.maxmq.rules.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.maxmq.rules.value.JsonNull;
import io.maxmq.rules.value.Numbers;
import io.maxmq.rules.value.Text;
import java.io.CharConversionException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What JSON is, told by Jackson. */
final class JsonReference {
    private static final ObjectMapper JACKSON = new ObjectMapper(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNumberLength(10_000)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private JsonReference() {}

    /** The value of a text; null when it is no JSON. */
    static @Nullable Object read(byte[] bytes) throws IOException {
        try {
            JsonNode node = JACKSON.readTree(bytes);
            return node.isMissingNode() ? null : value(node);
        } catch (JsonProcessingException | CharConversionException e) {
            return null;
        }
    }

    private static Object value(JsonNode node) {
        if (node.isTextual()) {
            return Text.of(node.textValue());
        } else if (node.isIntegralNumber()) {
            return Numbers.integer(node.bigIntegerValue());
        } else if (node.isNumber()) {
            return node.doubleValue();
        } else if (node.isBoolean()) {
            return node.booleanValue();
        } else if (node.isArray()) {
            List<Object> elements = new ArrayList<>();
            node.forEach(element -> elements.add(value(element)));
            return elements;
        } else if (node.isObject()) {
            Map<String, Object> members = new LinkedHashMap<>();
            node.fields().forEachRemaining(member -> members.put(member.getKey(), value(member.getValue())));
            return members;
        }
        return JsonNull.NULL;
    }
}
