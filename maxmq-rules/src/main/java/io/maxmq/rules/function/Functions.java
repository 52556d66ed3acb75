package io.maxmq.rules.function;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The functions that a statement can call: those of the language, and the embedder's. A name is found however its letters are written.
 * Immutable.
 */
public final class Functions {
    /** Part of the language, and not there yet: a call is refused by name. */
    private static final Set<String> MISSING = Set.of(
            "lookup",
            "schema_decode",
            "schema_encode",
            "schema_check",
            "schema_encode_and_tag",
            "schema_decode_tagged",
            "avro_encode",
            "avro_decode",
            "sparkplug_decode",
            "sparkplug_encode",
            "spb_decode",
            "spb_encode",
            "spb_zip_kvs");

    private final Map<String, Definition> byName;

    private Functions(Map<String, Definition> byName) {
        this.byName = byName;
    }

    /** All scalar functions of the language. */
    public static Functions standard() {
        Library library = new Library();
        EventFunctions.addTo(library);
        TopicFunctions.addTo(library);
        MathFunctions.addTo(library);
        BitFunctions.addTo(library);
        TypeFunctions.addTo(library);
        ConversionFunctions.addTo(library);
        ConditionalFunctions.addTo(library);
        TextFunctions.addTo(library);
        SplitFunctions.addTo(library);
        new RegexFunctions().addTo(library);
        ArrayFunctions.addTo(library);
        MapFunctions.addTo(library);
        HashFunctions.addTo(library);
        EncodingFunctions.addTo(library);
        CompressionFunctions.addTo(library);
        TimeFunctions.addTo(library);
        RandomFunctions.addTo(library);
        StateFunctions.addTo(library);
        return new Functions(library.definitions());
    }

    /**
     * These functions and one more.
     *
     * @throws IllegalArgumentException when there is a function of that name, or one is to come
     */
    public Functions with(Definition definition) {
        String name = definition.name().toLowerCase(Locale.ROOT);
        if (byName.containsKey(name) || MISSING.contains(name)) {
            throw new IllegalArgumentException("function is one of the language already, or registered: name=" + name);
        }
        Map<String, Definition> more = new LinkedHashMap<>(byName);
        more.put(name, definition);
        return new Functions(more);
    }

    /** The function of that name, in any case; null without one. */
    public @Nullable Definition find(String name) {
        Definition found = byName.get(name);
        return found != null ? found : byName.get(name.toLowerCase(Locale.ROOT));
    }

    /** Returns whether the language has the function, and this engine does not. */
    public boolean isMissing(String name) {
        return MISSING.contains(name.toLowerCase(Locale.ROOT));
    }

    /** All names, sorted. */
    public Set<String> names() {
        return new TreeSet<>(byName.keySet());
    }

    /** The most similar known name; null without a similar one. */
    public @Nullable String nearest(String name) {
        String wanted = name.toLowerCase(Locale.ROOT);
        String nearest = null;
        int least = Math.max(1, wanted.length() / 3) + 1;
        for (String candidate : names()) {
            if (Math.abs(candidate.length() - wanted.length()) < least) {
                int distance = distance(wanted, candidate);
                if (distance < least) {
                    least = distance;
                    nearest = candidate;
                }
            }
        }
        return nearest;
    }

    /** Returns the number of characters that must be put in, taken out, changed or swapped with the next. */
    private static int distance(String a, String b) {
        int[] before = new int[b.length() + 1];
        int[] last = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            last[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                row[j] = Math.min(last[j - 1] + change, Math.min(last[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    row[j] = Math.min(row[j], before[j - 2] + 1);
                }
            }
            before = last;
            last = row;
        }
        return last[b.length()];
    }
}
