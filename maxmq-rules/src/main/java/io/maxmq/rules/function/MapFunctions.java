package io.maxmq.rules.function;

import io.maxmq.rules.error.EvaluationException.Code;
import io.maxmq.rules.value.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Maps. A string that holds a JSON object is as good as the map. */
final class MapFunctions {
    private MapFunctions() {}

    static void addTo(Library library) {
        library.add("map_new", 0, call -> new LinkedHashMap<>())
                .add("map_get", 2, 3, call -> orDefault(call, atPath(call.map(1), call.string(0))))
                .add("map_put", 3, MapFunctions::put)
                .add("mget", 2, 3, call -> orDefault(call, call.map(1).get(call.string(0))))
                .add("mput", 3, call -> with(call, call.map(2), call.string(0), call.value(1)))
                .add("map_keys", 1, MapFunctions::keys)
                .add("map_values", 1, call -> new ArrayList<>(bounded(call).values()))
                .add("map_to_entries", 1, MapFunctions::entries)
                .add("map_size", 1, MapFunctions::size)
                .addOfPairs("object", MapFunctions::object)
                .add("map_merge", 2, MapFunctions::merged)
                .add("map_remove", 2, MapFunctions::without)
                .add("map_has", 2, call -> call.map(1).containsKey(call.string(0)));
    }

    /** The value at a path of keys with points between them; undefined when it leads nowhere. */
    static @Nullable Object atPath(@Nullable Object value, String path) {
        Object at = value;
        int from = 0;
        while (true) {
            if (!(at instanceof Map<?, ?> map)) {
                return null;
            }
            int point = path.indexOf('.', from);
            at = map.get(path.substring(from, point < 0 ? path.length() : point));
            if (point < 0) {
                return at;
            }
            from = point + 1;
        }
    }

    private static @Nullable Object orDefault(Call call, @Nullable Object found) {
        return found == null && call.has(2) ? call.value(2) : found;
    }

    private static Object put(Call call) {
        Map<String, @Nullable Object> map = call.map(2);
        String[] keys = call.string(0).split("\\.", -1);
        if (keys.length > call.limits().jsonDepth()) {
            throw call.error(Code.LIMIT_EXCEEDED, "more than " + call.limits().jsonDepth() + " levels");
        }
        Map<String, @Nullable Object> changed = new LinkedHashMap<>(map);
        Map<String, @Nullable Object> level = changed;
        for (int i = 0; i < keys.length - 1; i++) {
            Map<String, @Nullable Object> inner = level.get(keys[i]) instanceof Map<?, ?> there
                    ? new LinkedHashMap<>(Call.asMap(there))
                    : new LinkedHashMap<>();
            level.put(keys[i], inner);
            level = inner;
        }
        level.put(keys[keys.length - 1], call.value(1));
        call.checkElements(level.size());
        return changed;
    }

    private static Object with(Call call, Map<String, @Nullable Object> map, String key, @Nullable Object value) {
        Map<String, @Nullable Object> changed = new LinkedHashMap<>(map);
        changed.put(key, value);
        call.checkElements(changed.size());
        return changed;
    }

    /** The map that an array is made of. */
    private static Map<String, @Nullable Object> bounded(Call call) {
        Map<String, @Nullable Object> map = call.map(0);
        call.checkElements(map.size());
        return map;
    }

    private static List<Object> keys(Call call) {
        List<Object> keys = new ArrayList<>();
        bounded(call).keySet().forEach(key -> keys.add(Text.of(key)));
        return keys;
    }

    private static List<Object> entries(Call call) {
        List<Object> entries = new ArrayList<>();
        bounded(call).forEach((key, value) -> {
            Map<String, @Nullable Object> entry = new LinkedHashMap<>();
            entry.put("key", Text.of(key));
            entry.put("value", value);
            entries.add(entry);
        });
        return entries;
    }

    private static Object size(Call call) {
        if (call.value(0) instanceof List<?> list && list.isEmpty()) {
            return 0L;
        }
        return (long) call.map(0).size();
    }

    private static Object object(Call call) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (int i = 0; i < call.count(); i += 2) {
            map.put(call.string(i), call.value(i + 1));
        }
        return map;
    }

    private static Object merged(Call call) {
        Map<String, @Nullable Object> all = new LinkedHashMap<>(call.map(0));
        all.putAll(call.map(1));
        call.checkElements(all.size());
        return all;
    }

    private static Object without(Call call) {
        Map<String, @Nullable Object> fewer = new LinkedHashMap<>(call.map(1));
        fewer.remove(call.string(0));
        return fewer;
    }
}
