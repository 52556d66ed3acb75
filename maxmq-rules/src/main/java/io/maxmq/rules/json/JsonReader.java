package io.maxmq.rules.json;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.value.JsonNull;
import io.maxmq.rules.value.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a JSON text into values. Of members with the same key the last one counts. A number with neither point nor exponent is an
 * integer of any size, each other one a float; a float that no double holds makes the text malformed.
 */
public final class JsonReader {
    /** Bits that an integer may have where nothing else is said. */
    public static final int INTEGER_BITS = 4_096;
    /** Arrays and objects that may be open at once where nothing else is said. */
    public static final int DEPTH = 512;

    private final byte[] bytes;
    private final int integerBits;
    private final JsonCursor cursor = new JsonCursor();

    private JsonReader(byte[] bytes, int from, int to, int integerBits) {
        this.bytes = bytes;
        this.integerBits = integerBits;
        cursor.reset(bytes, from, to, integerBits);
    }

    /** As the other, with integers of at most {@link #INTEGER_BITS}. */
    public static Object read(byte[] bytes, int from, int to, int depth) {
        return read(bytes, from, to, depth, INTEGER_BITS);
    }

    /**
     * The value of a text, never undefined.
     *
     * @param from first byte of the text
     * @param to the byte behind it
     * @param depth how many arrays and objects may be open at once
     * @param integerBits that an integer may have
     * @throws EvaluationException DECODE_JSON when it is no JSON or nested deeper, LIMIT_EXCEEDED for a larger integer
     */
    public static Object read(byte[] bytes, int from, int to, int depth, int integerBits) {
        JsonReader reader = new JsonReader(bytes, from, to, integerBits);
        Object value = reader.value(depth);
        reader.cursor.end();
        return value;
    }

    /**
     * The value of a text that may be anything; undefined when it is no JSON.
     *
     * @throws EvaluationException LIMIT_EXCEEDED for an integer of more than {@link #INTEGER_BITS}
     */
    public static @Nullable Object readOrUndefined(Text text, int depth) {
        try {
            return read(text.bytes(), 0, text.bytes().length, depth);
        } catch (EvaluationException e) {
            if (e.code() == EvaluationException.Code.DECODE_JSON) {
                return null;
            }
            throw e;
        }
    }

    private Object value(int depth) {
        switch (cursor.peek()) {
            case '{' -> {
                return object(depth);
            }
            case '[' -> {
                return array(depth);
            }
            case '"' -> {
                cursor.string();
                return JsonStrings.text(bytes, cursor.tokenFrom, cursor.tokenTo, cursor.escaped);
            }
            case 't' -> {
                cursor.word();
                return true;
            }
            case 'f' -> {
                cursor.word();
                return false;
            }
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> {
                cursor.number();
                return cursor.integer
                        ? JsonNumbers.integer(bytes, cursor.tokenFrom, cursor.tokenTo, integerBits)
                        : (Object) JsonNumbers.floating(bytes, cursor.tokenFrom, cursor.tokenTo);
            }
            default -> {
                cursor.word();
                return JsonNull.NULL;
            }
        }
    }

    private Map<String, Object> object(int depth) {
        cursor.open(depth);
        Map<String, Object> members = new LinkedHashMap<>();
        if (cursor.peek() == '}') {
            cursor.at++;
            return members;
        }
        do {
            cursor.key();
            String key = JsonStrings.key(bytes, cursor.tokenFrom, cursor.tokenTo, cursor.escaped);
            members.put(key, value(depth - 1));
        } while (cursor.another('}'));
        return members;
    }

    private List<Object> array(int depth) {
        cursor.open(depth);
        List<Object> elements = new ArrayList<>();
        if (cursor.peek() == ']') {
            cursor.at++;
            return elements;
        }
        do {
            elements.add(value(depth - 1));
        } while (cursor.another(']'));
        return elements;
    }
}
