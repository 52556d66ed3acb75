package io.maxmq.rules.function;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Collects the functions of the language while their list is made. Not thread-safe. */
final class Library {
    /** Any number of arguments. */
    static final int ANY = Integer.MAX_VALUE;

    private final Map<String, Definition> definitions = new LinkedHashMap<>();

    /** The body of a function. */
    interface Body {
        @Nullable
        Object value(Call call);
    }

    /** Adds a function of its arguments alone. */
    Library add(String name, int least, int most, Body body) {
        return add(name, least, most, true, false, body, null);
    }

    /** Adds a function of its arguments alone, of which there is one number. */
    Library add(String name, int arguments, Body body) {
        return add(name, arguments, arguments, body);
    }

    /** Adds a function that sees more than its arguments. */
    Library addImpure(String name, int least, int most, Body body) {
        return add(name, least, most, false, false, body, null);
    }

    /** Adds a function of its arguments alone, whose constants are looked at beforehand. */
    Library addChecked(String name, int arguments, Check check, Body body) {
        return add(name, arguments, arguments, true, false, body, check);
    }

    /** Adds a function of any number of pairs. */
    Library addOfPairs(String name, Body body) {
        return add(name, 0, ANY, true, true, body, null);
    }

    private Library add(
            String name, int least, int most, boolean pure, boolean inPairs, Body body, @Nullable Check check) {
        Function function = (around, arguments) -> body.value(new Call(name, around, arguments));
        if (definitions.put(name, new Definition(name, least, most, pure, inPairs, function, check)) != null) {
            throw new IllegalStateException("function is there twice: name=" + name);
        }
        return this;
    }

    Map<String, Definition> definitions() {
        return definitions;
    }
}
