package io.maxmq.rules.eval;

import io.maxmq.rules.function.Limits;
import io.maxmq.rules.json.Extraction;
import io.maxmq.rules.json.PathTrie;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What some programs read of a payload, put together so that all of it is found in one pass over the bytes. Immutable; made once for the
 * programs that get the same messages.
 */
public final class PayloadPaths {
    private final IdentityHashMap<Program, Integer> offsets = new IdentityHashMap<>();
    private final PathTrie trie;
    private final Limits limits;
    private final boolean isStrict;

    /** The paths of these programs. Payloads are read strictly when one of them wants it. */
    public PayloadPaths(List<Program> programs, Limits limits) {
        List<List<Object>> paths = new ArrayList<>();
        boolean isStrict = false;
        for (Program program : programs) {
            offsets.put(program, program.paths().isEmpty() ? Payload.NOWHERE : paths.size());
            paths.addAll(program.paths());
            isStrict |= !program.isFast();
        }
        this.trie = PathTrie.of(paths);
        this.limits = limits;
        this.isStrict = isStrict;
    }

    int offset(Program program) {
        return offsets.getOrDefault(program, Payload.NOWHERE);
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

        private Reader() {}

        /** A payload; the one before must not be used any more. */
        public Payload payload(@Nullable Object raw) {
            return new Payload(raw, PayloadPaths.this, extraction);
        }
    }
}
