package io.maxmq.rules.function;

import io.maxmq.rules.error.EvaluationException.Code;
import io.maxmq.rules.value.Numbers;
import io.maxmq.rules.value.Text;
import io.maxmq.rules.value.Values;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Arrays. Places are counted from 1, and from the end where they are negative and the function says so. */
final class ArrayFunctions {
    private ArrayFunctions() {}

    static void addTo(Library library) {
        library.add("nth", 2, ArrayFunctions::nth)
                .add("first", 1, call -> ends(call).get(0))
                .add("last", 1, call -> ends(call).get(call.array(0).size() - 1))
                .add("length", 1, call -> (long) call.array(0).size())
                .add("sublist", 2, 3, ArrayFunctions::sublist)
                .add("contains", 2, call -> position(call.array(1), call.value(0)) > 0)
                .add("array_distinct", 1, ArrayFunctions::distinct)
                .add("array_sort", 1, ArrayFunctions::sorted)
                .add("array_flatten", 1, ArrayFunctions::flattened)
                .add("reverse_array", 1, ArrayFunctions::reversed)
                .add("array_sum", 1, ArrayFunctions::sum)
                .add("array_avg", 1, ArrayFunctions::average)
                .add("array_min", 1, call -> extreme(call, -1))
                .add("array_max", 1, call -> extreme(call, 1))
                .add("array_concat", 1, Library.ANY, ArrayFunctions::concat)
                .add("array_append", 2, ArrayFunctions::append)
                .add("array_position", 2, call -> position(call.array(0), call.value(1)))
                .add("array_slice", 3, ArrayFunctions::slice)
                .add("array_zip", 2, ArrayFunctions::zip);
    }

    private static @Nullable Object nth(Call call) {
        int place = call.index(0);
        List<@Nullable Object> array = call.array(1);
        if (place < 1 || place > array.size()) {
            throw call.problem("there is no element " + place + " of " + array.size());
        }
        return array.get(place - 1);
    }

    private static List<@Nullable Object> ends(Call call) {
        List<@Nullable Object> array = call.array(0);
        if (array.isEmpty()) {
            throw call.problem("the array is empty");
        }
        return array;
    }

    private static List<@Nullable Object> sublist(Call call) {
        boolean given = call.count() == 3;
        List<@Nullable Object> array = call.array(given ? 2 : 1);
        int from = given ? call.count(0, 1) - 1 : 0;
        int length = call.count(given ? 1 : 0, 0);
        if (from >= array.size()) {
            return List.of();
        }
        return part(array, from, (int) Math.min((long) from + length, array.size()));
    }

    /** Returns the position of the first equal element, from 1; 0 without one. */
    private static long position(List<@Nullable Object> array, @Nullable Object wanted) {
        long place = 0;
        for (Object element : array) {
            place++;
            if (Values.same(element, wanted)) {
                return place;
            }
        }
        return 0;
    }

    private static List<@Nullable Object> distinct(Call call) {
        Set<@Nullable Object> seen = new HashSet<>();
        List<@Nullable Object> distinct = new ArrayList<>();
        for (Object element : call.array(0)) {
            if (seen.add(mark(call, element))) {
                distinct.add(element);
            }
        }
        return distinct;
    }

    /**
     * Returns a key that is equal for equal values: both zeros are one, and an array or map is its JSON with sorted
     * keys. Texts and numbers are ordered, so a set of them stays fast even with colliding hashes; arrays and maps are
     * not.
     */
    private static @Nullable Object mark(Call call, @Nullable Object value) {
        if (value instanceof Double real && real == 0) {
            return 0.0;
        }
        if (value instanceof List || value instanceof Map) {
            // A key that no text is.
            return call.json(sortedKeys(value, call.limits().jsonDepth())).toString();
        }
        return value;
    }

    private static @Nullable Object sortedKeys(@Nullable Object value, int depth) {
        if (depth == 0) {
            return value;
        }
        if (value instanceof List<?> list) {
            List<@Nullable Object> copy = new ArrayList<>(list.size());
            list.forEach(element -> copy.add(sortedKeys(element, depth - 1)));
            return copy;
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, @Nullable Object> copy = new TreeMap<>();
            map.forEach((key, member) -> copy.put(key.toString(), sortedKeys(member, depth - 1)));
            return copy;
        }
        return value;
    }

    /** Numbers by value, or strings by their bytes; of equal ones the first stays first. */
    private static List<@Nullable Object> sorted(Call call) {
        List<@Nullable Object> array = new ArrayList<>(call.array(0));
        boolean numbers = array.stream().allMatch(Numbers::isNumber);
        if (!numbers && !array.stream().allMatch(Text.class::isInstance)) {
            throw call.bad(0, "an array of numbers, or of strings");
        }
        Comparator<Object> order = numbers ? Numbers::compare : (a, b) -> ((Text) a).compareTo((Text) b);
        array.sort((a, b) -> order.compare(Objects.requireNonNull(a), Objects.requireNonNull(b)));
        return array;
    }

    /** Elements that are arrays give theirs; one level. */
    private static List<@Nullable Object> flattened(Call call) {
        List<@Nullable Object> flat = new ArrayList<>();
        for (Object element : call.array(0)) {
            if (element instanceof List<?> list) {
                call.checkElements(flat.size() + (long) list.size());
                flat.addAll(list);
            } else {
                flat.add(element);
            }
        }
        call.checkElements(flat.size());
        return flat;
    }

    private static List<@Nullable Object> reversed(Call call) {
        List<@Nullable Object> reversed = new ArrayList<>(call.array(0));
        Collections.reverse(reversed);
        return reversed;
    }

    /** An integer where all are, else a float. */
    private static Object sum(Call call) {
        BigInteger integers = BigInteger.ZERO;
        double floats = 0;
        boolean anyFloat = false;
        for (Object element : call.array(0)) {
            if (element instanceof Double real) {
                floats += real;
                anyFloat = true;
            } else if (element != null && Numbers.isInteger(element)) {
                integers = integers.add(Numbers.big(element));
            } else {
                throw call.bad(0, "an array of numbers");
            }
        }
        return anyFloat ? (Object) call.finite(floats + integers.doubleValue()) : call.bounded(integers);
    }

    private static Object average(Call call) {
        int size = call.array(0).size();
        if (size == 0) {
            throw call.error(Code.ARITHMETIC, "the array is empty");
        }
        return call.finite(Numbers.asDouble(sum(call)) / size);
    }

    private static @Nullable Object extreme(Call call, int sign) {
        Object extreme = null;
        for (Object element : ends(call)) {
            if (element == null || extreme != null && Values.order(call.name(), element, extreme) == Values.UNORDERED) {
                throw call.bad(0, "an array of numbers, or of strings");
            }
            if (extreme == null || Values.order(call.name(), element, extreme) == sign) {
                extreme = element;
            }
        }
        return extreme;
    }

    private static List<@Nullable Object> concat(Call call) {
        List<@Nullable Object> all = new ArrayList<>();
        for (int i = 0; i < call.count(); i++) {
            call.checkElements((long) all.size() + call.array(i).size());
            all.addAll(call.array(i));
        }
        return all;
    }

    private static List<@Nullable Object> append(Call call) {
        List<@Nullable Object> array = call.array(0);
        call.checkElements(array.size() + 1L);
        List<@Nullable Object> longer = new ArrayList<>(array.size() + 1);
        longer.addAll(array);
        longer.add(call.value(1));
        return longer;
    }

    /** From one place to another, both included, as a range has it: cut at the ends, counted from the end where negative. */
    private static List<@Nullable Object> slice(Call call) {
        List<@Nullable Object> array = call.array(0);
        long from = place(call, 1, array.size());
        long to = place(call, 2, array.size());
        if (to < from - 1) {
            throw call.error(Code.BAD_INDEX, "the end is before the start");
        }
        int first = (int) Math.max(from - 1, 0);
        int end = (int) Math.min(to, array.size());
        return first >= end ? List.of() : part(array, first, end);
    }

    /** Returns a copy, so that a part of an array does not keep the whole array. */
    private static List<@Nullable Object> part(List<@Nullable Object> array, int from, int to) {
        return new ArrayList<>(array.subList(from, to));
    }

    private static long place(Call call, int argument, int size) {
        int place = call.index(argument);
        if (place == 0) {
            throw call.error(Code.BAD_INDEX, "places are counted from 1");
        }
        return place > 0 ? place : (long) size + 1 + place;
    }

    /** Pairs of the elements at the same place, as many as the shorter one has. */
    private static List<@Nullable Object> zip(Call call) {
        List<@Nullable Object> left = call.array(0);
        List<@Nullable Object> right = call.array(1);
        List<@Nullable Object> pairs = new ArrayList<>();
        for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
            List<@Nullable Object> pair = new ArrayList<>(2);
            pair.add(left.get(i));
            pair.add(right.get(i));
            pairs.add(pair);
        }
        return pairs;
    }
}
