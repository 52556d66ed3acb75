package io.maxmq.rules.function;

import io.maxmq.rules.error.EvaluationException.Code;
import io.maxmq.rules.value.Text;
import org.jspecify.annotations.Nullable;

/** Functions on the state of rules, shared or of one rule alone, and on the environment of the process. */
final class StateFunctions {
    /** As JSON. */
    private static final int MOST_VALUE_BYTES = 64 * 1024;
    /**
     * Begins the keys of one rule alone, with the rule's name. A shared key with this beginning gets one more, to keep
     * the two apart.
     */
    private static final String OWN = "\u0000";

    private StateFunctions() {}

    static void addTo(Library library) {
        library.addImpure("kv_store_get", 1, 2, call -> get(call, false))
                .addImpure("kv_store_put", 2, 2, call -> put(call, false))
                .addImpure("kv_store_del", 1, 1, call -> delete(call, false))
                .addImpure("proc_dict_get", 1, 2, call -> get(call, true))
                .addImpure("proc_dict_put", 2, 2, call -> put(call, true))
                .addImpure("proc_dict_del", 1, 1, call -> delete(call, true))
                .addImpure("kv_get", 1, 2, call -> get(call, false))
                .addImpure("kv_put", 2, 2, StateFunctions::putAndGet)
                .addImpure("kv_del", 1, 1, call -> delete(call, false))
                .addImpure("getenv", 1, 1, StateFunctions::environment);
    }

    private static String key(Call call, boolean own) {
        String key = call.str(0).toString();
        if (own) {
            return OWN + call.around().rule() + OWN + key;
        }
        return key.startsWith(OWN) ? OWN + key : key;
    }

    private static @Nullable Object get(Call call, boolean own) {
        Object value = call.around().keyValues().get(key(call, own));
        return value == null && call.has(1) ? call.value(1) : value;
    }

    private static boolean put(Call call, boolean own) {
        Object value = call.value(1);
        String key = key(call, own);
        if (value == null) {
            call.around().keyValues().remove(key);
            return true;
        }
        int bytes = call.json(value).bytes().length;
        if (bytes > MOST_VALUE_BYTES) {
            throw call.error(Code.LIMIT_EXCEEDED, "a value of more than " + MOST_VALUE_BYTES + " bytes");
        }
        call.around().keyValues().put(key, value, bytes);
        return true;
    }

    private static @Nullable Object putAndGet(Call call) {
        put(call, false);
        return call.value(1);
    }

    private static boolean delete(Call call, boolean own) {
        call.around().keyValues().remove(key(call, own));
        return true;
    }

    /** Only variables that were meant for rules can be read. */
    private static Object environment(Call call) {
        String name = call.string(0);
        for (String prefix : new String[] {"MAXMQVAR_", "EMQXVAR_"}) {
            String value = call.around().environment(prefix + name);
            if (value != null) {
                return Text.of(value);
            }
        }
        return Text.EMPTY;
    }
}
