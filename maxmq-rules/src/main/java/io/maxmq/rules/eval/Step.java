package io.maxmq.rules.eval;

import io.maxmq.rules.json.JsonReader;
import io.maxmq.rules.value.Text;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One step of a path, from a value to a part of it; what is not there is undefined. */
abstract class Step {

    /** The part of a value that is not undefined. */
    abstract @Nullable Object of(Frame frame, Object value);

    /** The key as {@link String} or the place in an array as {@link Integer}; null when it is another on each event. */
    abstract @Nullable Object constant();

    /** The part at the end of all steps. */
    static @Nullable Object walk(Frame frame, @Nullable Object from, Step[] steps) { // hot: per message
        Object value = from;
        for (Step step : steps) {
            if (value == null) {
                return null;
            }
            value = step.of(frame, value);
        }
        return value;
    }

    /** Decodes a string that a path leads into; undefined for invalid JSON. Returns other values unchanged. */
    static @Nullable Object decoded(Frame frame, @Nullable Object value) {
        if (!(value instanceof Text text)) {
            return value;
        }
        Payload payload = frame.evaluation.payload();
        if (text == payload.raw()) {
            return payload.documentOrUndefined(frame.limits);
        }
        frame.evaluation.made(text);
        return JsonReader.readOrUndefined(text, frame.limits.jsonDepth());
    }

    static @Nullable Object member(Frame frame, Object value, String key) {
        Object container = value instanceof Text ? decoded(frame, value) : value;
        return container instanceof Map<?, ?> map ? map.get(key) : null;
    }

    static @Nullable Object element(Frame frame, Object value, long index) {
        Object container = value instanceof Text ? decoded(frame, value) : value;
        if (!(container instanceof List<?> list)) {
            return null;
        }
        long at = index < 0 ? list.size() + index : index - 1;
        return at >= 0 && at < list.size() && index != 0 ? list.get((int) at) : null;
    }

    /** {@code .key}. */
    static final class Key extends Step {
        private final String key;

        Key(String key) {
            this.key = key;
        }

        @Override
        @Nullable
        Object of(Frame frame, Object value) {
            return member(frame, value, key);
        }

        @Override
        Object constant() {
            return key;
        }
    }

    /** {@code [index]}: the index is a key where it is a string. */
    static final class Index extends Step {
        private static final int MOST_PLACE = 1_000_000_000;

        private final Node index;

        Index(Node index) {
            this.index = index;
        }

        @Override
        @Nullable
        Object of(Frame frame, Object value) {
            int kind = index.number(frame);
            if (kind == Node.INTEGER) {
                return element(frame, value, frame.integer);
            }
            return kind == Node.OTHER && frame.other instanceof Text key ? member(frame, value, key.toString()) : null;
        }

        @Override
        @Nullable
        Object constant() {
            if (index instanceof Constant constant
                    && constant.value() instanceof Long place
                    && place != 0
                    && place >= -MOST_PLACE
                    && place <= MOST_PLACE) {
                return place.intValue();
            }
            return null;
        }
    }
}
