package io.maxmq.rules;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.error.EvaluationException.Code;
import io.maxmq.rules.function.Definition;
import io.maxmq.rules.output.JavaValues;
import io.maxmq.rules.value.JsonNull;
import io.maxmq.rules.value.Text;
import io.maxmq.rules.value.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Functions of the embedder's as those of the language. Stateless. */
final class UserFunctions {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]*(\\.[a-zA-Z_][a-zA-Z0-9_]*)*");
    private static final List<Class<?>> TYPES = List.of(
            String.class,
            long.class,
            Long.class,
            int.class,
            Integer.class,
            double.class,
            Double.class,
            boolean.class,
            Boolean.class,
            byte[].class,
            List.class,
            Map.class,
            Object.class);

    private UserFunctions() {}

    static Definition definition(
            String name, List<? extends Class<?>> types, Function<? super List<@Nullable Object>, ?> function) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("function must be named by letters, digits, _ and dots: name=" + name);
        }
        for (Class<?> each : types) {
            if (!TYPES.contains(each)) {
                throw new IllegalArgumentException(
                        "function has an argument of another type than " + TYPES + ": name=" + name + ", type=" + each);
            }
        }
        List<Class<?>> wanted = List.copyOf(types);
        return new Definition(
                name.toLowerCase(Locale.ROOT), wanted.size(), wanted.size(), false, (around, arguments) -> {
                    List<@Nullable Object> converted = new ArrayList<>(arguments.length);
                    for (int i = 0; i < arguments.length; i++) {
                        converted.add(converted(name, i + 1, wanted.get(i), arguments[i]));
                    }
                    return called(name, function, converted);
                });
    }

    private static @Nullable Object called(
            String name, Function<? super List<@Nullable Object>, ?> function, List<@Nullable Object> arguments) {
        try {
            Object result = function.apply(arguments);
            return result == null ? null : JavaValues.fromJava(result);
        } catch (EvaluationException e) {
            throw e;
        } catch (RuntimeException e) { // the embedder's code
            throw new EvaluationException(Code.INTERNAL, name, e.toString(), e);
        }
    }

    /** An argument as the function wants it; it was converted before. */
    @SuppressWarnings("unchecked")
    static <A> A argument(Class<A> type, List<@Nullable Object> arguments, int index) {
        return (A) arguments.get(index); // primitive types too, whose objects are what a lambda takes
    }

    private static @Nullable Object converted(String name, int number, Class<?> type, @Nullable Object value) {
        if (type == Object.class) {
            return JavaValues.toJava(value);
        }
        Object converted = null;
        if (value != null && value != JsonNull.NULL) {
            if (type == String.class) {
                converted = value instanceof Text text ? text.toString() : null;
            } else if (type == long.class || type == Long.class) {
                converted = value instanceof Long ? value : null;
            } else if (type == int.class || type == Integer.class) {
                converted = value instanceof Long whole && whole == whole.intValue() ? (Object) whole.intValue() : null;
            } else if (type == double.class || type == Double.class) {
                converted = value instanceof Number some ? (Object) some.doubleValue() : null;
            } else if (type == boolean.class || type == Boolean.class) {
                converted = value instanceof Boolean ? value : null;
            } else if (type == byte[].class) {
                converted = value instanceof Text text ? text.bytes().clone() : null;
            } else if (type == List.class) {
                converted = value instanceof List<?> ? JavaValues.toJava(value) : null;
            } else {
                converted = value instanceof Map<?, ?> ? JavaValues.toJava(value) : null;
            }
        }
        if (converted == null) {
            throw new EvaluationException(
                    Code.BAD_ARGUMENT,
                    name,
                    "argument " + number + " must be " + type.getSimpleName() + ": " + Values.shown(value));
        }
        return converted;
    }
}
