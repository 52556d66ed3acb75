package io.maxmq;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What an object and those behind it take on the heap, counted field by field as a JVM with compressed references lays them out
 * (a header of 12 bytes, references of 4, sizes rounded up to 8): the same on every machine and whatever the collector does.
 */
final class HeapReckoning {
    private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Deque<Object> open = new ArrayDeque<>();
    private final Predicate<Object> shared;
    private final Map<String, Long> byClass = new TreeMap<>();
    private long bytes;

    private HeapReckoning(Predicate<Object> shared) {
        this.shared = shared;
    }

    /** @param shared what many have together, and is not counted, nor what is behind it */
    static HeapReckoning of(Object root, Predicate<Object> shared) {
        HeapReckoning reckoning = new HeapReckoning(shared);
        reckoning.meet(root);
        while (!reckoning.open.isEmpty()) {
            reckoning.count(reckoning.open.poll());
        }
        return reckoning;
    }

    long bytes() {
        return bytes;
    }

    /** By the class's simple name: how many bytes. */
    @Override
    public String toString() {
        return bytes + " bytes: " + byClass;
    }

    private void meet(Object object) {
        if (object != null && !shared.test(object) && seen.add(object)) {
            open.add(object);
        }
    }

    private void count(Object object) {
        Class<?> type = object.getClass();
        if (type.isArray()) {
            int length = Array.getLength(object);
            Class<?> element = type.getComponentType();
            add(type, 16 + length * sizeOf(element));
            for (int i = 0; i < length && !element.isPrimitive(); i++) {
                meet(Array.get(object, i));
            }
        } else if (object instanceof String text) {
            add(type, 24);
            add(byte[].class, 16 + text.length());
        } else if (object instanceof Enum || object instanceof Class) {
            return; // there once
        } else if (!type.getName().startsWith("io.maxmq") && !type.getName().startsWith("org.agrona")) {
            countForeign(object, type);
        } else {
            countFields(object, type);
        }
    }

    /** Of the JDK: about; its fields are not open to us. */
    private void countForeign(Object object, Class<?> type) {
        if (object instanceof Map<?, ?> map) {
            add(type, 32 + map.size() * 40L);
            map.forEach((key, value) -> {
                meet(key);
                meet(value);
            });
        } else if (object instanceof Collection<?> all) {
            add(type, 24 + 16 + all.size() * 4L);
            all.forEach(this::meet);
        } else {
            add(type, 24);
        }
    }

    private void countFields(Object object, Class<?> type) {
        long size = 12;
        for (Class<?> each = type; each != null && each != Object.class; each = each.getSuperclass()) {
            for (Field field : each.getDeclaredFields()) {
                if (Modifier.isStatic(field.getModifiers())) {
                    continue;
                }
                size += sizeOf(field.getType());
                if (!field.getType().isPrimitive()) {
                    meet(valueOf(field, object));
                }
            }
        }
        add(type, size);
    }

    /** The value of a field, whoever may see it. */
    static Object valueOf(Field field, Object owner) {
        try {
            field.setAccessible(true);
            return field.get(owner);
        } catch (IllegalAccessException e) {
            throw new AssertionError(field + " of " + owner, e);
        }
    }

    private void add(Class<?> type, long size) {
        long rounded = size + 7 & ~7L;
        bytes += rounded;
        byClass.merge(type.getSimpleName(), rounded, Long::sum);
    }

    private static int sizeOf(Class<?> type) {
        if (type == long.class || type == double.class) {
            return 8;
        }
        if (type == short.class || type == char.class) {
            return 2;
        }
        return type == byte.class || type == boolean.class ? 1 : 4;
    }
}
