package io.maxmq.api.http;

import io.maxmq.api.call.Problem;
import io.vertx.core.buffer.Buffer;
import io.vertx.openapi.mediatype.ContentAnalyser;
import io.vertx.openapi.mediatype.ContentAnalyserFactory;
import io.vertx.openapi.mediatype.MediaTypeRegistration;
import io.vertx.openapi.mediatype.MediaTypeRegistry;
import io.vertx.openapi.validation.ValidationContext;
import java.util.List;

/**
 * A media type of the contract that Vert.x does not know by itself. Immutable.
 *
 * @param type in lower case, without parameters
 * @param analyser reads bodies of that type
 */
record MediaTypes(String type, ContentAnalyserFactory analyser) implements MediaTypeRegistration {

    /** Returns all media types of the contract. */
    static MediaTypeRegistry registry() {
        return MediaTypeRegistry.createDefault()
                .register(new MediaTypes(Problem.CONTENT_TYPE, ContentAnalyserFactory.json()))
                .register(new MediaTypes(AnswerWriter.NDJSON, MediaTypes::text))
                .register(new MediaTypes("application/yaml", MediaTypes::text))
                .register(new MediaTypes("text/event-stream", MediaTypes::text))
                .register(new MediaTypes("application/openmetrics-text", MediaTypes::text));
    }

    private static ContentAnalyser text(String contentType, Buffer content, ValidationContext context) {
        return new ContentAnalyser() {
            @Override
            public void checkSyntacticalCorrectness() {
                // every text is correct
            }

            @Override
            public Object transform() {
                return content.toString();
            }
        };
    }

    @Override
    public ContentAnalyser createContentAnalyser(String contentType, Buffer content, ValidationContext context) {
        return analyser.create(contentType, content, context);
    }

    @Override
    public boolean canHandle(String contentType) {
        return contentType.startsWith(type);
    }

    @Override
    public List<String> supportedTypes() {
        return List.of(type);
    }
}
