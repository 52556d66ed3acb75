package io.maxmq.rules.eval;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Records without the members that are undefined. Stateless. */
final class DefinedMembers {
    private DefinedMembers() {}

    /** Another record of the defined members, in their order, also within maps and lists; elements of lists stay where they are. */
    static Map<String, @Nullable Object> members(Map<?, ?> record) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>(record.size() * 2);
        record.forEach((name, value) -> {
            if (value != null) {
                members.put(name.toString(), value(value));
            }
        });
        return members;
    }

    private static @Nullable Object value(@Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            return members(map);
        }
        if (value instanceof List<?> list) {
            List<@Nullable Object> elements = new ArrayList<>(list.size());
            list.forEach(each -> elements.add(value(each)));
            return elements;
        }
        return value;
    }
}
