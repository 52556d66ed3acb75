package io.maxmq.benchmarks.micro;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The yardstick of rules: reads {@code temperature} and {@code device.id} of a document by hand-written code, with
 * Jackson's streaming parser and generator. Not thread-safe.
 */
final class JacksonPaths {
    private final JsonFactory jackson = new JsonFactory();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    // What was read last.
    double temperature;

    @Nullable
    String id;

    /**
     * Reads a document.
     *
     * @param whole whether to its end, or only until both are found
     */
    void read(byte[] document, boolean whole) throws IOException {
        temperature = 0;
        id = null;
        boolean found = false;
        try (JsonParser parser = jackson.createParser(document)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                if (name.equals("temperature")) {
                    temperature = parser.getDoubleValue();
                    found = true;
                } else if (name.equals("device") && parser.currentToken() == JsonToken.START_OBJECT) {
                    id = id(parser);
                } else {
                    parser.skipChildren();
                }
                if (!whole && found && id != null) {
                    break;
                }
            }
        }
    }

    private static @Nullable String id(JsonParser parser) throws IOException {
        @Nullable String id = null;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            if (name.equals("id")) {
                id = parser.getText();
            } else {
                parser.skipChildren();
            }
        }
        return id;
    }

    /** Writes what was read last as a record; how many bytes it has. */
    int write() throws IOException {
        out.reset();
        try (JsonGenerator generator = jackson.createGenerator(out)) {
            generator.writeStartObject();
            generator.writeNumberField("t", temperature);
            generator.writeStringField("id", id);
            generator.writeEndObject();
        }
        return out.size();
    }
}
