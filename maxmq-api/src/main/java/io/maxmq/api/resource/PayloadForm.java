package io.maxmq.api.resource;

import io.maxmq.api.call.ApiCall;
import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The requested form of payloads. Immutable.
 *
 * @param kind how bytes become JSON
 * @param maxBytes of each payload; the rest is left out
 */
record PayloadForm(Kind kind, int maxBytes) {
    private static final int DEFAULT_MAX_BYTES = 65_536;

    enum Kind {
        NONE,
        /** UTF-8; base64 for a payload that is not. */
        TEXT,
        BASE64
    }

    static PayloadForm of(ApiCall call, Kind otherwise) {
        Kind kind = call.query("payload")
                .map(name -> Kind.valueOf(name.toUpperCase(Locale.ROOT)))
                .orElse(otherwise);
        return new PayloadForm(kind, call.number("maxBytes", DEFAULT_MAX_BYTES));
    }

    boolean isWanted() {
        return kind != Kind.NONE;
    }

    /** Adds {@code encoding}, {@code payload} and {@code truncated}. */
    void add(JsonObject json, ByteBuffer payload) {
        if (kind == Kind.NONE) {
            return;
        }
        boolean truncated = payload.remaining() > maxBytes;
        ByteBuffer kept = payload.slice(payload.position(), Math.min(payload.remaining(), maxBytes));
        String text = kind == Kind.TEXT ? utf8(kept, truncated) : null;
        json.put("encoding", text == null ? "base64" : "text")
                .put("payload", text == null ? ViewJson.base64(kept) : text)
                .put("truncated", truncated);
    }

    /** Null when the bytes are not UTF-8. A character that the limit cuts is left out. */
    private static @Nullable String utf8(ByteBuffer bytes, boolean truncated) {
        int end = bytes.limit();
        if (truncated) {
            int back = 0;
            while (back < 3 && end > 0 && (bytes.get(end - 1) & 0xC0) == 0x80) {
                end--;
                back++;
            }
            if (end > 0 && (bytes.get(end - 1) & 0x80) != 0) {
                end--;
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(bytes.slice(0, end))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
