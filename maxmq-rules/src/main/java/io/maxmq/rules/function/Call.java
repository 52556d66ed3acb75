package io.maxmq.rules.function;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.error.EvaluationException.Code;
import io.maxmq.rules.json.JsonReader;
import io.maxmq.rules.json.JsonWriter;
import io.maxmq.rules.value.Numbers;
import io.maxmq.rules.value.Text;
import io.maxmq.rules.value.Values;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One call of a function: reads its arguments as what the function takes, and bounds what it builds. Arguments are counted from 0.
 * Every error names the function. Not thread-safe.
 */
final class Call {
    private static final Text TRUE = Text.of("true");
    private static final Text FALSE = Text.of("false");

    private final String name;
    private final CallContext around;
    private final @Nullable Object[] arguments;

    Call(String name, CallContext around, @Nullable Object[] arguments) {
        this.name = name;
        this.around = around;
        this.arguments = arguments;
    }

    String name() {
        return name;
    }

    CallContext around() {
        return around;
    }

    EvaluationLimits limits() {
        return around.limits();
    }

    int count() {
        return arguments.length;
    }

    boolean has(int argument) {
        return argument < arguments.length;
    }

    /** Returns an argument of any type. */
    @Nullable
    Object value(int argument) {
        return arguments[argument];
    }

    /** A string, or a boolean's word. */
    Text text(int argument) {
        Object value = arguments[argument];
        if (value instanceof Text text) {
            return text;
        }
        if (value instanceof Boolean bool) {
            return bool ? TRUE : FALSE;
        }
        throw bad(argument, "a string");
    }

    /** The same as characters; bytes that are no UTF-8 are refused, as they could not be given back. */
    String string(int argument) {
        return characters(text(argument), argument);
    }

    private String characters(Text text, int argument) {
        String characters = text.toString();
        if (characters.indexOf('\uFFFD') >= 0 && !text.isUtf8()) {
            throw problem("argument " + (argument + 1) + " is no UTF-8");
        }
        return characters;
    }

    /** The characters of a string, and of nothing else. */
    String onlyString(int argument) {
        return characters(onlyText(argument), argument);
    }

    /** A string, and nothing else. */
    Text onlyText(int argument) {
        if (arguments[argument] instanceof Text text) {
            return text;
        }
        throw bad(argument, "a string");
    }

    /** The bytes of a string, which are not to be changed. */
    byte[] bytes(int argument) {
        return onlyText(argument).bytes();
    }

    /** Returns the result of {@code str} for an argument. */
    Text str(int argument) {
        return str(arguments[argument]);
    }

    /** Returns the result of {@code str} for a value. */
    Text str(@Nullable Object value) {
        if (value instanceof Text text) {
            return text;
        }
        String scalar = Values.scalarText(value);
        if (scalar != null) {
            return Text.of(scalar);
        }
        if (value instanceof Map || value instanceof List) {
            return json(value);
        }
        throw problem("bits are no text");
    }

    /** A value as JSON, within the limit. */
    Text json(@Nullable Object value) {
        try {
            return JsonWriter.text(value, limits().textBytes());
        } catch (EvaluationException e) {
            throw new EvaluationException(e.code(), name, "too much JSON", e);
        }
    }

    /** The value that a text is the JSON of. */
    Object parsed(Text text) {
        byte[] bytes = text.bytes();
        try {
            return JsonReader.read(bytes, 0, bytes.length, limits().jsonDepth(), limits().integerBits());
        } catch (EvaluationException e) {
            throw new EvaluationException(e.code(), name, String.valueOf(e.getMessage()), e);
        }
    }

    /** The value that a text is the JSON of; undefined when it is no JSON. */
    @Nullable
    Object parsedOrUndefined(Text text) {
        return JsonReader.readOrUndefined(text, limits().jsonDepth());
    }

    /** A number: {@link Long}, {@link BigInteger} or {@link Double}. */
    Object number(int argument) {
        Object value = arguments[argument];
        if (value != null && Numbers.isNumber(value)) {
            return value;
        }
        throw bad(argument, "a number");
    }

    /** A number as a float. */
    double real(int argument) {
        double value = Numbers.asDouble(number(argument));
        if (Double.isInfinite(value)) {
            throw error(Code.ARITHMETIC, "argument " + (argument + 1) + " is too large for a float");
        }
        return value;
    }

    /** An integer: {@link Long} or {@link BigInteger}. */
    Object integer(int argument) {
        Object value = arguments[argument];
        if (value != null && Numbers.isInteger(value)) {
            return value;
        }
        throw bad(argument, "an integer");
    }

    BigInteger big(int argument) {
        return Numbers.big(integer(argument));
    }

    /** An integer of 64 bits. */
    long whole(int argument) {
        if (integer(argument) instanceof Long value) {
            return value;
        }
        throw bad(argument, "an integer of 64 bits");
    }

    /**
     * An integer of at least {@code least}; one past 32 bits is as good as the largest of them.
     *
     * @param least 0 or more, or less than -2^31
     */
    int count(int argument, int least) {
        Object value = integer(argument);
        long count = value instanceof Long exact ? exact : ((BigInteger) value).signum() * (long) Integer.MAX_VALUE;
        if (count < least) {
            throw bad(argument, "an integer of " + least + " or more");
        }
        return (int) Math.min(count, Integer.MAX_VALUE);
    }

    /** An integer, cut to 32 bits' range: what is past it is past the end of every array and text. */
    int index(int argument) {
        Object value = integer(argument);
        if (value instanceof Long exact) {
            return (int) Math.max(-Integer.MAX_VALUE, Math.min(Integer.MAX_VALUE, exact));
        }
        return ((BigInteger) value).signum() * Integer.MAX_VALUE;
    }

    boolean bool(int argument) {
        if (arguments[argument] instanceof Boolean bool) {
            return bool;
        }
        throw bad(argument, "a boolean");
    }

    List<@Nullable Object> array(int argument) {
        if (arguments[argument] instanceof List<?> list) {
            return asArray(list);
        }
        throw bad(argument, "an array");
    }

    @SuppressWarnings("unchecked") // the language's arrays hold any value
    static List<@Nullable Object> asArray(List<?> list) {
        return (List<@Nullable Object>) list;
    }

    /** A map, or a string that holds a JSON object. */
    Map<String, @Nullable Object> map(int argument) {
        Object value = arguments[argument];
        if (value instanceof Text text) {
            value = parsedOrUndefined(text);
        }
        if (value instanceof Map<?, ?> map) {
            return asMap(map);
        }
        throw bad(argument, "a map");
    }

    @SuppressWarnings("unchecked") // the language's maps have strings for keys
    static Map<String, @Nullable Object> asMap(Map<?, ?> map) {
        return (Map<String, @Nullable Object>) map;
    }

    /** One of these words, as its place among them. */
    int option(int argument, String... words) {
        if (arguments[argument] instanceof Text text) {
            String word = text.toString();
            for (int i = 0; i < words.length; i++) {
                if (words[i].equals(word)) {
                    return i;
                }
            }
        }
        throw bad(argument, "one of " + String.join(", ", words));
    }

    /** The float, where the result is one. */
    double finite(double result) {
        return Numbers.finite(name, result);
    }

    /** The integer, within the limit. */
    Object bounded(BigInteger result) {
        return Numbers.bounded(name, result, limits().integerBits());
    }

    /** A text that was built, within the limit. */
    Text built(String text) {
        Text built = Text.of(text);
        if (text.length() > limits().textBytes() / 3) {
            checkBytes(built.bytes().length);
        }
        return built;
    }

    /** Bytes that were built, within the limit. */
    Text built(byte[] bytes) {
        checkBytes(bytes.length);
        return Text.ofBytes(bytes);
    }

    /** Checks how many bytes a call is about to build. */
    void checkBytes(long bytes) {
        if (bytes > limits().textBytes()) {
            throw error(Code.LIMIT_EXCEEDED, "more than " + limits().textBytes() + " bytes of text");
        }
    }

    /** Checks how many elements a call is about to build. */
    void checkElements(long elements) {
        if (elements > limits().elements()) {
            throw error(Code.LIMIT_EXCEEDED, "more than " + limits().elements() + " elements");
        }
    }

    /** The error for an argument that is something else. */
    EvaluationException bad(int argument, String wanted) {
        return problem(
                "argument " + (argument + 1) + " must be " + wanted + ", is " + Values.shown(arguments[argument]));
    }

    /** A bad argument, said in other words. */
    EvaluationException problem(String problem) {
        return error(Code.BAD_ARGUMENT, problem);
    }

    EvaluationException error(Code code, String problem) {
        return new EvaluationException(code, name, problem);
    }
}
