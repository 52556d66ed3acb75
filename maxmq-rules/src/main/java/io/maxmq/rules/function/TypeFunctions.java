package io.maxmq.rules.function;

import io.maxmq.rules.value.JsonNull;
import io.maxmq.rules.value.Numbers;
import io.maxmq.rules.value.Text;
import io.maxmq.rules.value.Values;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Tests of what kind a value is. */
final class TypeFunctions {
    private TypeFunctions() {}

    static void addTo(Library library) {
        test(library, "is_null", value -> value == null);
        test(library, "is_not_null", value -> value != null);
        test(library, "is_null_var", value -> value == null || value == JsonNull.NULL);
        test(library, "is_not_null_var", value -> value != null && value != JsonNull.NULL);
        test(library, "is_str", value -> value instanceof Text);
        test(library, "is_bool", value -> value instanceof Boolean);
        test(library, "is_int", Numbers::isInteger);
        test(library, "is_float", value -> value instanceof Double);
        test(library, "is_num", Numbers::isNumber);
        test(library, "is_map", value -> value instanceof Map);
        test(library, "is_array", value -> value instanceof List);
        library.add("is_empty", 1, TypeFunctions::isEmpty)
                .add("typeof", 1, call -> Text.of(Values.kind(call.value(0))));
    }

    private static void test(Library library, String name, Predicate<@Nullable Object> test) {
        library.add(name, 1, call -> test.test(call.value(0)));
    }

    private static boolean isEmpty(Call call) {
        Object value = call.value(0);
        if (value instanceof List<?> list) {
            return list.isEmpty();
        }
        if (value instanceof Text text && text.isEmpty()) {
            return true;
        }
        return call.map(0).isEmpty();
    }
}
