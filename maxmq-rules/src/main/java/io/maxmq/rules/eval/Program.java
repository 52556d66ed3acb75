package io.maxmq.rules.eval;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.error.EvaluationException.Clause;
import io.maxmq.rules.error.EvaluationException.Code;
import io.maxmq.rules.error.StatementException;
import io.maxmq.rules.function.EvaluationLimits;
import io.maxmq.rules.json.Extraction;
import io.maxmq.rules.json.JsonReader;
import io.maxmq.rules.json.JsonWriter;
import io.maxmq.rules.json.PathTrie;
import io.maxmq.rules.parse.Printer;
import io.maxmq.rules.parse.Statement;
import io.maxmq.rules.parse.StatementParser;
import io.maxmq.rules.value.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A statement that is ready to run. Immutable; runs on any number of threads at once, with an {@link Evaluation} each. */
public final class Program {
    private final Statement statement;
    private final List<Source> sources;
    private final int slots;
    private final List<List<Object>> paths;
    private final FieldList list;
    /** The initial nodes of the slots of a list that only reads; null for other lists. */
    private final Node @Nullable [] waiting;

    private final @Nullable Node where;
    private final @Nullable Elements elements;
    private final EvaluationLimits limits;
    /** Of its own paths, where it is fast; null otherwise. */
    private final @Nullable PathTrie trie;

    private final boolean leavesOutUndefined;

    /**
     * The FOREACH clause.
     *
     *
     * @param source the array
     *
     * @param arraySlot the alias of the array until the elements are evaluated; -1 without a name
     *
     * @param slot of the element
     *
     * @param isPayload whether the source is the payload itself, which is JSON then
     *
     * @param each of the fields of a record
     */
    record Elements(
            Node source,
            int arraySlot,
            int slot,
            boolean isPayload,
            @Nullable Node inCase,
            FieldList each) {}

    Program(
            Statement statement,
            List<Source> sources,
            Scope.Layout layout,
            FieldList list,
            @Nullable Node where,
            @Nullable Elements elements,
            CompileOptions options) {
        this.statement = statement;
        this.sources = sources;
        this.slots = layout.count();
        this.paths = layout.paths();
        this.list = list;
        this.waiting = elements == null ? list.waiting(slots) : null;
        this.where = where;
        this.elements = elements;
        this.limits = options.limits();
        this.trie = options.isFast() ? PathTrie.of(paths) : null;
        this.leavesOutUndefined = options.leavesOutUndefined();
    }

    /**
     * Parses, checks and compiles.
     *
     * @throws StatementException when the statement can't be a rule
     */
    public static Program of(String statement, CompileOptions options) {
        return new Compiler(options).program(StatementParser.statement(statement));
    }

    /** Returns the sources of FROM, in order. */
    public List<Source> sources() {
        return sources;
    }

    /** Returns whether it is content with a payload that is JSON as far as its paths go. */
    boolean isFast() {
        return trie != null;
    }

    /** An extraction of its own paths; only where it is fast. */
    Extraction extraction() {
        return new Extraction(Objects.requireNonNull(trie), limits.jsonDepth(), limits.integerBits());
    }

    /** Where its paths are in that. */
    int[] places() {
        return IntStream.range(0, paths.size()).toArray();
    }

    /** Returns the constant paths into payloads: {@link String} and {@link Integer} steps. */
    List<List<Object>> paths() {
        return paths;
    }

    /** The statement as it was understood. */
    public String printed() {
        return Printer.text(statement);
    }

    /**
     * Evaluates the statement on an event: no record, one, or with FOREACH many. The caller owns the maps but must not
     * change their values.
     * @throws EvaluationException with clause, function or operator, and position
     */
    public List<Map<String, @Nullable Object>> run(Evaluation evaluation) {
        Frame frame = evaluation.frame(slots, waiting, evaluation.payload().places(this));
        try {
            if (elements != null) {
                return forEach(frame, elements);
            }
            return passes(frame) ? List.of(defined(list.record(frame))) : List.of();
        } finally {
            frame.end();
        }
    }

    /** Returns whether {@link #write} can replace {@link #run}: FOREACH's records need a list. */
    public boolean canWrite() {
        return elements == null;
    }

    /**
     * Evaluates the statement on an event and writes the record as JSON, byte by byte as {@link JsonWriter} writes the
     * result of {@link #run}. For a record of values of the payload, fields, and numbers computed from them it creates
     * no objects.
     * @param out receives the record; after a failure possibly a part of it
     * @return false without a record, and nothing is written; {@link Evaluation#written} has further results
     * @throws EvaluationException with clause, function or operator, and position
     */
    public boolean write(Evaluation evaluation, JsonWriter out) { // hot: per message
        if (elements != null) {
            throw new IllegalStateException("FOREACH gives no single record");
        }
        Frame frame = evaluation.frame(slots, waiting, evaluation.payload().places(this));
        try {
            boolean passes = passes(frame);
            if (passes) {
                out.undefinedLeftOut(leavesOutUndefined);
                list.write(frame, out);
                if (out.hasBase64()) {
                    evaluation.written(defined(list.record(frame)));
                }
            }
            return passes;
        } finally {
            frame.end();
        }
    }

    private Map<String, @Nullable Object> defined(Map<String, @Nullable Object> record) {
        return leavesOutUndefined ? DefinedMembers.members(record) : record;
    }

    private boolean passes(Frame frame) { // hot: per message
        boolean canWait = waiting != null
                && (paths.isEmpty()
                        || frame.paths != null && frame.evaluation.payload().isPlain());
        if (!canWait) {
            try {
                list.run(frame);
            } catch (EvaluationException e) {
                throw e.in(Clause.SELECT);
            }
        }
        return where == null || passes(where, frame);
    }

    private static boolean passes(Node condition, Frame frame) {
        try {
            return condition.passes(frame);
        } catch (EvaluationException e) {
            throw e.in(Clause.WHERE);
        }
    }

    private List<Map<String, @Nullable Object>> forEach(Frame frame, Elements every) {
        List<?> array;
        try {
            list.run(frame);
            array = array(frame, every);
        } catch (EvaluationException e) {
            throw e.in(Clause.FOREACH);
        }
        if (where != null && !passes(where, frame)) {
            return List.of();
        }
        List<Map<String, @Nullable Object>> records = new ArrayList<>();
        for (Object element : array) {
            frame.set(every.slot(), element);
            frame.itemIndex++;
            if (inCase(frame, every)) {
                records.add(defined(record(frame, every)));
                if (records.size() > frame.limits.elements()) {
                    throw new EvaluationException(
                                    Code.LIMIT_EXCEEDED, "FOREACH", "more than " + frame.limits.elements() + " records")
                            .in(Clause.FOREACH);
                }
            }
        }
        return records;
    }

    private static List<?> array(Frame frame, Elements every) {
        Object value = every.source().value(frame);
        if (every.isPayload() && value instanceof Text text) {
            value = text == frame.evaluation.payload().raw()
                    ? frame.evaluation.payload().documentOrUndefined(frame.limits)
                    : JsonReader.readOrUndefined(text, frame.limits.jsonDepth());
        }
        if (every.arraySlot() >= 0) {
            frame.set(every.arraySlot(), value);
        }
        return value instanceof List<?> list ? list : List.of();
    }

    private static boolean inCase(Frame frame, Elements every) {
        try {
            frame.evaluation.work(1);
            return every.inCase() == null || every.inCase().passes(frame);
        } catch (EvaluationException e) {
            throw e.in(Clause.INCASE);
        }
    }

    private static Map<String, @Nullable Object> record(Frame frame, Elements every) {
        try {
            every.each().run(frame);
            frame.evaluation.work(every.each().names().length);
            return every.each().record(frame);
        } catch (EvaluationException e) {
            throw e.in(Clause.DO);
        }
    }
}
