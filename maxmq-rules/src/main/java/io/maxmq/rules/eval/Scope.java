package io.maxmq.rules.eval;

import io.maxmq.rules.parse.Position;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The aliases that are made so far, in the order of their making, and in DO those outside of it. */
final class Scope {
    private final @Nullable Scope outer;
    private final Layout layout;
    private final Map<String, Alias> aliases = new LinkedHashMap<>();

    /** Numbers the slots of a program, and the paths that it reads of payloads. */
    static final class Layout {
        private final List<List<Object>> paths = new ArrayList<>();
        private int next;

        int next() {
            return next++;
        }

        int count() {
            return next;
        }

        /** The number of a path whose steps are the same on every event; -1 when they are not. */
        int path(Step[] steps) {
            List<Object> path = new ArrayList<>();
            for (Step step : steps) {
                Object constant = step.constant();
                if (constant == null) {
                    return -1;
                }
                path.add(constant);
            }
            int known = paths.indexOf(path);
            if (known >= 0 || path.isEmpty()) {
                return known;
            }
            paths.add(path);
            return paths.size() - 1;
        }

        List<List<Object>> paths() {
            return List.copyOf(paths);
        }
    }

    Scope(@Nullable Scope outer, Layout layout) {
        this.outer = outer;
        this.layout = layout;
    }

    /** The alias of this name, in this scope alone; null without one. */
    @Nullable
    Alias find(String name) {
        return aliases.get(name);
    }

    /** The alias of this name; creates a missing one. */
    Alias make(String name) {
        return aliases.computeIfAbsent(name, n -> new Alias(n, layout.next()));
    }

    /** All of this scope. */
    List<Alias> aliases() {
        return List.copyOf(aliases.values());
    }

    /** Resolves a name. */
    Node name(Position at, String name) {
        Node elsewhere = outer == null ? new FieldReads.Field(at, name) : outer.name(at, name);
        Alias alias = aliases.get(name);
        return alias == null ? elsewhere : new FieldReads.Alias(at, alias.slot, elsewhere);
    }

    /**
     * Resolves a path from a name.
     * @param keys the names of its first steps
     * @param steps one or more; empty if the name's value is read as JSON
     */
    Node path(Position at, String name, List<String> keys, Step[] steps) {
        Alias alias = aliases.get(name);
        Node elsewhere;
        if (outer != null) {
            elsewhere = outer.path(at, name, keys, steps);
        } else if (name.equals("payload")) {
            elsewhere = new FieldReads.PayloadPath(at, steps, layout.path(steps));
        } else {
            elsewhere = new FieldReads.Path(at, new FieldReads.Field(at, name), steps);
        }
        return alias == null || !alias.mayHold(keys)
                ? elsewhere
                : new FieldReads.AliasPath(at, alias.slot, steps, elsewhere);
    }

    /** A name that values were put under, at one or more places. */
    static final class Alias {
        final String name;
        final int slot;
        private final List<List<String>> places = new ArrayList<>();
        private boolean isOpen;

        Alias(String name, int slot) {
            this.name = name;
            this.slot = slot;
        }

        /**
         * A value is put there.
         *
         * @param isExact whether the keys are the whole place; else what follows them is not known
         */
        void put(List<String> keys, boolean isExact) {
            places.add(keys);
            isOpen |= !isExact && keys.isEmpty();
        }

        /** Everything of the event's field of this name is there too. */
        void open() {
            isOpen = true;
        }

        /** Returns whether a path that begins with these keys can lead to a value that was put here. */
        boolean mayHold(List<String> keys) {
            if (isOpen) {
                return true;
            }
            for (List<String> place : places) {
                int common = Math.min(place.size(), keys.size());
                if (place.subList(0, common).equals(keys.subList(0, common))) {
                    return true;
                }
            }
            return false;
        }
    }
}
