package io.maxmq.rules.function;

import io.maxmq.rules.error.EvaluationException.Code;
import io.maxmq.rules.value.JsonNull;
import io.maxmq.rules.value.Text;
import io.maxmq.rules.value.Values;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One value or another. All arguments are worked out before. */
final class ConditionalFunctions {
    private ConditionalFunctions() {}

    static void addTo(Library library) {
        library.add("coalesce", 1, Library.ANY, call -> first(call, false))
                .add("coalesce_ne", 1, Library.ANY, call -> first(call, true))
                .add("null", 0, call -> null)
                .add("nullif", 2, call -> Values.alike(call.value(0), call.value(1)) ? null : call.value(0))
                .add("if", 3, ConditionalFunctions::choice);
    }

    /** The first that is not undefined, of the arguments or of the one array. */
    private static @Nullable Object first(Call call, boolean notEmpty) {
        if (call.count() == 1 && call.value(0) instanceof List<?> list) {
            for (Object value : list) {
                if (counts(value, notEmpty)) {
                    return value;
                }
            }
            return null;
        }
        for (int i = 0; i < call.count(); i++) {
            if (counts(call.value(i), notEmpty)) {
                return call.value(i);
            }
        }
        return null;
    }

    private static boolean counts(@Nullable Object value, boolean notEmpty) {
        return value != null && !(notEmpty && value instanceof Text text && text.isEmpty());
    }

    private static @Nullable Object choice(Call call) {
        Object condition = call.value(0);
        if (condition instanceof Boolean bool) {
            return call.value(bool ? 1 : 2);
        }
        if (condition == null || condition == JsonNull.NULL) {
            return call.value(2);
        }
        throw call.error(Code.NOT_BOOLEAN, "the condition is " + Values.shown(condition));
    }
}
