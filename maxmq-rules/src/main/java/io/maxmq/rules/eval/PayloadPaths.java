package io.maxmq.rules.eval;

import io.maxmq.rules.function.EvaluationLimits;
import io.maxmq.rules.json.Extraction;
import io.maxmq.rules.json.PathTrie;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The paths of several programs in a payload, combined for one pass over the bytes. Immutable; created once for the
 * programs of the same messages.
 */
public final class PayloadPaths {
    private final Program[] programs;
    /** Of each program, where its paths are in the trie. */
    private final int[][] places;

    private final Map<Program, Integer> numbers = new IdentityHashMap<>();
    private final PathTrie trie;
    private final EvaluationLimits limits;
    private final boolean isStrict;

    /** The paths of these programs. Payloads are read strictly when one of them wants it. */
    public PayloadPaths(List<Program> programs, EvaluationLimits limits) {
        this.programs = programs.toArray(new Program[0]);
        this.places = new int[this.programs.length][];
        Map<List<Object>, Integer> numbers = new LinkedHashMap<>();
        boolean isStrict = false;
        for (int p = 0; p < places.length; p++) {
            Program program = this.programs[p];
            List<List<Object>> paths = program.paths();
            int[] place = new int[paths.size()];
            for (int i = 0; i < place.length; i++) {
                Integer known = numbers.putIfAbsent(paths.get(i), numbers.size());
                place[i] = known == null ? numbers.size() - 1 : known;
            }
            places[p] = place;
            this.numbers.put(program, p);
            isStrict |= !program.isFast();
        }
        this.trie = PathTrie.of(List.copyOf(numbers.keySet()));
        this.limits = limits;
        this.isStrict = isStrict;
    }

    /**
     * A program's number; -1 when it is not known.
     *
     * @param guess the number that is looked at first: programs run in the order in which they were given, as a rule
     */
    int number(Program program, int guess) { // hot: per evaluation
        return guess < programs.length && programs[guess] == program ? guess : numbers.getOrDefault(program, -1);
    }

    /** Where the paths of the program with this number are in what a reader extracts. */
    int[] places(int number) {
        return places[number];
    }

    boolean isStrict() {
        return isStrict;
    }

    /** A reader, which is one thread's. */
    public Reader reader() {
        return new Reader();
    }

    /** Reads one payload after another with the same memory. Not thread-safe. */
    public final class Reader {
        private final Extraction extraction = new Extraction(trie, limits.jsonDepth(), limits.integerBits());

        private final Payload payload = new Payload(PayloadPaths.this, extraction);

        private Reader() {}

        /** A payload; the one before must not be used any more: it is the same object. */
        public Payload payload(@Nullable Object raw) {
            payload.begin(raw);
            return payload;
        }
    }
}
