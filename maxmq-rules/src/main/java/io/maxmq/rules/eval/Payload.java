package io.maxmq.rules.eval;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.function.CallContext;
import io.maxmq.rules.function.EvaluationLimits;
import io.maxmq.rules.json.Extraction;
import io.maxmq.rules.json.JsonReader;
import io.maxmq.rules.value.Text;
import org.jspecify.annotations.Nullable;

/**
 * An event's payload, read for the first path and then shared by all rules on the event. Not thread-safe. A payload of
 * {@link PayloadPaths.Reader} finds the paths of its programs in one pass over the bytes; other uses decode the whole
 * document. It keeps the memory of the statements that run on it.
 *
 *
 * <p>A fast program in a strict pass, and a program that is not among those of the reader, reads its paths by itself:
 * errors in parts that it does not read do not affect it.
 */
public final class Payload {
    // Valid for ever.
    private final @Nullable PayloadPaths known;
    private final @Nullable Extraction extraction;
    private @Nullable Evaluation evaluation;

    // Valid for one event.
    private @Nullable Object raw;
    private @Nullable PayloadPaths paths;
    /** The program that is likely to run next, by its number. */
    private int next;

    private boolean isExtracted;
    private @Nullable EvaluationException extractionFailure;

    // Valid for one run of a fast program that reads its paths by itself.
    private @Nullable Extraction alone;
    private @Nullable EvaluationException aloneFailure;

    private boolean isRead;
    private @Nullable Object document;
    private @Nullable EvaluationException failure;

    /** The event's field {@code payload}; a string is JSON, each other value stands for itself. */
    public Payload(@Nullable Object raw) {
        this(null, null);
        begin(raw);
    }

    /** The payload of no event yet, of which these paths are read in one pass. */
    Payload(@Nullable PayloadPaths known, @Nullable Extraction extraction) {
        this.known = known;
        this.extraction = extraction;
    }

    /** Begins the next event. */
    void begin(@Nullable Object raw) {
        this.raw = raw;
        paths = raw instanceof Text ? known : null;
        next = 0;
        isExtracted = false;
        extractionFailure = null;
        alone = null;
        aloneFailure = null;
        isRead = false;
        document = null;
        failure = null;
    }

    /** Keeps nothing of the event. */
    public void end() {
        begin(null);
        if (extraction != null) {
            extraction.forget();
        }
        if (evaluation != null) {
            evaluation.end();
        }
    }

    /**
     * An evaluation of a statement on the event. There is one at a time: it is the same object each time.
     *
     * @param mostNanos that it may take
     */
    public Evaluation evaluation(CallContext around, long mostNanos) {
        Evaluation present = evaluation;
        if (present == null) {
            present = new Evaluation(around, this, null, mostNanos);
            evaluation = present;
        } else {
            present.begin(around, this, mostNanos);
        }
        return present;
    }

    /** The context of the latest evaluation, for reuse; null before the first. */
    public @Nullable CallContext around() {
        return evaluation == null ? null : evaluation.around();
    }

    /** As the event has it. */
    @Nullable
    Object raw() {
        return raw;
    }

    /** Where the paths of a program that is about to run are in {@link #extraction}; null when they are not there. */
    int @Nullable [] places(Program program) { // hot: per evaluation
        alone = null;
        aloneFailure = null;
        boolean mayReadAlone = program.isFast() && !program.paths().isEmpty();
        PayloadPaths present = paths;
        int number = present == null ? -1 : present.number(program, next);
        if (present != null && number >= 0) {
            next = number + 1;
            if (!mayReadAlone || !hasFailed()) {
                return present.places(number);
            }
        }
        return mayReadAlone && raw instanceof Text text ? readAlone(program, text) : null;
    }

    /** Returns whether the pass for all programs has found something that one of them can't do with. */
    private boolean hasFailed() {
        if (!isExtracted && extraction != null && paths != null && raw instanceof Text text) {
            extract(extraction, paths, text);
        }
        return extractionFailure != null;
    }

    private int[] readAlone(Program program, Text text) {
        Extraction own = program.extraction();
        byte[] bytes = text.bytes();
        alone = own;
        try {
            own.read(bytes, 0, bytes.length, false);
        } catch (EvaluationException e) {
            aloneFailure = e;
        }
        return program.places();
    }

    /**
     * Returns the values of all paths; only when {@link #places} confirms them.
     * @throws EvaluationException DECODE_JSON for invalid JSON, each time
     */
    Extraction extraction() { // hot: per path
        Extraction own = alone;
        if (own != null) {
            if (aloneFailure != null) {
                throw again(aloneFailure);
            }
            return own;
        }
        Extraction found = extraction;
        if (found == null || paths == null || !(raw instanceof Text text)) {
            throw new IllegalStateException("no paths of this payload are known");
        }
        if (!isExtracted) {
            extract(found, paths, text);
        }
        if (extractionFailure != null) {
            throw again(extractionFailure);
        }
        return found;
    }

    private void extract(Extraction found, PayloadPaths known, Text text) {
        isExtracted = true;
        byte[] bytes = text.bytes();
        try {
            found.read(bytes, 0, bytes.length, known.isStrict());
        } catch (EvaluationException e) {
            extractionFailure = e;
        }
    }

    /** Returns whether all paths are known, and each leads to one part of the payload or nowhere; then nothing read of them fails. */
    boolean isPlain() { // hot: per evaluation
        if (alone != null) {
            return aloneFailure == null && alone.areAllRaw();
        }
        if (!isExtracted) {
            if (extraction == null || paths == null || !(raw instanceof Text text)) {
                return false;
            }
            extract(extraction, paths, text);
        }
        return extractionFailure == null && extraction != null && extraction.areAllRaw();
    }

    /**
     * Returns the decoded document.
     * @throws EvaluationException DECODE_JSON for invalid JSON, each time
     */
    @Nullable
    Object document(EvaluationLimits limits) {
        if (!isRead) {
            read(limits);
        }
        if (failure != null) {
            throw again(failure);
        }
        return document;
    }

    /** The same; undefined when it is no JSON. */
    @Nullable
    Object documentOrUndefined(EvaluationLimits limits) {
        if (!isRead) {
            read(limits);
        }
        return document;
    }

    private void read(EvaluationLimits limits) {
        isRead = true;
        if (!(raw instanceof Text text)) {
            document = raw;
            return;
        }
        try {
            byte[] bytes = text.bytes();
            document = JsonReader.read(bytes, 0, bytes.length, limits.jsonDepth(), limits.integerBits());
        } catch (EvaluationException e) {
            failure = e;
        }
    }

    /** The error without a position, which differs from statement to statement. */
    private static EvaluationException again(EvaluationException error) {
        return new EvaluationException(error.code(), "payload", String.valueOf(error.getMessage()));
    }
}
